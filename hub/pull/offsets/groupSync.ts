import { type Clock, systemClock } from '../../../shared/clock.ts';
import { reasonOf } from '../../../shared/errors.ts';
import { type Cluster, commitGroupOffsets, fetchOffsetsOfGroups, listGroups } from '../../../shared/kafka/index.ts';
import { Job, type JobState } from '../../../shared/telemetry/jobs.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import type { CheckpointBook } from './book.ts';
import { groupOffsetsRefused, groupOffsetsWritten } from './events.ts';
import { type GroupState, groupStateOf, groupWrites } from './groupRules.ts';

export interface GroupOffsetSyncOptions {
  readonly target: Cluster;
  readonly sourceAlias: string;
  readonly targetAlias: string;
  /** What to write comes from here. */
  readonly book: CheckpointBook;
  readonly intervalMs: number;
  readonly telemetry: Telemetry;
  readonly clock?: Clock;
}

/** Groups whose commits are under way at once. */
const COMMITS_AT_ONCE = 16;

/** Keeps idle groups of the target where their checkpoints say, so that a consumer can move over and go on. */
export class GroupOffsetSync {
  readonly #options: GroupOffsetSyncOptions;
  readonly #job: Job;

  private constructor(options: GroupOffsetSyncOptions) {
    this.#options = options;
    const job = { name: 'pull_group_offsets', everyMs: options.intervalMs };
    this.#job = new Job(
      { ...job, run: (signal) => this.#sync(signal) },
      options.telemetry,
      options.clock ?? systemClock,
    );
  }

  static open(options: GroupOffsetSyncOptions): GroupOffsetSync {
    return new GroupOffsetSync(options);
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

  async #sync(signal: AbortSignal): Promise<void> {
    const { target, book, telemetry, sourceAlias, targetAlias } = this.#options;
    const flow = `${sourceAlias}->${targetAlias}`;
    const states = new Map((await listGroups(target)).map(({ group, state }) => [group, groupStateOf(state)]));
    const stateOf = (group: string): GroupState => states.get(group) ?? 'absent';
    const idle = book.groups().filter((group) => stateOf(group) !== 'active');
    const known = await fetchOffsetsOfGroups(
      target,
      idle.filter((group) => stateOf(group) === 'empty'),
    );
    const failures: { group: string; reason: string }[] = [];
    const written = { groups: 0, offsets: 0 };
    const syncOne = async (group: string): Promise<void> => {
      const there = known.get(group) ?? [];
      if (there instanceof Error) throw there;
      const offsets = new Map(there.map(({ topic, partition, offset }) => [`${partition}/${topic}`, offset]));
      const offsetOf = (topic: string, partition: number) => offsets.get(`${partition}/${topic}`);
      const { write } = groupWrites(book.of(group), { state: stateOf(group), offsetOf });
      if (write.length === 0) return;
      await commitGroupOffsets(target, group, write);
      written.groups += 1;
      written.offsets += write.length;
    };
    for (let at = 0; at < idle.length && !signal.aborted; at += COMMITS_AT_ONCE) {
      const chunk = idle.slice(at, at + COMMITS_AT_ONCE);
      const results = await Promise.allSettled(chunk.map(syncOne));
      results.forEach((result, i) => {
        if (result.status === 'rejected') failures.push({ group: chunk[i] ?? '', reason: reasonOf(result.reason) });
      });
    }
    telemetry.emit(groupOffsetsWritten, { flow, ...written, active: book.groups().length - idle.length });
    const [first] = failures;
    if (first) telemetry.emit(groupOffsetsRefused, { flow, failed: failures.length, ...first });
  }
}
