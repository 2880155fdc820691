/**
 * Hands slices to the intake, one after the other over all leaders: the positions of a partition reach the buffer in
 * their order, also when a partition moves to another leader while the buffer is full.
 */
import { crashPoint } from '../../../shared/crashPoint.ts';
import { TributaryError } from '../../../shared/errors.ts';
import type { Captured, Intake, StoredPosition } from '../../stages.ts';
import { backoffMs, type Waiter } from '../backoff.ts';
import { recordsCaptured } from '../events.ts';
import { BUFFER_BACKOFF } from './options.ts';
import type { Partition } from './partition.ts';
import { crcOfRecord } from './recordCrc.ts';
import { type Parts, rest } from './shared.ts';
import type { Slice, SliceEnd } from './slice.ts';

const BUFFER = 'buffer';

export class Handover {
  readonly #parts: Parts;
  readonly #intake: Intake;
  readonly #waiter: Waiter;
  readonly #sourcePartitions: () => ReadonlyMap<string, number>;
  #last: Promise<void> = Promise.resolve();

  constructor(
    parts: Parts,
    intake: Intake,
    options: { waiter: Waiter; sourcePartitions: () => ReadonlyMap<string, number> },
  ) {
    this.#parts = parts;
    this.#intake = intake;
    this.#waiter = options.waiter;
    this.#sourcePartitions = options.sourcePartitions;
  }

  /**
   * Resolves once the slice is durable, or the source is closing or has failed. Waits as long as the buffer is full.
   */
  hand(slice: Slice): Promise<void> {
    this.#last = this.#last.then(() => this.#hand(slice)).catch((error: unknown) => this.#parts.fail(error));
    return this.#last;
  }

  /** Resolves once nothing is under way. */
  settled(): Promise<void> {
    return this.#last;
  }

  async #hand(slice: Slice): Promise<void> {
    if (this.#parts.signal.aborted) return;
    try {
      await this.#capture(slice.records, slice.ends);
    } catch (error) {
      if (!isAboutRecords(error)) throw error;
      await this.#handApart(slice, error);
    }
  }

  /** The intake does not take one partition's records (too large, too many partitions): the others' must not suffer. */
  async #handApart(slice: Slice, cause: TributaryError): Promise<void> {
    for (const [partition, end] of slice.ends) {
      const own = slice.records.filter((r) => r.partition === partition.partition && r.topic === partition.topic);
      try {
        if (slice.ends.size === 1) throw cause;
        await this.#capture(own, new Map([[partition, end]]));
      } catch (error) {
        if (!isAboutRecords(error)) throw error;
        partition.backToStored();
        rest(this.#parts, partition, error.reason, { sayNow: true });
      }
    }
  }

  async #capture(records: readonly Captured[], ends: ReadonlyMap<Partition, SliceEnd>): Promise<void> {
    const { cluster, troubles, signal } = this.#parts;
    const positions: StoredPosition[] = [];
    for (const [partition, end] of ends) {
      // A topic made again in the meantime begins anew: the old one's position is of no use.
      if (end.topicId === partition.topicId) positions.push(partition.position(cluster.clusterId ?? '', end));
    }
    if (records.length > 0) crashPoint('agent.source.read');
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        await this.#intake.capture({ records, positions, sourcePartitions: this.#sourcePartitions() });
        troubles.end(BUFFER);
        this.#stored(ends);
        return;
      } catch (error) {
        if (!(error instanceof TributaryError) || error.code !== 'bufferFull') throw error;
        troubles.begin(BUFFER, error.reason);
        await this.#waiter.wait(backoffMs(failures, BUFFER_BACKOFF));
      }
    }
  }

  #stored(ends: ReadonlyMap<Partition, SliceEnd>): void {
    const { telemetry, settings, labels } = this.#parts;
    for (const [partition, end] of ends) {
      if (end.records > 0) {
        const topic = labels.of(partition.topic);
        telemetry.emit(recordsCaptured, { source: settings.name, topic, records: end.records, bytes: end.bytes });
      }
      if (end.line !== partition.line) continue;
      partition.stored = end.next;
      if (end.last) {
        partition.lastRecordCrc = crcOfRecord(end.last.key, end.last.value);
        partition.lastTimestamp = end.last.timestamp;
      }
    }
  }
}

const isAboutRecords = (error: unknown): error is TributaryError =>
  error instanceof TributaryError && (error.code === 'tooLarge' || error.code === 'badRequest');
