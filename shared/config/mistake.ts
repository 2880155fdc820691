import { TributaryError } from '../errors.ts';

/** One thing that is wrong in a configuration file. */
export interface Mistake {
  /** `sources[1].http.listen`; empty for the file as a whole. */
  readonly path: string;
  /** From 1; 0 where there is no place in the file. */
  readonly line: number;
  readonly column: number;
  /** What is wrong, a clause: `"7080" has no host`. Never holds a secret. */
  readonly problem: string;
  /** What is allowed, or what to do, a clause. */
  readonly allowed?: string;
}

/** Code `configInvalid`: everything that is wrong with one file, at once. Nothing of it was applied. */
export class ConfigError extends TributaryError {
  readonly file: string;
  readonly mistakes: readonly Mistake[];

  constructor(file: string, mistakes: readonly Mistake[]) {
    super({
      code: 'configInvalid',
      operation: 'read configuration',
      subject: file,
      reason: `${mistakes.length} ${mistakes.length === 1 ? 'mistake' : 'mistakes'}: ${mistakes.map(mistakeText).join('; ')}`,
      retry: 'final',
    });
    this.file = file;
    this.mistakes = mistakes;
  }

  /** One line a mistake, `file:line:column` first, as editors and compilers write it. */
  lines(): string[] {
    return this.mistakes.map((mistake) => {
      const place = mistake.line > 0 ? `${this.file}:${mistake.line}:${mistake.column}` : this.file;
      return `${place}: ${mistakeText(mistake)}`;
    });
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), file: this.file, mistakes: this.mistakes };
  }
}

function mistakeText({ path, problem, allowed }: Mistake): string {
  return `${path ? `${path}: ` : ''}${problem}${allowed ? `; ${allowed}` : ''}`;
}

type Placed = Pick<Mistake, 'path' | 'line' | 'column'>;

export function byPlace(a: Placed, b: Placed): number {
  return a.line - b.line || a.column - b.column || (a.path < b.path ? -1 : 1);
}
