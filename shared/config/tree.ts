import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Mistake } from './mistake.ts';

/** A YAML file as the reader sees it: values with their places. */
export type ConfigNode = ScalarNode | MapNode | ListNode;

export interface Place {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}
export interface ScalarNode extends Place {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As it stands in the file; safe to print, as a `${...}` is not filled in here. */
  readonly written: string;
  /** True where the value came out of a `${...}`. */
  readonly substituted: boolean;
}
export interface MapEntry {
  readonly key: string;
  readonly place: Place;
  readonly node: ConfigNode;
}
export interface MapNode extends Place {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}
export interface ListNode extends Place {
  readonly kind: 'list';
  readonly items: readonly ConfigNode[];
}

/** More than any sane file needs; a bomb of anchors stops here. */
const MAX_NODES = 20_000;
/** Anchors can make a value that holds itself. */
const MAX_DEPTH = 50;

/** Reads one YAML document. Bad YAML gives mistakes with line and column, and no tree. */
export function parseTree(text: string): { tree: ConfigNode | null; mistakes: Mistake[] } {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, version: '1.2' });
  const placeAt = (offset: number): Place => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const mistakes: Mistake[] = [...document.errors, ...document.warnings].map((error) => ({
    path: '',
    ...placeAt(error.pos[0]),
    problem: `not valid YAML: ${error.message}`,
  }));
  if (mistakes.length > 0) return { tree: null, mistakes };

  let nodes = 0;
  const convert = (node: Node | null | undefined, fallback: Place, depth: number): ConfigNode => {
    nodes += 1;
    if (nodes > MAX_NODES || depth > MAX_DEPTH) throw new TooMany();
    if (!node) return { kind: 'scalar', value: null, written: '', substituted: false, ...fallback };
    const place = node.range ? placeAt(node.range[0]) : fallback;
    if (isAlias(node)) {
      const anchored = node.resolve(document);
      if (!anchored)
        mistakes.push({ path: '', ...place, problem: `not valid YAML: there is no anchor &${node.source}` });
      return convert(anchored, place, depth + 1);
    }
    if (isSeq(node)) {
      return {
        kind: 'list',
        items: node.items.map((item) => convert(item as Node | null, place, depth + 1)),
        ...place,
      };
    }
    if (isMap(node)) {
      const entries = node.items.map(({ key, value }) => {
        const keyPlace = (key as Node | null)?.range ? placeAt((key as Node).range![0]) : place;
        const name = isScalar(key) ? String(key.value) : '(not a plain key)';
        return { key: name, place: keyPlace, node: convert(value as Node | null, keyPlace, depth + 1) };
      });
      return { kind: 'map', entries, ...place };
    }
    const { value, source } = node as { value?: unknown; source?: string };
    const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    const written = typeof value === 'string' ? value : (source ?? String(value));
    return { kind: 'scalar', value: known ? value : null, written, substituted: false, ...place };
  };
  try {
    const tree = convert(document.contents as Node | null, { line: 1, column: 1 }, 0);
    return { tree: mistakes.length > 0 ? null : tree, mistakes };
  } catch (error) {
    if (!(error instanceof TooMany)) throw error;
    return {
      tree: null,
      mistakes: [
        { path: '', line: 1, column: 1, problem: `more than ${MAX_NODES} values, or nested deeper than ${MAX_DEPTH}` },
      ],
    };
  }
}

class TooMany extends Error {}
