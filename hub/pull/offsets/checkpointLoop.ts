import { type Clock, systemClock } from '../../../shared/clock.ts';
import { reasonOf, TributaryError } from '../../../shared/errors.ts';
import { appendRecords, type Cluster, fetchOffsetsOfGroups, listGroups } from '../../../shared/kafka/index.ts';
import { Job, type JobState } from '../../../shared/telemetry/jobs.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import { CheckpointBook } from './book.ts';
import { type Checkpoint, type CheckpointMeter, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import {
  type CheckpointRules,
  checkpointsOf,
  concerns,
  type ExactMaps,
  exactFirst,
  ofOwnCopy,
  type SourceOffset,
  type Translator,
} from './checkpointRules.ts';
import {
  checkpointsBeyondBounds,
  checkpointsEmitted,
  checkpointsUnreadable,
  groupsNotRead,
  internalTopicMade,
  mapsUnreadable,
} from './events.ts';
import { ensureInternalTopic } from './internalTopics.ts';
import { readInternal, SyncReader } from './syncReader.ts';

export interface CheckpointsOptions extends Omit<CheckpointRules, 'translator'> {
  readonly source: Cluster;
  readonly target: Cluster;
  readonly acceptsGroup: (group: string) => boolean;
  /** Where offset syncs are: `offset-syncs.topic.location`. */
  readonly syncsOn: 'source' | 'target';
  readonly intervalMs: number;
  readonly replicationFactor: number;
  readonly telemetry: Telemetry;
  readonly clock?: Clock;
  readonly meter?: CheckpointMeter;
  /** Where they reach they count before offset syncs. */
  readonly exact?: ExactMaps;
  readonly maxCheckpoints?: number;
  readonly maxPartitions?: number;
}

/** About 200 bytes each. */
const MAX_CHECKPOINTS = 500_000;
/** About 1 KiB each. */
const MAX_PARTITIONS = 100_000;

interface Round {
  /** New to the book. */
  fresh: number;
  readonly skipped: Record<string, number>;
}

/** Emits checkpoints: each interval, what every group of the source has read, in the target's offsets. */
export class Checkpoints {
  readonly book: CheckpointBook;
  readonly #options: CheckpointsOptions;
  readonly #topic: string;
  readonly #clock: Clock;
  readonly #syncs: SyncReader;
  readonly #job: Job;
  #saidBounds = '';
  #saidInexact = false;

  private constructor(options: CheckpointsOptions, topic: string, book: CheckpointBook, seeded: boolean) {
    const { policy, sourceAlias, targetAlias, syncsOn, source, target } = options;
    this.#options = options;
    this.#topic = topic;
    this.book = book;
    this.#clock = options.clock ?? systemClock;
    this.#syncs = new SyncReader({
      cluster: syncsOn === 'source' ? source : target,
      topic: policy.offsetSyncsTopic(syncsOn === 'source' ? targetAlias : sourceAlias),
      acceptsTopic: options.acceptsTopic,
      newestOnlyWhileLoading: !seeded,
      maxPartitions: options.maxPartitions ?? MAX_PARTITIONS,
    });
    const job = { name: 'pull_checkpoints', everyMs: options.intervalMs, atOnce: true };
    this.#job = new Job({ ...job, run: (signal) => this.#emit(signal) }, options.telemetry, this.#clock);
  }

  /**
   * Makes the topic where it is missing and reads it, so that no checkpoint falls behind one of an earlier run.
   * @throws TributaryError `topicNotCreatable`, `brokerUnavailable`
   */
  static async open(options: CheckpointsOptions): Promise<Checkpoints> {
    const { policy, sourceAlias, target, telemetry, replicationFactor } = options;
    const topic = policy.checkpointsTopic(sourceAlias);
    if (await ensureInternalTopic(target, { name: topic, replicationFactor })) {
      telemetry.emit(internalTopicMade, { flow: flowOf(options), topic });
    }
    const book = new CheckpointBook(options.maxCheckpoints ?? MAX_CHECKPOINTS);
    const seeded = await seed(options, topic, book);
    return new Checkpoints(options, topic, book, seeded);
  }

  state(): JobState {
    return this.#job.state();
  }

  /** A round now; waits for it. */
  runNow(): Promise<void> {
    return this.#job.runNow();
  }

  close(): Promise<void> {
    return this.#job.close();
  }

  async #emit(signal: AbortSignal): Promise<void> {
    const { source, acceptsGroup, acceptsTopic, telemetry } = this.#options;
    const started = this.#clock.monotonicMs();
    const translator = await this.#translator();
    const groups = await groupsOf(source, acceptsGroup);
    this.#forgetAllBut(new Set(groups));
    const emitted: Checkpoint[] = [];
    const round: Round = { fresh: 0, skipped: {} };
    const failed: [string, Error][] = [];
    let looked = 0;
    for (const [group, offsets] of await fetchOffsetsOfGroups(source, groups)) {
      if (signal.aborted) return;
      if (offsets instanceof Error) failed.push([group, offsets]);
      else if (concerns(acceptsGroup, acceptsTopic, group, offsets)) {
        looked += 1;
        emitted.push(...this.#checkpoints({ ...this.#options, translator }, group, offsets, round));
      }
    }
    await this.#write(emitted);
    const facts = { flow: flowOf(this.#options), groups: looked, emitted: emitted.length, skipped: round.skipped };
    telemetry.emit(checkpointsEmitted, { ...facts, tookMs: this.#clock.monotonicMs() - started });
    const [first] = failed;
    if (first) {
      const [group, error] = first;
      telemetry.emit(groupsNotRead, { flow: facts.flow, failed: failed.length, group, reason: reasonOf(error) });
    }
    this.#sayBounds();
  }

  /** Maps that can't be read are done without: offset syncs are enough for a rough place. */
  async #translator(): Promise<Translator> {
    const { exact, telemetry } = this.#options;
    await this.#syncs.catchUp();
    const { store } = this.#syncs;
    if (!exact) return ofOwnCopy(store, this.#options);
    try {
      await exact.catchUp();
      this.#saidInexact = false;
      return ofOwnCopy(exactFirst(exact, store), this.#options);
    } catch (error) {
      if (!this.#saidInexact) telemetry.emit(mapsUnreadable, { flow: flowOf(this.#options), reason: reasonOf(error) });
      this.#saidInexact = true;
      return ofOwnCopy(store, this.#options);
    }
  }

  #checkpoints(rules: CheckpointRules, group: string, offsets: readonly SourceOffset[], round: Round): Checkpoint[] {
    const last = (topic: string, partition: number) => this.book.last(group, topic, partition);
    const found = checkpointsOf(rules, group, offsets, last);
    for (const [reason, count] of Object.entries(found.skipped))
      round.skipped[reason] = (round.skipped[reason] ?? 0) + count;
    return found.emit.filter(({ topic, partition }) => {
      if (last(topic, partition)) return true;
      // One that could not be remembered would be written again each time, and could go back.
      if (round.fresh >= this.book.room) {
        this.book.leaveOut(group);
        return false;
      }
      round.fresh += 1;
      return true;
    });
  }

  /** The book has a checkpoint once the target has it. */
  async #write(checkpoints: readonly Checkpoint[]): Promise<void> {
    const timestamp = this.#clock.now();
    const records = checkpoints.map((checkpoint) => ({ ...encodeCheckpoint(checkpoint), timestamp, headers: [] }));
    await appendRecords(this.#options.target, this.#topic, 0, records);
    for (const checkpoint of checkpoints) this.book.put(checkpoint);
    if (checkpoints.length > 0) this.#options.meter?.checkpointsWritten(checkpoints, this.#clock.now() - timestamp);
  }

  #forgetAllBut(groups: ReadonlySet<string>): void {
    for (const group of this.book.groups()) if (!groups.has(group)) this.book.forget(group);
  }

  #sayBounds(): void {
    const facts = { groups: this.book.leftOut, partitions: this.#syncs.store.leftOut };
    const text = `${facts.groups}/${facts.partitions}`;
    if (text !== this.#saidBounds && text !== '0/0') {
      this.#options.telemetry.emit(checkpointsBeyondBounds, { flow: flowOf(this.#options), ...facts });
    }
    this.#saidBounds = text;
  }
}

/** Consumer groups of any protocol; also those that only have offsets. */
async function groupsOf(source: Cluster, accepts: (group: string) => boolean): Promise<string[]> {
  const consumers = (await listGroups(source)).filter(
    ({ protocolType, type }) => (protocolType === 'consumer' || protocolType === '') && type !== 'share',
  );
  return consumers.map(({ group }) => group).filter(accepts);
}

/** False: there is no right to read the topic. */
async function seed(options: CheckpointsOptions, topic: string, book: CheckpointBook): Promise<boolean> {
  try {
    await readInternal(options.target, topic, null, (record) => {
      const checkpoint = decodeCheckpoint(record);
      if (checkpoint && options.acceptsGroup(checkpoint.group)) book.put(checkpoint);
    });
    return true;
  } catch (error) {
    if (!(error instanceof TributaryError) || error.code !== 'brokerRefused') throw error;
    options.telemetry.emit(checkpointsUnreadable, { flow: flowOf(options), topic, reason: error.reason });
    return false;
  }
}

const flowOf = ({ sourceAlias, targetAlias }: CheckpointsOptions): string => `${sourceAlias}->${targetAlias}`;
