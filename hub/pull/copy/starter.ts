/**
 * Settles where partitions begin: those whose shard was just taken, and those whose retry clock has run.
 *
 * Asked are the source (is it the same topic, who leads it, what does the log hold, has it been truncated) and the target (is
 * it there, is it the same). One question for all partitions of a leader; a leader that does not answer holds up its own
 * partitions only.
 */
import { reasonOf } from '../../../shared/errors.ts';
import {
  type Cluster,
  EARLIEST,
  type EpochEnd,
  LATEST,
  type ListedOffset,
  listOffsets,
  type MetadataTopic,
  offsetForLeaderEpoch,
} from '../../../shared/kafka/index.ts';
import { Waiter } from '../../../shared/waiter.ts';
import { beginAt, type LogFacts, lacksPosition, lookAt } from './begin.ts';
import type { Flow } from './flow.ts';
import type { Partition } from './partition.ts';

/**
 * What the source says of their topics. It is not asked again where only the target is waited for: that it leads or is another
 * topic by now is noticed by fetching.
 */
async function inSource(source: Cluster, due: readonly Partition[]): Promise<ReadonlyMap<string, MetadataTopic>> {
  const topicsOf = (some: readonly Partition[]) => [...new Set(some.map(({ spec }) => spec.topic))];
  const doubted = topicsOf(due.filter(({ trouble }) => !trouble?.reason.startsWith('target')));
  const answered = doubted.length > 0 ? (await source.metadata(doubted)).topics : new Map<string, MetadataTopic>();
  const others = topicsOf(due).filter((topic) => !answered.has(topic));
  return new Map([...answered, ...(await source.topics(others))]);
}

/** Retry clocks are looked at that often. */
const TICK_MS = 100;

export class Starter {
  readonly #flow: Flow;
  readonly #waiter = new Waiter();
  readonly #running: Promise<void>;

  constructor(flow: Flow) {
    this.#flow = flow;
    this.#running = this.#run();
  }

  wake(): void {
    this.#waiter.wake();
  }

  get ended(): Promise<void> {
    return this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#flow;
    while (!signal.aborted) {
      const due = this.#due();
      if (due.length > 0) {
        for (const partition of due) partition.settling = true;
        await this.#look(due);
      }
      await this.#waiter.wait(TICK_MS);
    }
  }

  #due(): Partition[] {
    const now = this.#flow.clock.monotonicMs();
    const due: Partition[] = [];
    for (const partition of this.#flow.partitions.values()) {
      if (partition.settling) continue;
      const { state } = partition;
      if (state.kind === 'waiting' && state.retryAtMs <= now) {
        // What it waits for may have been set right in the target.
        if (!state.reason.startsWith('source')) this.#flow.targets.doubt(partition.spec.targetTopic);
        partition.start();
      }
      if (partition.state.kind === 'starting') due.push(partition);
    }
    return due;
  }

  /** Metadata of both sides, then each leader by itself, not waited for. */
  async #look(due: readonly Partition[]): Promise<void> {
    const { source, targets, signal } = this.#flow;
    const [found, looked] = await Promise.all([
      inSource(source, due).then(
        (topics) => ({ topics }),
        (error: unknown) => ({ error }),
      ),
      targets.look(due.map(({ spec }) => spec.targetTopic)).catch((error: unknown) => ({ error })),
    ]);
    if (signal.aborted) return;
    const byLeader = new Map<number, Partition[]>();
    for (const partition of due) {
      if ('error' in found) this.#done(partition, 'sourceUnreachable', found.error);
      else if (looked) this.#done(partition, 'targetUnavailable', looked.error);
      else if (this.#mayAsk(partition, found.topics.get(partition.spec.topic))) {
        const members = byLeader.get(partition.leader);
        if (members) members.push(partition);
        else byLeader.set(partition.leader, [partition]);
      }
    }
    for (const members of byLeader.values()) void this.#ask(members);
  }

  /** False: it is settled already, and does not copy now. */
  #mayAsk(partition: Partition, topic: MetadataTopic | undefined): boolean {
    const target = this.#flow.targets.seen(partition.spec.targetTopic);
    const objection = lookAt(partition, topic, target, this.#flow.settings) ?? lacksPosition(partition, this.#flow);
    if (!objection) return true;
    partition.settling = false;
    if (partition.state.kind !== 'starting') return false;
    if ('stop' in objection) partition.stop(objection.stop, objection.detail);
    else {
      partition.wait(objection.wait, objection.detail);
      if (objection.wait === 'sourceRecreated') this.#flow.outdated(partition.spec.topic);
    }
    return false;
  }

  async #ask(members: readonly Partition[]): Promise<void> {
    const { source, settings, clock } = this.#flow;
    const at = (timestamp: number, some = members) =>
      some.map(({ spec: { topic, partition } }) => ({ topic, partition, timestamp }));
    const { startAt } = settings;
    const young = typeof startAt === 'object' ? members.filter(({ position }) => !position) : [];
    const epochs = members.filter(
      ({ position, topicId }) => position && position.leaderEpoch >= 0 && position.topicId === topicId,
    );
    try {
      const [earliest, latest, since, ends] = await Promise.all([
        listOffsets(source, at(EARLIEST)),
        listOffsets(source, at(LATEST)),
        typeof startAt === 'object' && young.length > 0
          ? listOffsets(source, at(Math.max(0, clock.now() - startAt.agoMs), young))
          : [],
        epochs.length === 0
          ? []
          : offsetForLeaderEpoch(
              source,
              epochs.map(({ spec: { topic, partition }, position }) => {
                return { topic, partition, leaderEpoch: position!.leaderEpoch };
              }),
            ),
      ]);
      const endAt = new Map(epochs.map((partition, at) => [partition, at]));
      for (const [at, partition] of members.entries()) {
        const found = [earliest[at]!, latest[at]!, since[young.indexOf(partition)] ?? null] as const;
        this.#begin(partition, found, ends[endAt.get(partition) ?? -1] ?? null);
      }
      this.#flow.wakeFetchers();
    } catch (error) {
      for (const partition of members) this.#done(partition, 'sourceUnreachable', error);
    }
  }

  #begin(
    partition: Partition,
    [earliest, latest, since]: readonly [ListedOffset, ListedOffset, ListedOffset | null],
    end: EpochEnd | null,
  ): void {
    const { owners, signal } = this.#flow;
    const owner = owners.get(partition.shard);
    partition.settling = false;
    if (signal.aborted || partition.state.kind !== 'starting' || !owner) return;
    const code = earliest.errorCode || latest.errorCode || since?.errorCode || 0;
    if (code !== 0) {
      partition.wait('sourceRefused', `${partition.label}: the source answers ${code} when asked for offsets`);
      return;
    }
    const truncatedTo = end && end.errorCode === 0 && end.endOffset >= 0 ? end.endOffset : null;
    const facts: LogFacts = {
      earliest: earliest.offset,
      latest: latest.offset,
      truncatedTo,
      since: since && since.offset >= 0 ? since.offset : null,
    };
    const chunk = beginAt(this.#flow, partition, facts);
    partition.accepted = false;
    if (partition.trouble?.reason === 'targetMissing') this.#flow.recovered(partition);
    partition.fetchOffset = chunk?.plan.next ?? partition.committed;
    partition.copy();
    if (chunk) owner.submit(chunk);
  }

  #done(partition: Partition, reason: 'sourceUnreachable' | 'targetUnavailable', error: unknown): void {
    partition.settling = false;
    if (partition.state.kind === 'starting') partition.wait(reason, reasonOf(error));
  }
}
