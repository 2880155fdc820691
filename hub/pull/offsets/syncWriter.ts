/** When an offset sync is written, and which: MirrorMaker 2's rules, for its own clients and for going back to it. */
import { appendRecords, type Cluster } from '../../../shared/kafka/index.ts';
import { encodeOffsetSync, type OffsetSync } from './offsetSync.ts';

/** More would be thinned out at once (see {@link OffsetSyncs}). */
const MAX_DUE_PER_RUN = 8;

/** Says for one source partition, record by record or batch by batch, whether a sync is due. */
export class SyncDue {
  readonly #maxLag: number;
  #previousUpstream = -1;
  #previousDownstream = -1;
  #lastSyncDownstream = -1;
  #due = false;

  /** `maxLag`: how many records the target may go on without a sync; 0: each one is synced. */
  constructor(maxLag: number) {
    this.#maxLag = maxLag;
  }

  /** True from the first record that a sync is due for until {@link reset}. */
  update(upstream: number, downstream: number): boolean {
    const none = this.#lastSyncDownstream === -1;
    const lagging = downstream - (this.#lastSyncDownstream + 1) >= this.#maxLag;
    const jumped = upstream - this.#previousUpstream !== 1;
    const targetWentBack = downstream < this.#previousDownstream;
    if (none || lagging || jumped || targetWentBack) {
      this.#lastSyncDownstream = downstream;
      this.#due = true;
    }
    this.#previousUpstream = upstream;
    this.#previousDownstream = downstream;
    return this.#due;
  }

  /**
   * As {@link update} for each of `count` records that lie in a row on both sides; resets. Answers the offsets in the source
   * that a sync is due for; of many only some, evenly spread, the first and the last among them.
   */
  updateRun(upstream: number, downstream: number, count: number): number[] {
    const due = this.update(upstream, downstream) ? [upstream] : [];
    this.reset();
    const last = downstream + count - 1;
    const step = Math.max(this.#maxLag, 0) + 1;
    const steps = Math.floor((last - this.#lastSyncDownstream) / step);
    const stride = Math.ceil(steps / MAX_DUE_PER_RUN);
    for (let left = steps; left > 0; left -= stride) {
      this.#lastSyncDownstream += Math.min(left, stride) * step;
      due.push(upstream + (this.#lastSyncDownstream - downstream));
    }
    this.#previousUpstream = upstream + count - 1;
    this.#previousDownstream = last;
    return due;
  }

  reset(): void {
    this.#due = false;
  }
}

export interface OffsetSyncsOptions {
  readonly maxLag: number;
  readonly send: (syncs: readonly OffsetSync[]) => Promise<void>;
  /** They were not written; each partition's next one makes up for it. */
  readonly failed: (syncs: readonly OffsetSync[], error: unknown) => void;
  /** Requests sent and not answered. Default 10. */
  readonly maxInFlight?: number;
  /** Syncs in one request. Default 500. */
  readonly maxPerRequest?: number;
}

const MAX_IN_FLIGHT = 10;
const MAX_PER_REQUEST = 500;
/** That wait for one partition. */
const MAX_PENDING = 16;

/**
 * Syncs of many partitions on their way: due ones are sent at the next {@link fire}, the others wait for
 * {@link promoteDelayed} (every offset flush), the newest of each partition.
 *
 * Due ones come faster than they are sent while a topic is copied from its beginning, and groups that stand far back need the
 * old ones. So each partition keeps several; where they are too many every second one goes, never the oldest or the newest.
 */
export class OffsetSyncs {
  readonly #options: OffsetSyncsOptions;
  readonly #states = new Map<string, SyncDue>();
  readonly #delayed = new Map<string, OffsetSync>();
  readonly #pending = new Map<string, OffsetSync[]>();
  readonly #inFlight = new Set<Promise<void>>();

  constructor(options: OffsetSyncsOptions) {
    this.#options = options;
  }

  get pending(): readonly OffsetSync[] {
    return [...this.#pending.values()].flat();
  }
  get delayed(): readonly OffsetSync[] {
    return [...this.#delayed.values()];
  }

  /** A record was written. */
  update(sync: OffsetSync): void {
    this.updateRun(sync, 1);
  }

  /** `count` records in a row were written, on both sides without a hole; `sync` is of the first. */
  updateRun(sync: OffsetSync, count: number): void {
    const key = `${sync.partition}/${sync.topic}`;
    const state = this.#states.get(key) ?? new SyncDue(this.#options.maxLag);
    this.#states.set(key, state);
    const due = state.updateRun(sync.upstream, sync.downstream, count);
    const at = (upstream: number): OffsetSync => ({
      ...sync,
      upstream,
      downstream: sync.downstream + (upstream - sync.upstream),
    });
    const last = sync.upstream + count - 1;
    if (due.length > 0) {
      this.#delayed.delete(key);
      this.#queue(key, due.map(at));
    }
    if (due.at(-1) !== last) this.#delayed.set(key, at(last));
  }

  promoteDelayed(): void {
    for (const [key, sync] of this.#delayed) this.#queue(key, [sync]);
    this.#delayed.clear();
  }

  #queue(key: string, syncs: readonly OffsetSync[]): void {
    const all = [...(this.#pending.get(key) ?? []), ...syncs];
    this.#pending.set(key, all.length > MAX_PENDING ? thinnedOut(all) : all);
  }

  /** Sends what is pending, as far as there is room in flight; the rest waits for the next call. */
  fire(): void {
    const { maxInFlight = MAX_IN_FLIGHT, maxPerRequest = MAX_PER_REQUEST } = this.#options;
    while (this.#pending.size > 0 && this.#inFlight.size < maxInFlight) {
      this.#send(this.#take(maxPerRequest));
    }
  }

  /** A partition's stay together, in their order; about as many as that. */
  #take(count: number): OffsetSync[] {
    const taken: OffsetSync[] = [];
    for (const [key, syncs] of this.#pending) {
      if (taken.length >= count) break;
      taken.push(...syncs);
      this.#pending.delete(key);
    }
    return taken;
  }

  #send(syncs: readonly OffsetSync[]): void {
    const sent = this.#options
      .send(syncs)
      .catch((error: unknown) => this.#options.failed(syncs, error))
      .finally(() => this.#inFlight.delete(sent));
    this.#inFlight.add(sent);
  }

  /** The partition is no longer this process's. */
  forget(topic: string, partition: number): void {
    const key = `${partition}/${topic}`;
    for (const map of [this.#states, this.#delayed, this.#pending]) map.delete(key);
  }

  /** Waits for what is in flight. */
  async settled(): Promise<void> {
    await Promise.all(this.#inFlight);
  }
}

const thinnedOut = (syncs: readonly OffsetSync[]): OffsetSync[] =>
  syncs.filter((_, at) => at % 2 === 0 || at === syncs.length - 1);

/** For {@link OffsetSyncsOptions.send}: writes them where `cluster` keeps the topic. */
export async function writeOffsetSyncs(
  cluster: Cluster,
  topic: string,
  syncs: readonly OffsetSync[],
  timestamp: number,
): Promise<void> {
  const records = syncs.map((sync) => ({ ...encodeOffsetSync(sync), timestamp, headers: [] }));
  await appendRecords(cluster, topic, 0, records);
}
