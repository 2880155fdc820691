/**
 * Sources: where records enter an agent.
 *
 * Invariants of every source:
 * - It acknowledges (an HTTP 2xx, a committed group offset) only after `Intake.capture` has resolved.
 * - What it says about its own position goes into the same capture as the records that the position stands behind.
 * - `open` never needs the outside world: without a broker the source waits and tries again, by itself, for ever.
 * - What it holds in memory is bounded, whatever its peers do; when the buffer is full it pauses and goes on by itself.
 * - Keys, values and headers may be views into a buffer that is used again only after the capture has resolved: the
 *   intake encodes them before that and keeps no reference.
 *
 * Lifecycle: `open(intake)` once, `close()` once; after `close` nothing more is captured.
 */
import type { Intake } from '../stages.ts';

export interface SourceState {
  readonly name: string;
  /** `waiting`: it would work but something outside is away (a broker, room in the buffer). `failed`: it stopped. */
  readonly state: 'starting' | 'running' | 'waiting' | 'failed';
  /** A clause for people; also with `running`, where a part of the source has a problem of its own. */
  readonly reason?: string;
}

export interface Source {
  open(intake: Intake): Promise<void>;
  /** Takes no more, finishes what it has handed over; bounded in time. */
  close(): Promise<void>;
  state(): SourceState;
}
