/** Walks a YAML tree along the declared options and gives the typed value, or everything that is wrong with it. */
import Type, { type Static, type TObject, type TProperties, type TSchema } from 'typebox';
import { mustBeWritten } from './jsonSchema.ts';
import type { Mistake } from './mistake.ts';
import { nearest } from './nearest.ts';
import { type Check, type Declared, declared, type Leaf, type ReadContext, type Wrong } from './option.ts';
import type { ConfigNode, MapNode, Place } from './tree.ts';

export interface Reading<T> {
  readonly value: T;
  /** Empty: the value is whole and right. Otherwise it must not be used. */
  readonly mistakes: readonly Mistake[];
}

/** @param known mistakes found before, such as a `${...}` that could not be filled in: those settings are not judged again. */
export function readTree<S extends TObject>(
  schema: S,
  tree: ConfigNode,
  context: ReadContext,
  known: readonly Mistake[] = [],
): Reading<Static<S>> {
  const reader = new Reader(context, known);
  const value = reader.read(schema, tree, '') as Static<S>;
  return { value, mistakes: reader.mistakes };
}

/** Stands for the value of an option that has a mistake. */
const BROKEN = Symbol('broken');

class Reader {
  readonly mistakes: Mistake[];
  readonly #context: ReadContext;
  readonly #places = new Map<string, Place>();

  constructor(context: ReadContext, known: readonly Mistake[]) {
    this.#context = context;
    this.mistakes = [...known];
  }

  read(schema: TSchema, node: ConfigNode, path: string): unknown {
    this.#places.set(path, node);
    if (this.mistakes.some((mistake) => mistake.path === path && path !== '')) return BROKEN;
    const own = declared(schema);
    switch (own.kind) {
      case 'leaf':
        return this.#leaf(own, node, path);
      case 'section':
        return this.#section(schema as TObject, own.checks, node, path);
      case 'oneOf':
        return this.#oneOf((schema as TSchema & { properties: TProperties }).properties, node, path);
      case 'switch':
        return node.kind === 'map' ? this.read(own.section, node, path) : this.#switch(node, path);
      case 'list':
        return this.#list(own, node, path);
      case 'dictionary':
        return this.#dictionary(own.item, node, path);
    }
  }

  #leaf(own: Leaf, node: ConfigNode, path: string): unknown {
    if (node.kind !== 'scalar') {
      return this.#wrong(path, node, { problem: `is a ${node.kind}`, allowed: `write one value (${own.type})` });
    }
    const read = own.read(node, this.#context);
    return 'problem' in read ? this.#wrong(path, node, read) : read.value;
  }

