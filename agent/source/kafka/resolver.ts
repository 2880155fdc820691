/** Settles partitions' doubts: where to begin, and whether what was read before is still what the log holds. */
import type { tributary } from '../../../proto/generated/tributary.js';
import { reasonOf } from '../../../shared/errors.ts';
import { EARLIEST, LATEST, listOffsets, offsetForLeaderEpoch, saysStaleLeader } from '../../../shared/kafka/index.ts';
import { Waiter } from '../backoff.ts';
import type { Delivered } from './delivered.ts';
import { kafkaCapturedAgain, kafkaDeliveredBefore, kafkaOvertaken, kafkaTruncated } from './events.ts';
import type { Handover } from './handover.ts';
import type { Doubt, Partition } from './partition.ts';
import { type RecordBelow, recordBelow } from './recordBelow.ts';
import { answered, type Parts, rest, rests } from './shared.ts';

/** Partitions asked about one by one, where asking for many at once failed. */
const AT_ONCE = 16;
const IDLE_MS = 500;

interface Answer {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
}

export class Resolver {
  readonly #parts: Parts;
  readonly #delivered: Delivered;
  readonly #handover: Handover;
  readonly #settled: () => void;
  readonly #waiter = new Waiter();

  constructor(parts: Parts, options: { delivered: Delivered; handover: Handover; settled: () => void }) {
    this.#parts = parts;
    this.#delivered = options.delivered;
    this.#handover = options.handover;
    this.#settled = options.settled;
  }

  wake(): void {
    this.#waiter.wake();
  }

