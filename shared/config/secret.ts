import { inspect } from 'node:util';

const HIDDEN = '[secret]';

/** A password or token. It prints as `[secret]` wherever it ends up; only {@link reveal} gives the text. */
export class Secret {
  readonly #text: string;
  /** Where it came from: `${env:NAME}` and the like with absolute paths and no other text; null where it was written out. */
  readonly reference: string | null;

  constructor(text: string, reference: string | null = null) {
    this.#text = text;
    this.reference = reference;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
