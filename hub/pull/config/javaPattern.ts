/**
 * Java's regular expressions, as far as names need them. Most are the same here; what only Java has and what would mean
 * something else here is told apart, never guessed: a filter that matches too much copies what it must not.
 */
import type { Wrong } from '../../../shared/config/option.ts';
import type { NameFilterSettings } from './settings.ts';

/** Java's names for what needs a few characters here. */
const CLASSES: Readonly<Record<string, string>> = {
  Alnum: 'A-Za-z0-9',
  Alpha: 'A-Za-z',
  Digit: '0-9',
  Lower: 'a-z',
  Punct: '!-\\/:-@\\[-`{-~',
  Upper: 'A-Z',
  XDigit: '0-9A-Fa-f',
};

/** Escapes that mean the same in both. */
const SAME = /^\\[dDsSwWbBtnrf1-9^$.|?*+()[\]{}\\/\-_ ,:;=!@#%&'"<>~`]/;

/** The same expression for JavaScript, or why there is none. */
export function fromJava(source: string): { readonly source: string } | Wrong {
  let out = '';
  let inClass = false;
  for (let at = 0; at < source.length; ) {
    const rest = source.slice(at);
    const quote = /^\\Q(.*?)(?:\\E|$)/s.exec(rest);
    const named = /^\\(p|P)\{(?:Is)?([A-Za-z]+)\}/.exec(rest);
    const found =
      quote ??
      named ??
      /^\\[AzZ]/.exec(rest) ??
      SAME.exec(rest) ??
      /^\\/.exec(rest) ??
      /^(?:[*+?}][+]|\(\?|&&|.)/s.exec(rest);
    const token = found?.[0] ?? rest[0]!;
    if (quote) out += quote[1]!.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
    else if (named) {
      const chars = CLASSES[named[2]!];
      if (!chars || (inClass && named[1] === 'P')) return javaOnly(token);
      out += inClass ? chars : `[${named[1] === 'P' ? '^' : ''}${chars}]`;
    } else if (token === '\\A' || token === '\\z' || token === '\\Z') out += token === '\\A' ? '^' : '$';
    else if (token.startsWith('\\')) {
      if (token.length === 1) return javaOnly(rest.slice(0, 2));
      out += token;
    } else if (inClass) {
      if (token === '&&' || token === '[') return javaOnly(token === '[' ? '[ inside [ ]' : token);
      out += token;
      if (token === ']') inClass = false;
    } else if (token.length === 2 && token.endsWith('+')) return javaOnly(token);
    else if (token === '(?') {
      if (!/^\(\?(:|=|!|<[=!]|<[A-Za-z])/.test(rest)) return javaOnly(rest.slice(0, 4));
      out += token;
    } else {
      if (/^\[\^?\]/.test(rest)) return javaOnly('] right behind [');
      out += token;
      if (token === '[') inClass = true;
    }
    at += token.length;
  }
  return compiles(out);
}

function javaOnly(what: string): Wrong {
  return { problem: `has ${what}, which only Java knows`, allowed: 'write it without that' };
}

function compiles(source: string): { readonly source: string } | Wrong {
  if (/(^|[^\\])\{(?!\d+(,\d*)?\})/.test(source.replace(/\[[^\]]*\]/g, 'x'))) {
    return {
      problem: 'has a { that is no repetition',
      allowed: 'a comma ends an entry of the list: write x{2} or xx*',
    };
  }
  try {
    new RegExp(`^(?:${source})$`);
    return { source };
  } catch (error) {
    return { problem: `is no regular expression (${String((error as Error).message).replace(/^.*: /, '')})` };
  }
}

/** For lists of names and expressions. */
export function checkPatterns(value: readonly string[]): Wrong | null {
  for (const one of value) {
    const read = fromJava(one);
    if ('problem' in read) return { ...read, problem: `"${one}" ${read.problem}` };
  }
  return null;
}

/** Whether a name is wanted: MirrorMaker 2's rule, exclude wins, an empty list matches nothing. */
export function nameFilter({ include, exclude }: NameFilterSettings): (name: string) => boolean {
  const [included, excluded] = [anyOf(include), anyOf(exclude)];
  return (name) => included(name) && !excluded(name);
}

/** Matches whole names. */
export function anyOf(patterns: readonly string[]): (name: string) => boolean {
  if (patterns.length === 0) return () => false;
  const sources = patterns.map((one) => {
    const read = fromJava(one);
    if ('problem' in read) throw new Error(`the pattern "${one}" ${read.problem}`);
    return `(?:${read.source})`;
  });
  const expression = new RegExp(`^(?:${sources.join('|')})$`);
  return (name) => expression.test(name);
}
