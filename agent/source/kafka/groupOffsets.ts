/**
 * Moves the offsets of a consumer group behind what is durable, about once a second, so that other tools see the lag.
 * Nothing depends on them: the position that counts is in the buffer. A failure is said once and tried again.
 */
import { commitGroupOffsets } from '../../../shared/kafka/index.ts';
import { backoffMs, Waiter } from '../backoff.ts';
import { kafkaGroupMoves, kafkaGroupNotMoved } from './events.ts';
import type { Partition } from './partition.ts';
import type { Parts } from './shared.ts';

const BACKOFF = { baseMs: 1_000, maxMs: 30_000 };

export class GroupOffsets {
  readonly #parts: Parts;
  readonly #group: string;
  readonly #waiter = new Waiter();
  #failures = 0;

  constructor(parts: Parts, group: string) {
    this.#parts = parts;
    this.#group = group;
  }

  wake(): void {
    this.#waiter.wake();
  }

  async run(): Promise<void> {
    const { signal, settings } = this.#parts;
    while (!signal.aborted) {
      await this.#waiter.wait(this.#failures > 0 ? backoffMs(this.#failures, BACKOFF) : settings.groupCommitMs);
      if (!signal.aborted) await this.commit();
    }
  }

  /** Never throws. */
  async commit(): Promise<void> {
    const { cluster, telemetry, settings } = this.#parts;
    const moved = [...this.#parts.partitions.values()].filter(ahead).map((partition) => {
      const { topic, partition: number, stored, positionEpoch, line } = partition;
      return { of: partition, line, topic, partition: number, offset: stored, leaderEpoch: positionEpoch };
    });
    if (moved.length === 0) return;
    try {
      await commitGroupOffsets(cluster, this.#group, moved);
    } catch (error) {
      this.#failures += 1;
      if (this.#failures === 1)
        telemetry.emit(kafkaGroupNotMoved, { source: settings.name, group: this.#group, error });
      return;
    }
    for (const { of, line, offset } of moved) if (of.line === line) of.groupCommitted = offset;
    if (this.#failures > 0) telemetry.emit(kafkaGroupMoves, { source: settings.name, group: this.#group });
    this.#failures = 0;
  }
}

const ahead = ({ stored, groupCommitted, goneSinceMs }: Partition): boolean =>
  stored >= 0 && stored !== groupCommitted && goneSinceMs === null;
