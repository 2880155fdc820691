/**
 * Who else shares the shards of one target cluster, and which flows of their files they know. All processes with one ledger
 * share its shards, whatever their files say: what a process does not know is not copied where it has the shard.
 *
 * A process is a name and the time of its start: two of one name are two. Those of other aliases count as well, as one cluster may
 * have several.
 */
import type { ControlEntry, ControlState, ProcessEntry } from '../control/index.ts';

/** Not heard of for so long: gone. */
export const SILENT_MS = 15_000;

export interface Neighbour {
  readonly name: string;
  readonly url: string | null;
  /** When it was first heard of, in the order of the log, which is the same for all. */
  readonly order: number;
  /** Heard of since this process runs: it is alive for certain, and not only lately. */
  readonly confirmed: boolean;
  /** It takes shards; else it is still finding out whether it may. */
  readonly joined: boolean;
  /** Flows of its file that copy into the cluster. */
  readonly knows: ReadonlySet<string>;
  /** All that it copies, added ones too. */
  readonly copies: ReadonlySet<string>;
  readonly ownsShards: boolean;
}

/** Not heard of for so long: what it said of itself is taken out of the log. Nobody runs so long without a word. */
export const FORGOTTEN_MS = 24 * 60 * 60_000;

/** Entries of processes that are gone for good. `heardMs`: by alias and name. */
export const forgottenOf = (
  entries: readonly ProcessEntry[],
  heardMs: ReadonlyMap<string, number>,
  { self, nowMs }: { readonly self: string; readonly nowMs: number },
): ProcessEntry[] =>
  entries.filter(({ name, target }) => {
    const heard = heardMs.get(`${target} ${name}`);
    return name !== self && heard !== undefined && nowMs - heard >= FORGOTTEN_MS;
  });

interface Seen {
  readonly name: string;
  readonly order: number;
  confirmed: boolean;
  heardMs: number;
  /** By the alias of the target. */
  readonly entries: Map<string, ProcessEntry>;
}

export interface Heard {
  /** False: it was written before this process listened. */
  readonly live: boolean;
  readonly nowMs: number;
  readonly state: ControlState;
}

export class Neighbours {
  readonly #self: string;
  readonly #seen = new Map<string, Seen>();
  #order = 0;

  constructor(self: { readonly name: string; readonly startedAtMs: number }) {
    this.#self = idOf(self);
  }

  /** In the order of the log. */
  heard(entries: readonly (ControlEntry | null)[], { live, nowMs, state }: Heard): void {
    for (const entry of entries) {
      if (entry?.kind !== 'process') continue;
      const id = idOf(entry);
      const known = this.#seen.get(id);
      const seen = known ?? {
        name: entry.name,
        order: this.#order,
        confirmed: live,
        heardMs: nowMs,
        entries: new Map(),
      };
      if (!known) this.#order += 1;
      seen.confirmed ||= live;
      seen.heardMs = nowMs;
      seen.entries.set(entry.target, entry);
      this.#seen.set(id, seen);
    }
    const gone = entries.includes(null);
    const names = gone
      ? new Set([...state.values()].flatMap((one) => (one.kind === 'process' ? [one.name] : [])))
      : null;
    for (const [id, { name, heardMs }] of this.#seen) {
      if (id !== this.#self && (nowMs - heardMs >= SILENT_MS || names?.has(name) === false)) this.#seen.delete(id);
    }
  }

  /** Its place in the log; behind all others while it has said nothing. */
  get ownOrder(): number {
    return this.#seen.get(this.#self)?.order ?? Number.POSITIVE_INFINITY;
  }

  /** Without this process. One of an older version does not say what it knows, and is not judged. */
  alive(nowMs: number): Neighbour[] {
    return [...this.#seen].flatMap(([id, { name, order, confirmed, heardMs, entries }]): Neighbour[] => {
      const all = [...entries.values()];
      if (id === this.#self || nowMs - heardMs >= SILENT_MS || all.some(({ knows }) => knows === undefined)) return [];
      const knows = new Set(all.flatMap((one) => one.knows ?? []));
      const copies = new Set([...knows, ...all.flatMap(({ flows }) => Object.keys(flows))]);
      const joined = all.some((one) => one.joined === true);
      const ownsShards = all.some(({ shards }) => shards.length > 0);
      const url = all.find((one) => one.url !== null)?.url ?? null;
      return [{ name, url, order, confirmed, joined, knows, copies, ownsShards }];
    });
  }
}

const idOf = ({ name, startedAtMs }: { readonly name: string; readonly startedAtMs: number }): string =>
  `${startedAtMs} ${name}`;

/** Those that were there first and have nothing in common with this process: their shards are not for its flows. */
export function strangersOf(own: ReadonlySet<string>, ownOrder: number, others: readonly Neighbour[]): Neighbour[] {
  if (own.size === 0) return [];
  return others.filter(
    ({ order, knows }) => order < ownOrder && knows.size > 0 && ![...knows].some((flow) => own.has(flow)),
  );
}

export interface Lack {
  readonly flow: string;
  /** Who does not know it. */
  readonly process: string;
}

/** Flows of files that one of the processes knows and another, which takes shards, does not. */
export function lacksOf(
  self: { readonly name: string; readonly knows: ReadonlySet<string>; readonly copies: ReadonlySet<string> },
  others: readonly Neighbour[],
): Lack[] {
  const found = new Map<string, Lack>();
  const lacks = (process: string, copies: ReadonlySet<string>, wanted: ReadonlySet<string>): void => {
    for (const flow of wanted) if (!copies.has(flow)) found.set(`${flow} ${process}`, { flow, process });
  };
  for (const { name, joined, knows, copies, ownsShards } of others) {
    if (!joined) continue;
    if (knows.size > 0 || ownsShards) lacks(name, copies, self.knows);
    if (self.knows.size > 0) lacks(self.name, self.copies, knows);
  }
  return [...found.values()];
}
