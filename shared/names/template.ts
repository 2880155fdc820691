/**
 * Topic name templates: literal text with `{edge}`, `{group}` and `{topic}`. Checked once, when the configuration is
 * loaded, so that two different sources can never make the same name: neither an edge nor a group holds a character
 * outside `[a-z0-9-]`, therefore one such character (`.`, say) between two placeholders makes the name readable in
 * one way only.
 */
import { TributaryError } from '../errors.ts';

export const PLACEHOLDERS = ['edge', 'group', 'topic'] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];
export type Part = { readonly literal: string } | { readonly placeholder: Placeholder };

export interface Template {
  readonly text: string;
  readonly parts: readonly Part[];
  readonly uses: ReadonlySet<Placeholder>;
}

export type NameValues = Readonly<Record<Placeholder, string>>;

const LITERAL = /^[A-Za-z0-9._-]*$/;
/** A literal that no edge and no group can run into. */
const SEPARATES = /[^a-z0-9-]/;
const TOKEN = /\{([^{}]*)\}|([^{}]+|[{}])/g;

const isPlaceholder = (text: string): text is Placeholder => (PLACEHOLDERS as readonly string[]).includes(text);

/** @throws TributaryError `configInvalid`, naming what is wrong with the template. */
export function parseTemplate(text: string): Template {
  const parts = [...text.matchAll(TOKEN)].map((token) => partOf(text, token[1], token[0]));
  const names = parts.flatMap((part) => ('placeholder' in part ? [part.placeholder] : []));
  const uses = new Set(names);
  if (!uses.has('topic')) throw invalid(text, 'it has no {topic}, so different topics would be mixed');
  if (uses.size !== names.length) throw invalid(text, 'a placeholder is there twice');
  parts.forEach((part, at) => {
    const before = parts[at - 1];
    const beforeThat = parts[at - 2];
    const touches = 'placeholder' in part && before !== undefined && 'placeholder' in before;
    const runsTogether =
      'placeholder' in part && before && 'literal' in before && beforeThat && !SEPARATES.test(before.literal);
    if (touches || runsTogether) {
      throw invalid(text, 'between two placeholders there must be a character that no edge name holds, such as "."');
    }
  });
  return { text, parts, uses };
}

function partOf(text: string, placeholder: string | undefined, token: string): Part {
  if (placeholder === undefined) {
    if (!LITERAL.test(token)) throw invalid(text, `${JSON.stringify(token)} is not allowed in a topic name`);
    return { literal: token };
  }
  if (isPlaceholder(placeholder)) return { placeholder };
  throw invalid(text, `it has {${placeholder}}, which is not one of ${PLACEHOLDERS.map((p) => `{${p}}`).join(', ')}`);
}

export function fill(template: Template, values: NameValues): string {
  return template.parts.map((part) => ('literal' in part ? part.literal : values[part.placeholder])).join('');
}

/** Matches the names that {@link fill} makes, with a group for each placeholder. */
export function matcher(template: Template): RegExp {
  const source = template.parts.map((part) => {
    if ('literal' in part) return part.literal.replace(/[.]/g, '\\.');
    return part.placeholder === 'topic'
      ? '(?<topic>[A-Za-z0-9._-]+)'
      : `(?<${part.placeholder}>[a-z0-9][a-z0-9-]{0,62})`;
  });
  return new RegExp(`^${source.join('')}$`);
}

function invalid(text: string, reason: string): TributaryError {
  return new TributaryError({
    code: 'configInvalid',
    operation: 'read topic template',
    subject: JSON.stringify(text),
    reason,
    hint: 'The default is "{edge}.{topic}".',
    retry: 'final',
  });
}