  async run(): Promise<void> {
    while (!this.#parts.signal.aborted) {
      const open = this.#open();
      if (open.length === 0) {
        await this.#waiter.wait(IDLE_MS);
        continue;
      }
      const ahead = open.filter((partition) => partition.ahead !== null);
      for (let i = 0; i < ahead.length; i += AT_ONCE) {
        await Promise.all(ahead.slice(i, i + AT_ONCE).map((partition) => this.#compareWithHub(partition)));
      }
      await Promise.all(
        DOUBTS.map((doubt) =>
          this.#settleAll(
            doubt,
            open.filter((p) => p.doubt === doubt && p.ahead === null && !rests(this.#parts, p)),
          ),
        ),
      );
      this.#settled();
    }
  }

  #open(): Partition[] {
    if (!this.#delivered.mayRead) return [];
    return [...this.#parts.partitions.values()].filter(
      (p) => p.doubt !== null && p.leader >= 0 && p.goneSinceMs === null && !rests(this.#parts, p),
    );
  }

  /** Whether the source shows the record that the hub's position speaks of: then all in front of it was delivered. */
  async #compareWithHub(partition: Partition): Promise<void> {
    const { ahead, line } = partition;
    if (ahead === null) return;
    const end = Number(ahead.nextOffset);
    let found: RecordBelow | string;
    try {
      found = leavesOut(partition, ahead) ?? (await recordBelow(this.#parts, partition, end));
    } catch (error) {
      if (!this.#parts.signal.aborted) this.#failed(partition, error);
      return;
    }
    if (partition.ahead !== ahead || partition.line !== line) return;
    const { topic, partition: number, handed } = partition;
    const range = {
      source: this.#parts.settings.name,
      topic,
      partition: number,
      first: Math.max(0, handed),
      last: end - 1,
    };
    const reason = typeof found === 'string' ? found : otherwise(found, ahead);
    if (typeof found === 'string' || reason !== null) {
      partition.doubtHub(ahead);
      this.#parts.telemetry.emit(kafkaCapturedAgain, { ...range, reason: reason ?? '' });
      return;
    }
    partition.believe(ahead, found.leaderEpoch);
    if (await this.#handover.moveTo(partition, ahead)) this.#parts.telemetry.emit(kafkaDeliveredBefore, range);
  }

  async #settleAll(doubt: Doubt, partitions: readonly Partition[]): Promise<void> {
    if (partitions.length === 0) return;
    try {
      await this.#settle(doubt, partitions);
    } catch (error) {
      if (this.#parts.signal.aborted) return;
      if (partitions.length === 1) return this.#failed(partitions[0]!, error);
      // One of them may spoil it for all: each is asked about alone.
      for (let i = 0; i < partitions.length; i += AT_ONCE) {
        const some = partitions.slice(i, i + AT_ONCE);
        await Promise.all(some.map((partition) => this.#settleAll(doubt, [partition])));
      }
    }
  }

  #failed(partition: Partition, error: unknown): void {
    rest(this.#parts, partition, reasonOf(error), { sayNow: false });
    this.#parts.askMetadata();
  }

  async #settle(doubt: Doubt, partitions: readonly Partition[]): Promise<void> {
    const lines = new Map(partitions.map((partition) => [partition, partition.line]));
    /** The partition of an answer, where it is still the one that was asked about. */
    const good = (answer: Answer): Partition | null => {
      const partition = this.#parts.partitions.get(`${answer.topic}/${answer.partition}`);
      if (!partition || partition.doubt !== doubt || partition.line !== lines.get(partition)) return null;
      if (answer.errorCode === 0) return partition;
      rest(this.#parts, partition, answered(answer.errorCode), { sayNow: !saysStaleLeader(answer.errorCode) });
      return null;
    };
    if (doubt === 'newEarliest') await this.#begin(partitions, EARLIEST, good);
    else if (doubt === 'newLatest') await this.#begin(partitions, LATEST, good);
    else if (doubt === 'epoch') await this.#compareEpochs(partitions, good);
    else await this.#findRange(partitions, good);
  }

  async #begin(partitions: readonly Partition[], timestamp: number, good: Good): Promise<void> {
    const { cluster, settings } = this.#parts;
    for (const answer of await listOffsets(cluster, asking(partitions, timestamp), settings.isolation)) {
      good(answer)?.settle(answer.offset);
    }
  }

  async #compareEpochs(partitions: readonly Partition[], good: Good): Promise<void> {
    const known = partitions.filter((partition) => partition.positionEpoch >= 0);
    for (const partition of partitions) if (partition.positionEpoch < 0) partition.settle(partition.handed);
    const questions = known.map(({ topic, partition, positionEpoch }) => ({
      topic,
      partition,
      leaderEpoch: positionEpoch,
    }));
    if (questions.length === 0) return;
    for (const answer of await offsetForLeaderEpoch(this.#parts.cluster, questions)) {
      const partition = good(answer);
      if (!partition) continue;
      // -1: the log does not know so old an epoch any more; then the fetch will say what is wrong, if anything is.
      if (answer.endOffset >= 0 && answer.endOffset < partition.handed) this.#truncated(partition, answer.endOffset);
      else partition.settle(partition.handed);
    }
  }

  async #findRange(partitions: readonly Partition[], good: Good): Promise<void> {
    const { cluster, settings, telemetry } = this.#parts;
    const earliest = await listOffsets(cluster, asking(partitions, EARLIEST));
    const latest = await listOffsets(cluster, asking(partitions, LATEST));
    for (const [i, start] of earliest.entries()) {
      const end = latest[i]!;
      const partition = good(start) && good(end);
      if (!partition) continue;
      const { topic, partition: number, handed } = partition;
      if (handed < start.offset) {
        const facts = { source: settings.name, topic, partition: number, first: handed, last: start.offset - 1 };
        telemetry.emit(kafkaOvertaken, facts);
        partition.settle(start.offset);
      } else if (handed > end.offset) this.#truncated(partition, end.offset);
      else partition.settle(handed);
    }
  }

  #truncated(partition: Partition, end: number): void {
    const { settings, telemetry } = this.#parts;
    const { topic, partition: number, handed } = partition;
    telemetry.emit(kafkaTruncated, { source: settings.name, topic, partition: number, first: end, last: handed - 1 });
    partition.settle(end);
  }
}

/** The run that the hub's position comes from began behind this partition's: what lies between, nobody has captured. */
function leavesOut({ handed }: Partition, { coveredFrom }: tributary.v1.ISourcePosition): string | null {
  const from = Number(coveredFrom ?? 0);
  return handed >= 0 && from > handed ? `the other run began to read at offset ${from} only` : null;
}

/** Why this is not the record that the position speaks of; null: it is. */
function otherwise(
  found: RecordBelow,
  { nextOffset, lastRecordCrc, lastTimestamp }: tributary.v1.ISourcePosition,
): string | null {
  const same = found.crc === Number(lastRecordCrc ?? 0) && found.timestamp === Number(lastTimestamp ?? 0);
  return same ? null : `the record in front of offset ${nextOffset} is another one now`;
}

type Good = (answer: Answer) => Partition | null;
const DOUBTS: readonly Doubt[] = ['newEarliest', 'newLatest', 'epoch', 'outOfRange'];

const asking = (partitions: readonly Partition[], timestamp: number) =>
  partitions.map(({ topic, partition }) => ({ topic, partition, timestamp }));
