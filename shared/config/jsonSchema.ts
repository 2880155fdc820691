import Type, { type TObject, type TSchema } from 'typebox';

/**
 * JSON Schema (draft 2020-12) for editors: what may be written in the file. Options with a default need not be there,
 * nor sections in which nothing must be said.
 */
export function jsonSchema(schema: TObject, about: { readonly title: string }): Record<string, unknown> {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: about.title, ...written(schema) };
}

type Json = Record<string, unknown>;

function written(schema: unknown): Json {
  const copy: Json = {};
  // Symbols (what the reader needs) and TypeBox's own hidden marks are no enumerable string keys and stay behind.
  for (const [key, value] of Object.entries(schema as Json)) copy[key] = value;
  if (copy.properties) copy.properties = mapValues(copy.properties as Json, written);
  if (copy.items) copy.items = written(copy.items);
  if (typeof copy.additionalProperties === 'object') copy.additionalProperties = written(copy.additionalProperties);
  if (Array.isArray(copy.anyOf)) copy.anyOf = copy.anyOf.map(written);
  if (copy.required) {
    const properties = (schema as TObject).properties;
    const required = (copy.required as string[]).filter((name) => mustBeWritten(properties[name]!));
    if (required.length > 0) copy.required = required;
    else delete copy.required;
  }
  return copy;
}

/** Whether a file without this option is wrong. */
export function mustBeWritten(option: TSchema): boolean {
  const { default: preset, properties, minProperties } = option as Json & { properties?: Record<string, TSchema> };
  if (preset !== undefined || Type.IsOptional(option)) return false;
  return !properties || minProperties !== undefined || Object.values(properties).some(mustBeWritten);
}

function mapValues(object: Json, map: (value: unknown) => Json): Json {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
