/**
 * Regular expressions written for Java, matched by JavaScript with the same outcome or refused.
 *
 * The two languages read the same text differently in places: `[a&&b]`, `\Q..\E`, `a++`, `(?i)`, `\h`, `$` before a line's
 * end. So an expression is read here piece by piece and written again for JavaScript; a piece that has no exact equal
 * is an error that names it, never a pattern that matches something else. Not translated, so refused: back references,
 * possessive quantifiers, atomic groups, class intersection and nested classes, flags other than `i`, `\b`, `\R`, `\X`,
 * `\p{..}` beyond the ASCII classes.
 *
 * Matching is by backtracking in both languages: an expression such as `(a+)+b` can take time exponential in the name's
 * length. The expressions are the operator's own and topic names have at most 249 characters, and callers remember a
 * name's outcome (NameFilter), so a name is matched once.
 */
import { TributaryError } from '../errors.ts';

/** Matches whole texts, as Java's `matches()`. @throws TributaryError `configInvalid` */
export function javaPattern(source: string): RegExp {
  const translated = new Translation(source).run();
  try {
    return new RegExp(`^(?:${translated})$`, 'u');
  } catch (error) {
    throw refused(source, `it does not compile (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** Java's, without UNICODE_CHARACTER_CLASS. */
const CLASSES: Readonly<Record<string, string>> = {
  d: '0-9',
  w: 'a-zA-Z0-9_',
  s: ' \\t\\n\\v\\f\\r',
  h: ' \\t\\u00a0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000',
  v: '\\n\\v\\f\\r\\u0085\\u2028\\u2029',
};
const POSIX: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\u0000-\\u007f',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  XDigit: '0-9a-fA-F',
  Punct: '!-\\/:-@\\[-`\\{-~',
};
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 };
const GROUPS = ['?:', '?=', '?!', '?<=', '?<!'];
const ANY_BUT_LINE_ENDS = '[^\\n\\r\\u0085\\u2028\\u2029]';

class Translation {
  readonly #source: string;
  readonly #names = new Set<string>();
  #at = 0;
  #ignoreCase = false;

  constructor(source: string) {
    this.#source = source;
  }

  run(): string {
    const out = this.#alternatives();
    if (this.#at < this.#source.length) throw this.#refuse('a ")" closes nothing');
    return out;
  }

  /** Up to the end or a closing bracket; flags hold up to there. */
  #alternatives(): string {
    const before = this.#ignoreCase;
    let out = '';
    for (;;) {
      const c = this.#peek();
      if (c === '' || c === ')') break;
      out += c === '|' ? this.#take() : this.#quantified();
    }
    this.#ignoreCase = before;
    return out;
  }

  #quantified(): string {
    const atom = this.#atom();
    const found = /^(?:[*+?]|\{\d+(?:,\d*)?\})/.exec(this.#rest())?.[0];
    if (found === undefined) return atom;
    if (atom === '') throw this.#refuse(`the quantifier ${found} follows nothing`);
    this.#at += found.length;
    const lazy = this.#peek() === '?' ? this.#take() : '';
    if (this.#peek() === '+') throw this.#refuse(`the possessive quantifier ${found}+`);
    if (/^(?:[*?]|\{\d)/.test(this.#rest())) throw this.#refuse('a quantifier follows a quantifier');
    return atom + found + lazy;
  }

  #atom(): string {
    const c = this.#takeCharacter();
    if (c === '(') return this.#group();
    if (c === '[') return this.#characterClass();
    if (c === '\\') return this.#escape();
    if (c === '.') return ANY_BUT_LINE_ENDS;
    if (c === '^') return '^';
    if (c === '$') return this.#end();
    if (c === '*' || c === '+' || c === '?' || c === '{')
      throw this.#refuse(`${c} stands where nothing can be repeated`);
    return this.#literal(c);
  }

  /** `$` also matches in front of a last line end in Java: only where nothing may follow is it the same. */
  #end(): string {
    const rest = this.#rest();
    if (rest !== '' && rest[0] !== '|' && rest[0] !== ')') throw this.#refuse('"$" in the middle');
    return '$';
  }

  #group(): string {
    const flags = /^\?([a-zA-Z]*)(-[a-zA-Z]+)?([:)])/.exec(this.#rest());
    if (flags && !(flags[1] === '' && flags[2] === undefined && flags[3] === ':')) return this.#flags(flags);
    const kind = this.#groupKind();
    const inner = this.#alternatives();
    if (this.#take() !== ')') throw this.#refuse('a "(" is not closed');
    return `(${kind}${inner})`;
  }

  #groupKind(): string {
    if (this.#peek() !== '?') return '?:';
    const kind = GROUPS.find((text) => this.#rest().startsWith(text));
    if (kind) {
      this.#at += kind.length;
      return kind;
    }
    const name = /^\?<[a-zA-Z][a-zA-Z0-9]*>/.exec(this.#rest())?.[0];
    if (!name) throw this.#refuse(`the group "(${this.#rest().slice(0, 3)}"`);
    if (this.#names.has(name)) throw this.#refuse(`the group name ${name.slice(1)} is there twice`);
    this.#names.add(name);
    this.#at += name.length;
    return '?:';
  }

  #flags([whole, on = '', off, ending]: RegExpExecArray): string {
    if (off !== undefined || on !== 'i') throw this.#refuse(`the flags "(${whole}"`);
    this.#at += whole.length;
    if (ending === ')') {
      this.#ignoreCase = true;
      return '';
    }
    const before = this.#ignoreCase;
    this.#ignoreCase = true;
    const inner = this.#alternatives();
    this.#ignoreCase = before;
    if (this.#take() !== ')') throw this.#refuse('a "(" is not closed');
    return `(?:${inner})`;
  }

  #escape(): string {
    const c = this.#takeCharacter();
    if (c === 'Q') return this.#quoted();
    if (c === 'A') return '^';
    if (c === 'z') return '$';
    const set = this.#set(c);
    return set === null ? this.#literal(this.#character(c)) : `[${set.negated ? '^' : ''}${set.members}]`;
  }

  #quoted(): string {
    const end = this.#source.indexOf('\\E', this.#at);
    const text = this.#source.slice(this.#at, end < 0 ? this.#source.length : end);
    if (end >= 0 && /^[*+?{]/.test(this.#source.slice(end + 2))) throw this.#refuse('a quantifier behind "\\E"');
    this.#at = end < 0 ? this.#source.length : end + 2;
    return [...text].map((c) => this.#literal(c)).join('');
  }

  /** `\d`, `\W`, `\p{Alpha}`: members as they stand inside brackets. */
  #set(c: string): { members: string; negated: boolean } | null {
    const lower = c.toLowerCase();
    const members = CLASSES[lower];
    if (members !== undefined) return { members, negated: c !== lower };
    if (lower !== 'p') return null;
    const name = /^\{(\w+)\}/.exec(this.#rest());
    const posix = name && POSIX[name[1] ?? ''];
    if (!name || !posix || this.#ignoreCase) throw this.#refuse(`"\\${c}${name?.[0] ?? ''}"`);
    this.#at += name[0].length;
    return { members: posix, negated: c === 'P' };
  }

  /** The one character that an escape stands for. */
  #character(c: string): string {
    if (c === '') throw this.#refuse('it ends with a backslash');
    const control = CONTROLS[c];
    if (control !== undefined) return String.fromCodePoint(control);
    const hex = { x: /^(?:[0-9a-fA-F]{2}|\{[0-9a-fA-F]{1,6}\})/, u: /^[0-9a-fA-F]{4}/ }[c]?.exec(this.#rest())?.[0];
    if (hex !== undefined) {
      this.#at += hex.length;
      return String.fromCodePoint(Number.parseInt(hex.replace(/[{}]/g, ''), 16));
    }
    if (/[a-zA-Z0-9]/.test(c)) throw this.#refuse(`"\\${c}"`);
    return c;
  }

  #characterClass(): string {
    const negated = this.#peek() === '^' ? this.#take() : '';
    let members = '';
    for (let first = true; first || this.#peek() !== ']'; first = false) {
      if (this.#peek() === '') throw this.#refuse('a "[" is not closed');
      if (this.#rest().startsWith('&&')) throw this.#refuse('"&&" within brackets');
      members += this.#member();
    }
    this.#take();
    return `[${negated}${members}]`;
  }

  #member(): string {
    const low = this.#memberCharacter();
    if (typeof low !== 'string') return low.members;
    if (!/^-[^\]]/u.test(this.#rest())) return this.#range(low, low);
    this.#take();
    const high = this.#memberCharacter();
    if (typeof high !== 'string') throw this.#refuse('a range that ends with a class');
    if (high.codePointAt(0)! < low.codePointAt(0)!) throw this.#refuse(`the range ${low}-${high}`);
    return this.#range(low, high);
  }

  #memberCharacter(): string | { members: string } {
    const c = this.#takeCharacter();
    if (c === '[') throw this.#refuse('"[" within brackets');
    if (c !== '\\') return c;
    const escaped = this.#takeCharacter();
    if (escaped === 'Q') throw this.#refuse('"\\Q" within brackets');
    const set = this.#set(escaped);
    if (set?.negated) throw this.#refuse(`"\\${escaped}" within brackets`);
    return set ?? this.#character(escaped);
  }

  #range(low: string, high: string): string {
    const [from, to] = [low.codePointAt(0)!, high.codePointAt(0)!];
    const plain = from === to ? code(from) : `${code(from)}-${code(to)}`;
    return this.#ignoreCase ? plain + otherCase(from, to, 0x41, 32) + otherCase(from, to, 0x61, -32) : plain;
  }

  #literal(c: string): string {
    if (this.#ignoreCase && /^[a-zA-Z]$/.test(c)) return `[${c.toLowerCase()}${c.toUpperCase()}]`;
    return /^[a-zA-Z0-9_]$/.test(c) ? c : code(c.codePointAt(0)!);
  }

  #rest = (): string => this.#source.slice(this.#at);
  #peek = (): string => this.#source[this.#at] ?? '';
  #take = (): string => this.#source[this.#at++] ?? '';
  #takeCharacter(): string {
    const point = this.#source.codePointAt(this.#at);
    if (point === undefined) return '';
    const c = String.fromCodePoint(point);
    this.#at += c.length;
    return c;
  }
  #refuse = (what: string): TributaryError => refused(this.#source, what);
}

const code = (point: number): string => `\\u{${point.toString(16)}}`;

/** The letters of a range that lie in the alphabet that begins at `base`, moved to the other case. */
function otherCase(from: number, to: number, base: number, by: number): string {
  const [low, high] = [Math.max(from, base), Math.min(to, base + 25)];
  return low <= high ? `${code(low + by)}-${code(high + by)}` : '';
}

function refused(source: string, what: string): TributaryError {
  return new TributaryError({
    code: 'configInvalid',
    operation: 'read regular expression',
    subject: JSON.stringify(source),
    reason: `it can't be matched exactly as Java does: ${what}`,
    hint: 'Write it with plain characters, ".", classes in brackets, groups, "|" and "*", "+", "?", "{n,m}".',
    retry: 'final',
  });
}
