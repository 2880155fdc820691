/** Options of one plain value: text, secrets, numbers, words. Each says what may be written and what becomes of it. */
import type { TUnsafe } from 'typebox';
import { type Doc, leaf, type Read } from './option.ts';
import { REFERENCE_PATTERN, textOf, wrong } from './scalar.ts';
import { Secret } from './secret.ts';
import { onlyReferences } from './substitute.ts';
import type { ScalarNode } from './tree.ts';

export interface TextDoc extends Doc {
  readonly pattern?: RegExp;
  /** What the pattern means, a clause: `lower-case letters, digits and -`. */
  readonly allowed?: string;
  readonly maxLength?: number;
}

export function text<T extends string = string>(doc: TextDoc, type = 'text'): TUnsafe<T> {
  const { pattern, maxLength = 4096 } = doc;
  const json = { type: 'string', ...(pattern ? { pattern: `${pattern.source}|${REFERENCE_PATTERN}` } : {}) };
  return leaf<T>(type, json, doc, (node): Read<T> => {
    const found = textOf(node);
    if (typeof found !== 'string') return found;
    if (found === '') return { problem: 'is empty', ...(doc.allowed ? { allowed: doc.allowed } : {}) };
    if (found.length > maxLength) return { problem: `is longer than ${maxLength} characters` };
    if (pattern && !pattern.test(found)) return wrong(node, 'is not allowed here', doc.allowed);
    return { value: found as T };
  });
}

export function secret(doc: Doc): TUnsafe<Secret> {
  return leaf<Secret>('secret', { type: 'string', minLength: 1 }, doc, (node, { folder }) => {
    const found = textOf(node);
    if (typeof found !== 'string') return { problem: 'is not text', allowed: 'use ${file:/path} or ${env:NAME}' };
    return found === '' ? { problem: 'is empty' } : { value: new Secret(found, onlyReferences(node.written, folder)) };
  });
}

export interface NumberDoc extends Doc {
  readonly minimum?: number;
  readonly maximum?: number;
}

export function integer(doc: NumberDoc): TUnsafe<number> {
  const json = { type: ['integer', 'string'], ...range(doc), pattern: `^${REFERENCE_PATTERN}$` };
  return leaf<number>('integer', json, doc, (node) => {
    const { value } = node;
    const number = typeof value === 'string' && node.substituted && /^-?\d+$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) {
      return wrong(node, 'is not a whole number', rangeText(doc, String));
    }
    return inRange(number, doc, node, String);
  });
}

/** A whole number, or one of a few words. */
export function integerOr<W extends string>(words: readonly W[], doc: NumberDoc): TUnsafe<number | W> {
  const json = { type: ['integer', 'string'], ...range(doc), pattern: `^(${words.join('|')}|${REFERENCE_PATTERN})$` };
  const allowed = `write ${words.map((word) => `"${word}"`).join(', ')} or a number${bounds(doc, String)}`;
  return leaf<number | W>(`${words.join(' or ')}, or integer`, json, doc, (node): Read<number | W> => {
    const { value } = node;
    const word = words.find((known) => known === value);
    if (word !== undefined) return { value: word };
    const number = typeof value === 'string' && node.substituted ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) return wrong(node, 'is not known', allowed);
    return inRange(number, doc, node, String);
  });
}

export function flag(doc: Doc): TUnsafe<boolean> {
  const json = { type: ['boolean', 'string'], pattern: `^${REFERENCE_PATTERN}$` };
  return leaf<boolean>('true or false', json, doc, (node) => {
    if (typeof node.value === 'boolean') return { value: node.value };
    if (node.substituted && (node.value === 'true' || node.value === 'false')) return { value: node.value === 'true' };
    return wrong(node, 'is neither true nor false');
  });
}

export function choice<W extends string>(words: readonly W[], doc: Doc): TUnsafe<W> {
  const json = { type: 'string', anyOf: [{ enum: words }, { pattern: `^${REFERENCE_PATTERN}$` }] };
  return leaf<W>(words.map((word) => `\`${word}\``).join(' or '), json, doc, (node): Read<W> => {
    const word = words.find((known) => known === node.value);
    return word !== undefined ? { value: word } : wrong(node, 'is not known', `it is one of ${words.join(', ')}`);
  });
}

function range({ minimum, maximum }: NumberDoc): Record<string, number> {
  return { ...(minimum === undefined ? {} : { minimum }), ...(maximum === undefined ? {} : { maximum }) };
}

function bounds({ minimum, maximum }: NumberDoc, say: (value: number) => string): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${say(minimum)} to ${say(maximum)}`;
  if (minimum !== undefined) return ` not below ${say(minimum)}`;
  return maximum === undefined ? '' : ` not above ${say(maximum)}`;
}

function rangeText(doc: NumberDoc, say: (value: number) => string): string {
  return `write a whole number${bounds(doc, say)}`;
}

function inRange(value: number, doc: NumberDoc, node: ScalarNode, say: (value: number) => string): Read<number> {
  const { minimum = -Infinity, maximum = Infinity } = doc;
  if (value < minimum || value > maximum) return wrong(node, 'is out of range', rangeText(doc, say));
  return { value };
}
