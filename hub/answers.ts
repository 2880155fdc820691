/** Small makers of the schemas that APIs answer by. Times are ms since 1970. */
import { type TSchema, Type } from 'typebox';

export const count = (description: string) => Type.Integer({ minimum: 0, description });
export const time = (description: string) => Type.Integer({ description: `${description} Milliseconds since 1970.` });
export const text = (description: string) => Type.String({ description });
export const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const list = <T extends TSchema>(items: T, description: string) => Type.Array(items, { description });
