/** Include and exclude lists of names, as MirrorMaker 2 reads them: for topics, groups and configuration properties. */
import { javaPattern } from './javaPattern.ts';

export interface NameFilterSettings {
  /** Names and Java regular expressions, each for the whole name; absent: everything. An empty list accepts nothing. */
  readonly include?: readonly string[];
  /** Wins over `include`. */
  readonly exclude: readonly string[];
}

/** What MirrorMaker 2 4.3 leaves out or takes where its file says nothing. */
export const FILTER_DEFAULTS = {
  topics: ['.*'],
  topicsExclude: ['mm2.*\\.internal', '.*\\.replica', '__.*'],
  groups: ['.*'],
  groupsExclude: ['console-consumer-.*', 'connect-.*', '__.*'],
  configPropertiesExclude: [
    'follower.replication.throttled.replicas',
    'leader.replication.throttled.replicas',
    'message.timestamp.difference.max.ms',
    'log.message.timestamp.before.max.ms',
    'log.message.timestamp.after.max.ms',
    'message.timestamp.type',
    'unclean.leader.election.enable',
    'min.insync.replicas',
  ],
} as const;

/** Outcomes that are remembered; beyond it all are forgotten. */
const REMEMBERED = 100_000;

/** A comma list of Kafka's configuration: blanks around commas don't count. A comma inside an expression separates, too. */
export function splitList(text: string): string[] {
  return text.trim() === '' ? [] : text.trim().split(/\s*,\s*/);
}

export class NameFilter {
  readonly #include: RegExp | null;
  readonly #exclude: RegExp | null;
  readonly #all: boolean;
  readonly #known = new Map<string, boolean>();

  /** @throws TributaryError `configInvalid`: an expression that JavaScript can't match as Java does */
  constructor({ include, exclude }: NameFilterSettings) {
    this.#all = include === undefined;
    this.#include = anyOf(include ?? []);
    this.#exclude = anyOf(exclude);
  }

  /** In the include list and not in the exclude list. */
  readonly accepts = (name: string): boolean => {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const accepted = (this.#all || (this.#include?.test(name) ?? false)) && !(this.#exclude?.test(name) ?? false);
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(name, accepted);
    return accepted;
  };
}

/** One expression of all, as MirrorMaker 2 joins them: a flag in one holds in those behind it. */
function anyOf(patterns: readonly string[]): RegExp | null {
  return patterns.length === 0 ? null : javaPattern(patterns.join('|'));
}
