/**
 * What the hub has of this source already, from an earlier run of this edge that the buffer knows nothing of: an older
 * copy of the buffer was put back, or a blank one begun.
 *
 * - The hub is asked once a run, in its first session. Until it has answered nothing is read, but not for longer than
 *   `hubWaitMs`: without a link a gateway captures all the same.
 * - Its positions are believed only after the source has shown the very record in front of them (resolver.ts). Else, and
 *   where records were captured before the hub could be asked, the hub may have what is captured: that is counted.
 * - Where a partition was before anything was captured unasked stays in the buffer, over restarts, under
 *   `unasked:<key of its position>`, until the hub has been asked.
 */
import type { tributary } from '../../../proto/generated/tributary.js';
import type { Capture, Intake, Repeats, StoredPosition } from '../../stages.ts';
import { kafkaCapturedAgain } from './events.ts';
import type { Partition, PositionEnd } from './partition.ts';
import type { Parts } from './shared.ts';

type Position = tributary.v1.ISourcePosition;

const UNASKED = 'unasked:';

export class Delivered {
  readonly #parts: Parts;
  readonly #intake: Intake;
  readonly #prefix: string;
  readonly #waitsUntilMs: number;
  #answered = false;
  /** The hub's, by log. */
  readonly #hub = new Map<string, Position>();
  /** Where partitions were before anything was captured unasked, by key. */
  readonly #unasked = new Map<string, Position>();
  /** Which of these are in the buffer. */
  readonly #noted = new Set<string>();

  constructor(parts: Parts, intake: Intake) {
    this.#parts = parts;
    this.#intake = intake;
    this.#prefix = `kafka:${parts.settings.name}:`;
    this.#waitsUntilMs = parts.clock.monotonicMs() + parts.settings.hubWaitMs;
    for (const { key, position } of intake.positions(UNASKED + this.#prefix)) {
      this.#unasked.set(key.slice(UNASKED.length), position);
      this.#noted.add(key.slice(UNASKED.length));
    }
  }

  /** Whether reading may begin: the hub has answered, or did not in time. */
  get mayRead(): boolean {
    return this.#answered || this.#parts.clock.monotonicMs() >= this.#waitsUntilMs;
  }

  /** What to ask the hub about; null once it has answered. */
  reached(): readonly Position[] | null {
    return this.#answered ? null : [...new Map([...this.#stored(), ...this.#unasked]).values()];
  }

  /** The hub's answer. Returns what is to be captured for it, behind all captures under way; null: nothing. */
  told(positions: readonly Position[]): Capture | null {
    if (this.#answered) return null;
    this.#answered = true;
    for (const position of positions) if (position.kind === 'kafka') this.#hub.set(logOf(position), position);
    for (const partition of this.#parts.partitions.values()) this.compare(partition);
    if (this.#unasked.size === 0) return null;
    const forget = [...this.#unasked.keys()].map((key) => UNASKED + key);
    return { records: [], maybeDuplicate: this.#capturedUnasked(), forget };
  }

  /** To be called for each partition that is found, or begins anew: where the hub is further on, that is checked first. */
  compare(partition: Partition): void {
    const position = this.#hub.get(logOf(partition));
    if (!position || position.clusterId !== this.#parts.cluster.clusterId) return;
    if (partition.handed < 0 ? !this.#mayBeOurs(partition) : partition.handed >= Number(position.nextOffset)) return;
    partition.ahead = position;
    if (partition.doubt !== null) return;
    partition.rewind();
    partition.doubt = 'epoch';
  }

  /** Positions to be stored with the first capture of partitions that the hub was not asked about. */
  unasked(ends: ReadonlyMap<Partition, PositionEnd>): StoredPosition[] {
    const notes: StoredPosition[] = [];
    for (const [{ key, topic, partition }, { topicId, first, leaderEpoch }] of this.#answered ? [] : ends) {
      if (this.#noted.has(key)) continue;
      const log = { kind: 'kafka', clusterId: this.#parts.cluster.clusterId ?? '', topic, topicId, partition };
      const position = this.#unasked.get(key) ?? { ...log, leaderEpoch, nextOffset: first };
      this.#unasked.set(key, position);
      notes.push({ key: UNASKED + key, position });
    }
    return notes;
  }

  /** These are durable. */
  noted(notes: readonly StoredPosition[]): void {
    for (const { key } of notes) this.#noted.add(key.slice(UNASKED.length));
  }

  #stored(): Map<string, Position> {
    return new Map(this.#intake.positions(this.#prefix).map(({ key, position }) => [key, position]));
  }

  /**
   * A partition without a position in its log. Under this source's name it had none in any log, although it was captured:
   * then the source was given another name, to read everything again.
   */
  #mayBeOurs({ key, topic, partition }: Partition): boolean {
    const known = this.#intake.positions(key).some((stored) => stored.key === key);
    return known || !this.#intake.hasCaptured(topic, partition);
  }

  /** Offsets, because how many of them were records nobody has counted. */
  #capturedUnasked(): Repeats[] {
    const { partitions, telemetry, settings } = this.#parts;
    const stored = this.#stored();
    const repeats: Repeats[] = [];
    for (const [key, from] of this.#unasked) {
      const log = logOf(from);
      const { topic, partition } = { topic: from.topic ?? '', partition: from.partition ?? 0 };
      const reading = partitions.get(`${topic}/${partition}`);
      const kept = stored.get(key);
      // What is handed over and not durable yet goes in front of the capture that this becomes.
      let own = kept && logOf(kept) === log ? Number(kept.nextOffset) : 0;
      if (reading && logOf(reading) === log) own = Math.max(own, reading.handed);
      const first = Number(from.nextOffset ?? 0);
      const next = Math.min(own, Number(this.#hub.get(log)?.nextOffset ?? 0));
      if (next <= first) continue;
      repeats.push({ topic, partition, records: next - first });
      const reason = 'they were captured before the hub could be asked';
      telemetry.emit(kafkaCapturedAgain, { source: settings.name, topic, partition, first, last: next - 1, reason });
    }
    return repeats;
  }
}

const logOf = ({ topicId, topic, partition }: Pick<Position, 'topicId' | 'topic' | 'partition'>): string =>
  `${topicId ?? ''}/${topic ?? ''}/${partition ?? 0}`;
