/**
 * Hands slices to the intake, one after the other over all leaders: the positions of a partition reach the buffer in
 * their order, also when a partition moves to another leader while the buffer is full.
 *
 * One that is larger than a capture may be, or than what the buffer has room for now, is handed over in parts, down to single
 * records, each with the position behind it: so a partition waits only for space, or at a record that nothing takes.
 */
import type { tributary } from '../../../proto/generated/tributary.js';
import { crashPoint } from '../../../shared/crashPoint.ts';
import { TributaryError } from '../../../shared/errors.ts';
import type { Capture, Intake, Repeats, StoredPosition } from '../../stages.ts';
import { backoffMs, type Waiter } from '../backoff.ts';
import { recordsCaptured } from '../events.ts';
import type { Delivered } from './delivered.ts';
import { BUFFER_BACKOFF } from './options.ts';
import type { Partition } from './partition.ts';
import { byPartition, halves, type Part } from './parts.ts';
import { crcOfRecord } from './recordCrc.ts';
import { type Parts, rest } from './shared.ts';
import type { Slice, SliceEnd } from './slice.ts';

const BUFFER = 'buffer';

export class Handover {
  readonly #parts: Parts;
  readonly #intake: Intake;
  readonly #waiter: Waiter;
  readonly #delivered: Delivered;
  readonly #sourcePartitions: () => ReadonlyMap<string, number>;
  #last: Promise<void> = Promise.resolve();

  constructor(
    parts: Parts,
    intake: Intake,
    options: { waiter: Waiter; delivered: Delivered; sourcePartitions: () => ReadonlyMap<string, number> },
  ) {
    this.#parts = parts;
    this.#intake = intake;
    this.#waiter = options.waiter;
    this.#delivered = options.delivered;
    this.#sourcePartitions = options.sourcePartitions;
  }

  /**
   * Resolves once the slice is durable, or the source is closing or has failed. Waits as long as the buffer is full.
   */
  hand(slice: Slice): Promise<void> {
    return this.#inTurn(() => this.#hand(slice));
  }

  /** Stores what has no records, behind everything that was handed over before. Resolves as {@link hand}: true if it is durable. */
  async note(capture: Capture): Promise<boolean> {
    let stored = false;
    await this.#inTurn(async () => {
      stored = await this.#store(capture);
    });
    return stored;
  }

  /** Stores a partition's position without records. True once it is durable. */
  async moveTo(partition: Partition, position: tributary.v1.ISourcePosition): Promise<boolean> {
    const { key, line } = partition;
    const stored = await this.note({ records: [], positions: [{ key, position }] });
    if (stored && partition.line === line) partition.stored = Math.max(partition.stored, Number(position.nextOffset));
    return stored;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(work).catch((error: unknown) => this.#parts.fail(error));
    return this.#last;
  }

  /** Resolves once nothing is under way. */
  settled(): Promise<void> {
    return this.#last;
  }

  async #hand(slice: Slice): Promise<void> {
    const left: Part[] = [slice];
    for (let failures = 0; left.length > 0 && !this.#parts.signal.aborted; ) {
      const part = withoutVoid(left.shift()!);
      if (part.ends.size === 0) continue;
      try {
        await this.#capture(part);
        failures = 0;
      } catch (error) {
        if (!(error instanceof TributaryError)) throw error;
        left.unshift(...this.#apart(part, error));
        if (error.code === 'bufferFull') await this.#waitForSpace(failures++, error);
      }
    }
  }

  /** What is to be tried instead of what the intake did not take. One partition's trouble must not be another's. */
  #apart(part: Part, error: TributaryError): Part[] {
    if (!isAboutSize(error) && error.code !== 'badRequest') throw error;
    if (isAboutSize(error) && part.records.length > 1) return halves(part);
    if (error.code === 'bufferFull') return [part];
    if (part.ends.size > 1) return byPartition(part);
    for (const partition of part.ends.keys()) {
      partition.backToStored();
      rest(this.#parts, partition, error.reason, { sayNow: true });
    }
    return [];
  }

  async #capture({ records, ends }: Part): Promise<void> {
    const clusterId = this.#parts.cluster.clusterId ?? '';
    const notes = this.#delivered.unasked(ends);
    const positions: StoredPosition[] = [...notes];
    const maybeDuplicate: Repeats[] = [];
    for (const [partition, end] of ends) {
      // A topic made again in the meantime begins anew, and a partition that was moved on is further: the position is old.
      const current = end.topicId === partition.topicId && end.next >= partition.stored;
      if (current) positions.push(partition.position(clusterId, end));
      const { topic, partition: number } = partition;
      if (end.repeats > 0) maybeDuplicate.push({ topic, partition: number, records: end.repeats });
    }
    if (records.length > 0) crashPoint('agent.source.read');
    const sourcePartitions = this.#sourcePartitions();
    await this.#intake.capture({ records, positions, maybeDuplicate, sourcePartitions });
    this.#parts.troubles.end(BUFFER);
    this.#delivered.noted(notes);
    this.#stored(ends);
  }

  /** True once it is durable; false: the source is closing. */
  async #store(capture: Capture): Promise<boolean> {
    const { troubles, signal } = this.#parts;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        await this.#intake.capture(capture);
        troubles.end(BUFFER);
        return true;
      } catch (error) {
        if (!(error instanceof TributaryError) || error.code !== 'bufferFull') throw error;
        await this.#waitForSpace(failures, error);
      }
    }
    return false;
  }

  async #waitForSpace(failures: number, { reason }: TributaryError): Promise<void> {
    this.#parts.troubles.begin(BUFFER, reason);
    await this.#waiter.wait(backoffMs(failures, BUFFER_BACKOFF));
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

/**
 * A slice is filled while the one before is under way. Where that one was not taken, what follows of the same partition
 * must not be either: its position would pass over what is missing.
 */
function withoutVoid({ records, ends }: Part): Part {
  const dropped = new Set(
    [...ends].filter(([{ voidLine }, { line }]) => line <= voidLine).map(([partition]) => partition),
  );
  if (dropped.size === 0) return { records, ends };
  const labels = new Set([...dropped].map(({ label }) => label));
  return {
    records: records.filter(({ topic, partition }) => !labels.has(`${topic}/${partition}`)),
    ends: new Map([...ends].filter(([partition]) => !dropped.has(partition))),
  };
}

const isAboutSize = ({ code }: TributaryError): boolean => code === 'tooLarge' || code === 'bufferFull';
