/**
 * Whether there is room for what was captured, and making some. Three states: `open`, `full` (the buffer's own share is used
 * up), `diskFull` (something else has filled the disk, or a quota is used up). Each is said once when it begins, and once when it is over.
 *
 * A topic that blocks leaves a share to those that evict, where there are any: else nothing would be left to evict.
 */
import type { Clock } from '../../shared/clock.ts';
import { TributaryError } from '../../shared/errors.ts';
import { PRIORITIES, type Priority } from '../../shared/queues.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import type { PlaceState } from '../buffer/index.ts';
import { BUFFER_FULL, type BufferFile } from '../buffer/index.ts';
import type { RoomState } from '../buffer/outbox.ts';
import type { TopicPolicies } from '../topicPolicies.ts';
import { bufferHasRoom, bufferIsFull } from './events.ts';
import { Evictor } from './evict.ts';
import type { GivingUp } from './giveUp.ts';
import type { Waiting } from './queue.ts';
import { makeRoom } from './retain.ts';
import type { Sealer } from './sealer.ts';
import { settleBudget } from './settle.ts';

/** Of the cap: for topics that evict; and what fits where nobody has tried and there is room again. */
const SHARE = 8;
/** Of the cap, given up at once at least: so that not every commit has to make room. */
const STEP = 64;

export interface Admitted {
  readonly fit: readonly Waiting[];
  /** Captured, and given up at once: lower than everything that is here. */
  readonly givenUp: readonly Waiting[];
  readonly refused: readonly Waiting[];
  readonly error: TributaryError | null;
}

const weightOf = (captures: readonly Waiting[]): number => captures.reduce((sum, one) => sum + one.weight, 0);

/** Tails that these may complete: they are written once more, into the log at least. */
function tailsOf({ catalog }: BufferFile, captures: readonly Waiting[]): number {
  const seen = new Set<PlaceState>();
  let bytes = 0;
  for (const { capture } of captures) {
    for (const { topic, partition } of capture.records) {
      const place = catalog.place(topic, partition, 'main');
      if (place === undefined || seen.has(place)) continue;
      seen.add(place);
      bytes += [...place.moving, ...place.chain].reduce((sum, stream) => sum + stream.tailBytes, 0);
    }
  }
  return bytes;
}

export interface RoomOptions {
  readonly policies: TopicPolicies;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly givingUp: GivingUp;
}

export class Room {
  readonly #sealer: Sealer;
  readonly #file: BufferFile;
  readonly #evictor: Evictor;
  readonly #options: RoomOptions;
  readonly #share: number;
  #state: RoomState;
  #begunMs = 0;

  constructor(sealer: Sealer, options: RoomOptions) {
    this.#sealer = sealer;
    this.#file = sealer.file;
    this.#options = options;
    this.#evictor = new Evictor(sealer, options.policies);
    this.#share = options.policies.evictsAny ? Math.floor(sealer.file.maxBytes / SHARE) : 0;
    this.#state = { kind: 'open', sinceMs: options.clock.now(), reason: '' };
  }

  get state(): RoomState {
    return this.#state;
  }

