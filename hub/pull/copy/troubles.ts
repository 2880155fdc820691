/**
 * What keeps partitions of a flow from being copied, said once for all that it holds up, and once when it is over.
 *
 * A source that is away is one trouble, whatever it has of partitions. Every other one is a topic's, by its first reason: a
 * partition stays in it until it is copied again, also where the reason changes meanwhile.
 */
import type { Clock } from '../../../shared/clock.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import {
  pullPartitionRecovered,
  pullPartitionWaits,
  pullPartitionWaitsAgain,
  pullSourceAway,
  pullSourceBack,
} from './events.ts';
import type { Partition, WaitReason } from './partition.ts';
import type { FlowName } from './settings.ts';

/** Short trouble is everyday life (a leader moves, a topic is just being made): said once it has lasted for some attempts. */
const SILENT_ATTEMPTS = 3;
const QUIET: ReadonlySet<WaitReason> = new Set([
  'sourceLeaderless',
  'sourceRecreated',
  'targetUnavailable',
  'targetMissing',
]);
const SOURCE = 'source';

interface Episode {
  readonly key: string;
  readonly sinceMs: number;
  /** Reasons that were said; none: nobody needs to hear that it is over. */
  readonly said: Set<WaitReason>;
  readonly members: Set<Partition>;
  /** Those that are copied again. */
  readonly over: Partition[];
}

export class Troubles {
  readonly #flow: FlowName;
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  readonly #episodes = new Map<string, Episode>();
  readonly #of = new Map<Partition, Episode>();

  constructor(flow: FlowName, telemetry: Telemetry, clock: Clock) {
    this.#flow = flow;
    this.#telemetry = telemetry;
    this.#clock = clock;
  }

  /** A broker of the source did not answer; these were asked for, and may have another leader. */
  away(partitions: Iterable<Partition>, detail: string): void {
    for (const partition of partitions) {
      partition.trouble ??= { reason: 'sourceUnreachable', sinceMs: this.#clock.monotonicMs(), attempts: 0 };
      this.#say(this.#join(partition, 'sourceUnreachable'), partition, 'sourceUnreachable', detail);
    }
  }

  /** It waits now, once more or for the first time. */
  waits(partition: Partition, reason: WaitReason, detail: string): void {
    const attempts = partition.trouble?.attempts ?? 1;
    const episode = this.#join(partition, reason);
    if (QUIET.has(reason) && attempts < SILENT_ATTEMPTS) this.#again(partition, reason, detail);
    else this.#say(episode, partition, reason, detail);
  }

  /** It is copied again. */
  recovered(partition: Partition): void {
    partition.trouble = null;
    this.#of.get(partition)?.over.push(partition);
    this.left(partition);
  }

  /** It is not waited for any more: nobody copies it here, or it has stopped. */
  left(partition: Partition): void {
    const episode = this.#of.get(partition);
    if (!episode) return;
    this.#of.delete(partition);
    episode.members.delete(partition);
    if (episode.members.size > 0) return;
    this.#episodes.delete(episode.key);
    if (episode.said.size > 0 && episode.over.length > 0) this.#end(episode);
  }

  #join(partition: Partition, reason: WaitReason): Episode {
    const key = reason === 'sourceUnreachable' ? SOURCE : `${reason}/${partition.spec.topic}`;
    const known = this.#of.get(partition);
    // A broker that ends in order first says that it leads nothing any more.
    if (known && (key !== SOURCE || known.said.size > 0)) return known;
    if (known) this.left(partition);
    let episode = this.#episodes.get(key);
    if (!episode) {
      episode = { key, sinceMs: this.#clock.monotonicMs(), said: new Set(), members: new Set(), over: [] };
      this.#episodes.set(key, episode);
    }
    episode.members.add(partition);
    this.#of.set(partition, episode);
    return episode;
  }

  #say(episode: Episode, partition: Partition, reason: WaitReason, detail: string): void {
    if (episode.said.has(reason)) {
      this.#again(partition, reason, detail);
      return;
    }
    episode.said.add(reason);
    const flow = this.#flow;
    if (reason === 'sourceUnreachable') this.#telemetry.emit(pullSourceAway, { flow, reason: detail });
    else this.#telemetry.emit(pullPartitionWaits, { flow, source: partition.label, reason, detail });
  }

  #again({ label: source }: Partition, reason: WaitReason, detail: string): void {
    this.#telemetry.emit(pullPartitionWaitsAgain, { flow: this.#flow, source, reason, detail });
  }

  #end({ key, sinceMs, over }: Episode): void {
    const facts = {
      flow: this.#flow,
      partitions: over.length,
      afterMs: Math.round(this.#clock.monotonicMs() - sinceMs),
    };
    if (key === SOURCE) this.#telemetry.emit(pullSourceBack, facts);
    else this.#telemetry.emit(pullPartitionRecovered, { ...facts, source: over[0]!.label });
  }
}