  #section(schema: TObject, checks: readonly Check<never>[], node: ConfigNode, path: string): unknown {
    const map = asMap(node);
    if (!map) return this.#wrong(path, node, notA('section', node, Object.keys(schema.properties)));
    const before = this.mistakes.length;
    const names = Object.keys(schema.properties);
    this.#unknownKeys(map, names, path);
    const value: Record<string, unknown> = {};
    for (const [name, option] of Object.entries(schema.properties)) {
      const entry = map.entries.find(({ key }) => key === name);
      const read = this.#present(option, entry?.node, map, join(path, name));
      if (read !== undefined) value[name] = read;
    }
    for (const check of checks) this.#check(check, value as never, path);
    return this.mistakes.length > before && path !== '' ? this.#keepParts(value) : value;
  }

  /** A section with mistakes inside still takes part in the checks that don't need those options. */
  #keepParts(value: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== BROKEN));
  }

  #present(option: TSchema, node: ConfigNode | undefined, parent: MapNode, path: string): unknown {
    const own = declared(option);
    const absent = !node || (node.kind === 'scalar' && node.value === null && own.kind !== 'leaf');
    if (node && !absent) return this.read(option, node, path);
    const preset = (option as { default?: unknown }).default;
    if (preset !== undefined) return this.read(option, asNode(preset, parent), path);
    if (Type.IsOptional(option)) return undefined;
    if (own.kind === 'section' && !mustBeWritten(option)) return this.read(option, asNode({}, parent), path);
    return this.#wrong(path, parent, { problem: 'is missing', allowed: whatIsMissing(option, own) });
  }

  #unknownKeys(map: MapNode, names: readonly string[], path: string): void {
    for (const { key, place } of map.entries) {
      if (names.includes(key)) continue;
      const near = nearest(key, names);
      const allowed = near ? `did you mean "${near}"?` : `known here: ${names.join(', ')}`;
      this.#wrong(join(path, key), place, { problem: 'is not a known option', allowed });
    }
  }

  #oneOf(properties: TProperties, node: ConfigNode, path: string): unknown {
    const names = Object.keys(properties);
    const map = asMap(node);
    if (!map) return this.#wrong(path, node, notA('section', node, names));
    this.#unknownKeys(map, names, path);
    const known = map.entries.filter(({ key }) => names.includes(key));
    if (known.length === 1) {
      const [{ key, node: inner }] = known as [(typeof known)[0]];
      return { [key]: this.read(properties[key]!, inner, join(path, key)) };
    }
    if (known.length === 0 && map.entries.length > 0) return BROKEN;
    const problem = known.length === 0 ? 'is empty' : `has ${known.map(({ key }) => key).join(' and ')}`;
    return this.#wrong(path, node, { problem, allowed: `write exactly one of ${names.join(', ')}` });
  }

  #switch(node: ConfigNode, path: string): unknown {
    const value = node.kind === 'scalar' ? node.value : null;
    if (typeof value === 'boolean') return value;
    if (node.kind === 'scalar' && node.substituted && (value === 'true' || value === 'false')) return value === 'true';
    return this.#wrong(path, node, { problem: 'is neither true, false nor a section' });
  }

  #list(own: { item: TSchema; minItems: number }, node: ConfigNode, path: string): unknown {
    if (node.kind !== 'list') {
      const found = node.kind === 'map' ? 'a section' : 'one value';
      return this.#wrong(path, node, {
        problem: `is ${found}, not a list`,
        allowed: 'write [a, b] or lines with "- "',
      });
    }
    if (node.items.length < own.minItems) {
      return this.#wrong(path, node, {
        problem: `has ${node.items.length} entries`,
        allowed: `at least ${own.minItems}`,
      });
    }
    return node.items.map((item, i) => this.read(own.item, item, `${path}[${i}]`));
  }

  #dictionary(item: TSchema, node: ConfigNode, path: string): unknown {
    const map = asMap(node);
    if (!map) return this.#wrong(path, node, notA('section', node, []));
    return Object.fromEntries(
      map.entries.map(({ key, node: inner }) => [key, this.read(item, inner, join(path, key))]),
    );
  }

  #check(check: Check<never>, value: never, path: string): void {
    const blocked = check.needs.some((need) => {
      const under = join(path, need);
      return this.mistakes.some((mistake) => isUnder(mistake.path, under));
    });
    if (blocked) return;
    check.run(value, (inner, wrong) => {
      const full = join(path, inner);
      this.#wrong(full, this.#nearestPlace(full), wrong);
    });
  }

  /** The place of an option, or of what encloses it where it isn't in the file. */
  #nearestPlace(path: string): Place {
    for (let at = path; at !== ''; at = at.replace(/(^|\.)[^.[\]]+$|\[\d+\]$/, '')) {
      const place = this.#places.get(at);
      if (place) return place;
    }
    return this.#places.get('') ?? { line: 0, column: 0 };
  }

  #wrong(path: string, { line, column }: Place, wrong: Wrong): typeof BROKEN {
    this.mistakes.push({ path, line, column, ...wrong });
    return BROKEN;
  }
}

const join = (path: string, name: string): string =>
  path === '' ? name : name.startsWith('[') ? path + name : `${path}.${name}`;

const isUnder = (path: string, parent: string): boolean =>
  path === parent || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);

function asMap(node: ConfigNode): MapNode | null {
  if (node.kind === 'map') return node;
  return node.kind === 'scalar' && node.value === null ? { ...node, kind: 'map', entries: [] } : null;
}

function notA(what: string, node: ConfigNode, names: readonly string[]): Wrong {
  const found = node.kind === 'list' ? 'a list' : 'one value';
  return {
    problem: `is ${found}, not a ${what}`,
    ...(names.length > 0 ? { allowed: `known here: ${names.join(', ')}` } : {}),
  };
}

/** A section names what must be in it, another option what it is for. */
function whatIsMissing(option: TSchema, own: Declared): string {
  if (own.kind === 'section') {
    const { properties } = option as TObject;
    const needed = Object.keys(properties).filter((name) => mustBeWritten(properties[name]!));
    return `write it with ${needed.join(', ')}`;
  }
  const { description = '' } = option as { description?: string };
  return description.replace(/\.( .*)?$/s, '');
}

/** A default, as if it stood in the file. */
function asNode(value: unknown, { line, column }: Place): ConfigNode {
  const place = { line, column };
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => asNode(item, place)), ...place };
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => ({ key, place, node: asNode(inner, place) }));
    return { kind: 'map', entries, ...place };
  }
  const scalar = value as string | number | boolean;
  return { kind: 'scalar', value: scalar, written: String(scalar), substituted: false, ...place };
}
