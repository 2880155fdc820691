/** Topics as a list names them: `orders`, or `/sensors[.].+/` for every topic whose whole name the expression matches. */
import type { TUnsafe } from 'typebox';
import { isTopicName } from '../identity.ts';
import { type Doc, leaf } from './option.ts';
import { shown, textOf, wrong } from './scalar.ts';

const ALLOWED = 'write a topic name (letters, digits, ".", "_", "-") or a regular expression such as "/sensors\\..*/"';

const expressionOf = (text: string): string | null =>
  text.length > 2 && text.startsWith('/') && text.endsWith('/') ? text.slice(1, -1) : null;

/** Matches whole topic names. */
export function topicMatcher(patterns: readonly string[]): (topic: string) => boolean {
  const names = new Set(patterns.filter((pattern) => expressionOf(pattern) === null));
  const expressions = patterns.flatMap((pattern) => {
    const expression = expressionOf(pattern);
    return expression === null ? [] : [new RegExp(`^(?:${expression})$`)];
  });
  return (topic) => names.has(topic) || expressions.some((expression) => expression.test(topic));
}

/** A topic name or `/expression/`. */
export function topicPattern(doc: Doc): TUnsafe<string> {
  return leaf<string>('topic or /expression/', { type: 'string', minLength: 1 }, doc, (node) => {
    const found = textOf(node);
    if (typeof found !== 'string') return found;
    const expression = expressionOf(found);
    if (expression === null) {
      return isTopicName(found) ? { value: found } : wrong(node, 'is neither a topic name nor an expression', ALLOWED);
    }
    try {
      new RegExp(`^(?:${expression})$`);
      return { value: found };
    } catch (error) {
      const reason = node.substituted ? 'it does not compile' : String((error as Error).message).replace(/^.*: /, '');
      return { problem: `${shown(node)} is not a regular expression (${reason})`, allowed: ALLOWED };
    }
  });
}
