/** Groups of edges, by names in which `*` stands for any characters. The first group that an edge fits is its own. */
import { TributaryError } from '../errors.ts';
import { type EdgeId, isEdgeId } from '../identity.ts';

/** Group name -> patterns: `{ stores: ['store-*'], plants: ['factory-1', 'factory-2'] }`. */
export type GroupSettings = Readonly<Record<string, readonly string[]>>;

const PATTERN = /^[a-z0-9*-]{1,63}$/;

export class Groups {
  readonly #groups: readonly { readonly name: string; readonly fits: readonly RegExp[] }[];

  /** @throws TributaryError `configInvalid` */
  constructor(settings: GroupSettings) {
    this.#groups = Object.entries(settings).map(([name, patterns]) => {
      if (!isEdgeId(name)) throw invalid(name, 'its name must be like an edge name: [a-z0-9][a-z0-9-]{0,62}');
      return { name, fits: patterns.map((pattern) => compile(name, pattern)) };
    });
  }

  get isEmpty(): boolean {
    return this.#groups.length === 0;
  }

  of(edge: EdgeId): string | null {
    return this.#groups.find((group) => group.fits.some((pattern) => pattern.test(edge)))?.name ?? null;
  }
}

function compile(group: string, pattern: string): RegExp {
  if (!PATTERN.test(pattern)) throw invalid(group, `${JSON.stringify(pattern)} is neither an edge name nor a pattern`);
  return new RegExp(`^${pattern.replace(/\*+/g, '.*')}$`);
}

function invalid(group: string, reason: string): TributaryError {
  return new TributaryError({
    code: 'configInvalid',
    operation: 'read group',
    subject: JSON.stringify(group),
    reason,
    hint: 'Write the edges as a list; `*` stands for any characters.',
    retry: 'final',
  });
}
