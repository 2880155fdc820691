/** `sasl.jaas.config`: one entry in Java's login configuration, `Module flag name="value" ...;`. */

export interface Jaas {
  /** Last part of the class name: `ScramLoginModule`. */
  readonly module: string;
  readonly options: ReadonlyMap<string, string>;
}

const TOKEN =
  /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|([A-Za-z0-9_$.+\-\u0080-\uffff]+)|(.)/gsy;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', b: '\b', a: '\x07', v: '\v' };
const FLAGS = ['required', 'requisite', 'sufficient', 'optional'];

/** What is wrong is told without any value: the text holds a password. */
export function parseJaas(text: string): Jaas | { readonly problem: string } {
  const tokens = tokensOf(text);
  const [module, flag] = tokens;
  if (!module?.word) return { problem: 'does not begin with a login module' };
  if (!flag?.word || !FLAGS.includes(flag.text.toLowerCase()))
    return { problem: 'has no "required" behind the module' };
  const options = new Map<string, string>();
  let at = 2;
  while (at < tokens.length && tokens[at]!.text !== ';') {
    const [name, sign, value] = tokens.slice(at, at + 3);
    if (!name?.word || sign?.text !== '=' || sign.word || !value || (!value.word && !value.quoted)) {
      return {
        problem: `is no list of name="value" behind ${options.size === 0 ? 'the flag' : `option ${options.size}`}`,
      };
    }
    options.set(name.text, value.text);
    at += 3;
  }
  if (at >= tokens.length) return { problem: 'has no ; at its end' };
  if (at + 1 < tokens.length) return { problem: 'has more than one login module' };
  return { module: module.text.slice(module.text.lastIndexOf('.') + 1), options };
}

interface Token {
  readonly text: string;
  readonly word: boolean;
  readonly quoted: boolean;
}

function tokensOf(text: string): Token[] {
  return [...text.matchAll(TOKEN)].flatMap(([, double, single, word, other]): Token[] => {
    const inside = double ?? single;
    if (inside !== undefined) return [{ text: unquoted(inside), word: false, quoted: true }];
    if (word !== undefined) return [{ text: word, word: true, quoted: false }];
    return other === undefined ? [] : [{ text: other, word: false, quoted: false }];
  });
}

const unquoted = (text: string): string =>
  text.replace(/\\([0-3]?[0-7]{1,2}|.)/gs, (_, what: string) =>
    /^[0-7]/.test(what) ? String.fromCharCode(Number.parseInt(what, 8)) : (ESCAPES[what] ?? what),
  );

/** A value between quotes, as {@link parseJaas} reads it back. */
export const quote = (text: string): string =>
  `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;
