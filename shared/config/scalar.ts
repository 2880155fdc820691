/** What the readers of single values share: how a value is named in a message, and what counts as text. */
import type { Wrong } from './option.ts';
import type { ScalarNode } from './tree.ts';

/** A string that holds a `${...}`: allowed wherever a value is, so editors must not underline it. */
export const REFERENCE_PATTERN = '\\$\\{(env|file|property):[^}]+\\}';

/** `//user:password@`, in whatever a URL was meant to be. */
const CREDENTIALS = /\/\/[^/\s]*@/g;

/** How a value is named in a message: as written, so that what came out of a `${...}` is never shown. */
export function shown(node: ScalarNode): string {
  if (node.value === null) return 'nothing';
  const written = node.written.replace(CREDENTIALS, '//[secret]@');
  const text = written.length > 60 ? `${written.slice(0, 57)}...` : written;
  return typeof node.value === 'string' ? `"${text}"` : text;
}

/** The value as text; a bare number counts as text too (`edge: 217`). */
export function textOf(node: ScalarNode): string | Wrong {
  if (typeof node.value === 'string') return node.value;
  if (typeof node.value === 'number') return node.written;
  return node.value === null
    ? { problem: 'has no value' }
    : { problem: `${shown(node)} is true or false, not text`, allowed: 'quote it if it is meant as text' };
}

export function wrong(node: ScalarNode, problem: string, allowed?: string): Wrong {
  return { problem: `${shown(node)} ${problem}`, ...(allowed ? { allowed } : {}) };
}
