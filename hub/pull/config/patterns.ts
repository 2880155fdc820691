/** Lists of names and Java expressions, checked as they will be matched (`NameFilter`): joined, as MirrorMaker 2 does. */
import type { Wrong } from '../../../shared/config/option.ts';
import { TributaryError } from '../../../shared/errors.ts';
import { javaPattern } from '../../../shared/names/index.ts';

export interface WrongPattern extends Wrong {
  /** Which entry; null: none is wrong alone. */
  readonly at: number | null;
}

export function checkPatterns(list: readonly string[]): WrongPattern | null {
  const together = refusal(list.join('|'));
  if (list.length === 0 || together === null) return null;
  for (const [at, one] of list.entries()) {
    const alone = refusal(one);
    if (alone) return { at, problem: `"${one}": ${alone.reason}`, allowed: advice(one, alone) };
  }
  return { at: null, problem: `"${list.join('|')}": ${together.reason}`, allowed: advice('', together) };
}

function refusal(source: string): TributaryError | null {
  try {
    javaPattern(source);
    return null;
  } catch (error) {
    if (error instanceof TributaryError) return error;
    throw error;
  }
}

const advice = (source: string, { hint }: TributaryError): string =>
  /\{\d+$/.test(source) ? 'a comma ends an entry of the list: write x{2} or xx*' : (hint ?? '');
