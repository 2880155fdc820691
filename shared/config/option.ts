/**
 * How an option is declared: once, with its type, check, default and meaning together. Each helper gives a TypeBox
 * schema, so that `Type.Static` is the type of the value as read (sizes in bytes, durations in ms, secrets wrapped)
 * while the JSON Schema inside describes what may be written (`20GiB`). What only the reader and the reference page
 * need hangs on it under {@link DECLARED}, a symbol, which no JSON output ever shows.
 */
import Type, { type Static, type TObject, type TOptional, type TProperties, type TSchema, type TUnsafe } from 'typebox';
import type { ScalarNode } from './tree.ts';

export const DECLARED: unique symbol = Symbol('declared');

/** Says no: what is wrong and what is allowed, each a clause. */
export interface Wrong {
  readonly problem: string;
  readonly allowed?: string;
}
export type Read<T> = { readonly value: T } | Wrong;

export interface ReadContext {
  /** Relative paths are taken from here. */
  readonly folder: string;
}

/** A single value. */
export interface Leaf {
  readonly kind: 'leaf';
  /** For the reference page: `size`, `duration`, `host:port`. */
  readonly type: string;
  readonly read: (node: ScalarNode, context: ReadContext) => Read<unknown>;
}
/** Named options; unknown names are mistakes. */
export interface Section {
  readonly kind: 'section';
  readonly checks: readonly Check<never>[];
}
/** A section with exactly one of its keys: which one says what kind of thing it is. */
export interface OneOf {
  readonly kind: 'oneOf';
}
/** `true`, `false`, or a section that means true with details. */
export interface Switch {
  readonly kind: 'switch';
  readonly section: TSchema;
}
export interface List {
  readonly kind: 'list';
  readonly item: TSchema;
  readonly minItems: number;
}
/** Free keys, all values alike. */
export interface Dictionary {
  readonly kind: 'dictionary';
  readonly item: TSchema;
}
export type Declared = Leaf | Section | OneOf | Switch | List | Dictionary;

/** A check over several options of a section. It runs when those that it needs are free of mistakes. */
export interface Check<T> {
  readonly needs: readonly (keyof T & string)[];
  readonly run: (value: T, report: (path: string, wrong: Wrong) => void) => void;
}

export function declared(schema: TSchema): Declared {
  const found = (schema as { [DECLARED]?: Declared })[DECLARED];
  if (!found) throw new Error('an option was declared without the helpers of shared/config');
  return found;
}

/** What every option says about itself. */
export interface Doc {
  /** Its meaning, in full sentences: for the reference page and editors. */
  readonly says: string;
  /** As it would be written in the file. */
  readonly default?: string | number | boolean | readonly string[] | Readonly<Record<string, never>>;
  readonly examples?: readonly (string | number | boolean)[];
}

type Json = Readonly<Record<string, unknown>>;

function documented(doc: Doc): Json {
  return {
    description: doc.says,
    ...(doc.default === undefined ? {} : { default: doc.default }),
    ...(doc.examples === undefined ? {} : { examples: doc.examples }),
  };
}

/** Any single value: for kinds that the helpers don't have. */
export function leaf<T>(type: string, json: Json, doc: Doc, read: (node: ScalarNode, context: ReadContext) => Read<T>) {
  const own: Leaf = { kind: 'leaf', type, read };
  return Type.Unsafe<T>({ ...json, ...documented(doc), [DECLARED]: own });
}

/** An option that may be left out and has no default. */
export function optional<S extends TSchema>(schema: S): TOptional<S> {
  return Type.Optional(schema) as TOptional<S>;
}

export interface SectionDoc<T> {
  readonly says: string;
  readonly checks?: readonly Check<T>[];
}

export function section<P extends TProperties>(properties: P, doc: SectionDoc<Static<TObject<P>>>): TObject<P> {
  const own: Section = { kind: 'section', checks: (doc.checks ?? []) as readonly Check<never>[] };
  return Type.Object(properties, { additionalProperties: false, description: doc.says, [DECLARED]: own });
}

export type OneKey<P extends TProperties> = {
  [K in keyof P & string]: { readonly [k in K]: Static<P[K]> } & {
    readonly [k in Exclude<keyof P & string, K>]?: never;
  };
}[keyof P & string];

export function oneOf<P extends TProperties>(properties: P, doc: { readonly says: string }): TUnsafe<OneKey<P>> {
  const own: OneOf = { kind: 'oneOf' };
  const shape = { type: 'object', properties, minProperties: 1, maxProperties: 1, additionalProperties: false };
  return Type.Unsafe<OneKey<P>>({ ...shape, description: doc.says, [DECLARED]: own });
}

export function switchOr<S extends TSchema>(details: S, doc: Doc): TUnsafe<boolean | Static<S>> {
  const own: Switch = { kind: 'switch', section: details };
  return Type.Unsafe<boolean | Static<S>>({
    anyOf: [{ type: 'boolean' }, details],
    ...documented(doc),
    [DECLARED]: own,
  });
}

export interface ListDoc extends Doc {
  readonly minItems?: number;
}

export function list<S extends TSchema>(item: S, doc: ListDoc): TUnsafe<readonly Static<S>[]> {
  const own: List = { kind: 'list', item, minItems: doc.minItems ?? 0 };
  const atLeast = doc.minItems ? { minItems: doc.minItems } : {};
  return Type.Unsafe<readonly Static<S>[]>({
    type: 'array',
    items: item,
    ...atLeast,
    ...documented(doc),
    [DECLARED]: own,
  });
}

export function dictionary<S extends TSchema>(item: S, doc: Doc): TUnsafe<Readonly<Record<string, Static<S>>>> {
  const own: Dictionary = { kind: 'dictionary', item };
  return Type.Unsafe<Readonly<Record<string, Static<S>>>>({
    type: 'object',
    additionalProperties: item,
    ...documented(doc),
    [DECLARED]: own,
  });
}