  /** Whether it is still so: nobody may have tried since. */
  look(): RoomState {
    const isOver = this.#state.kind !== 'open' && this.#file.space.takeReserve() === null;
    if (isOver && this.#file.fits(this.#file.maxBytes / SHARE, this.#share)) this.took();
    return this.#state;
  }

  /** Which of these, in their order, can be written now. Gives up rows where topics ask for that. */
  admit(captures: readonly Waiting[]): Admitted {
    let want = this.#file.space.takeReserve();
    if (want !== null && this.#dropRetained(() => true)) want = this.#file.space.takeReserve();
    if (want !== null) return this.#refuse([], captures, this.#file.full(want));
    // Far from full nothing has to be counted exactly.
    if (this.#file.space.fits(weightOf(captures) + this.#file.maxBytes / 4, this.#share)) return all(captures);
    const bytes = this.#bytesOf(captures);
    // What is only kept goes before anything waits or is given up.
    do {
      if (this.#file.fits(bytes, this.#share)) return all(captures);
    } while (this.#dropRetained(() => !this.#file.space.fits(bytes, this.#share)));
    const [blocking, evicting] = this.#apart(captures);
    const fit = this.#fits(blocking, this.#share) ? blocking : [];
    const refused = fit === blocking ? [] : blocking;
    const made = evicting.length === 0 || this.#make([...fit, ...evicting], evicting);
    const answer = {
      fit: made ? captures.filter((one) => !refused.includes(one)) : fit,
      givenUp: made ? [] : evicting,
    };
    if (refused.length === 0) return { ...answer, refused, error: null };
    return { ...this.#refuse(answer.fit, refused, this.#file.full(BUFFER_FULL)), givenUp: answer.givenUp };
  }

  #refuse(fit: readonly Waiting[], refused: readonly Waiting[], error: TributaryError): Admitted {
    this.refused(error);
    return { fit, givenUp: [], refused, error };
  }

  /** A capture was refused for want of room, here or by the disk. */
  refused({ reason, message }: TributaryError): void {
    const kind = this.#file.space.hasReserve ? 'full' : 'diskFull';
    if (this.#state.kind === kind) return;
    if (this.#state.kind !== 'open') this.took();
    this.#state = { kind, sinceMs: this.#options.clock.now(), reason };
    this.#begunMs = this.#options.clock.monotonicMs();
    this.#options.telemetry.emit(bufferIsFull, { kind, reason: message });
  }

  /** Captures were written: whoever waits can go on. */
  took(): void {
    if (this.#state.kind === 'open') return;
    const { clock, telemetry } = this.#options;
    telemetry.emit(bufferHasRoom, { kind: this.#state.kind, forMs: clock.monotonicMs() - this.#begunMs });
    this.#state = { kind: 'open', sinceMs: clock.now(), reason: '' };
  }

  /** One with a topic that blocks waits as a whole. */
  #apart(captures: readonly Waiting[]): [blocking: Waiting[], evicting: Waiting[]] {
    const [blocking, evicting]: [Waiting[], Waiting[]] = [[], []];
    const { policies } = this.#options;
    for (const one of captures) {
      const { records } = one.capture;
      const evicts = records.length > 0 && records.every(({ topic }) => policies.of(topic).whenFull !== 'block');
      (evicts ? evicting : blocking).push(one);
    }
    return [blocking, evicting];
  }

  #bytesOf(captures: readonly Waiting[]): number {
    return weightOf(captures) + tailsOf(this.#file, captures);
  }
  #fits(captures: readonly Waiting[], besides = 0): boolean {
    return this.#file.fits(this.#bytesOf(captures), besides);
  }

  /** Some of the deliveries that are kept. False: none is left, or the disk has no room for that either. */
  #dropRetained(lacks: () => boolean): boolean {
    const { retained } = this.#file.catalog;
    if (retained.rows === 0) return false;
    try {
      this.#file.transaction(() => makeRoom(this.#sealer, settleBudget(this.#sealer), lacks));
      return this.#file.catalog.retained.rows < retained.rows;
    } catch (error) {
      if (isFull(error)) return false;
      throw error;
    }
  }

  #make(captures: readonly Waiting[], evicting: readonly Waiting[]): boolean {
    const upTo = this.#upTo(evicting);
    const bytes = weightOf(captures);
    const step = Math.max(bytes, Math.floor(this.#file.maxBytes / STEP));
    while (!this.#fits(captures)) {
      const { records } = this.#evictor.evict(step, upTo);
      if (records === 0) return false;
      this.#options.givingUp.tell('evicted', records);
    }
    return true;
  }

  /** The highest priority that these may push out; null: the oldest of any. */
  #upTo(evicting: readonly Waiting[]): Priority | null {
    let highest = 0;
    for (const { capture } of evicting) {
      for (const { topic } of capture.records) {
        const { whenFull, priority } = this.#options.policies.of(topic);
        if (whenFull === 'evictOldest') return null;
        highest = Math.max(highest, PRIORITIES.indexOf(priority));
      }
    }
    return PRIORITIES[highest]!;
  }
}

export const isFull = (error: unknown): error is TributaryError =>
  error instanceof TributaryError && error.code === 'bufferFull';

const all = (fit: readonly Waiting[]): Admitted => ({ fit, givenUp: [], refused: [], error: null });
