/** A properties file as the readers behind it see it: each entry with its place, its value filled in. */
import type { Mistake } from '../../../shared/config/mistake.ts';
import type { Wrong } from '../../../shared/config/option.ts';
import type { Remark } from './settings.ts';

export interface Entry {
  readonly key: string;
  /** As written, for messages and for MirrorMaker 2's own view. */
  readonly raw: string;
  /** With config providers filled in. */
  readonly value: string;
  /** In words of hub.yaml, where it is nothing but references. */
  readonly reference: string | null;
  /** The whole text with references in words of hub.yaml; null where there are none. */
  readonly translated: string | null;
  readonly substituted: boolean;
  readonly line: number;
  readonly column: number;
}

/** By name, in the order in which they were put in. */
export type Layer = Map<string, Entry>;

/** Everything that is found, once each. */
export class Findings {
  readonly mistakes: Mistake[] = [];
  readonly remarks: Remark[] = [];
  readonly #seen = new Set<string>();

  mistake({ key, line, column }: Pick<Entry, 'key' | 'line' | 'column'>, { problem, allowed }: Wrong): void {
    if (!this.#isNew(`${key} ${line} ${problem}`)) return;
    this.mistakes.push({ path: key, line, column, problem, ...(allowed ? { allowed } : {}) });
  }

  remark(kind: Remark['kind'], { key, line, column }: Pick<Entry, 'key' | 'line' | 'column'>, says: string): void {
    if (this.#isNew(`${key} ${line} ${says}`)) this.remarks.push({ kind, path: key, line, column, says });
  }

  #isNew(what: string): boolean {
    const fresh = !this.#seen.has(what);
    this.#seen.add(what);
    return fresh;
  }
}
