/**
 * Where sending stands, in memory only: what was sent and not confirmed, and which streams wait.
 *
 * - `after` is a row id for each of the buffer's queues: every row of it that may be sent and has not been has a greater one. It
 *   goes forward with each take and back when what waited may go on.
 * - A stream's rows are contiguous. `settledNext` is where its oldest row begins, `sentNext` where its first unsent one
 *   does. Rows below `sentNext`, and all rows of a waiting stream, are passed over when rows are taken.
 * - Each hold rewinds the stream to what is settled and gives the stream a new generation. An answer to an older one is good for its points only.
 * - A stream that waits holds back only itself and younger streams of its own place; so does one with an unanswered shipment.
 *   In one shipment the hub keeps a place's streams apart. In a later one it can't: an answer that is still to come may say that
 *   the older stream forks, and then what follows it is sealed again too, whether or not the hub has taken it.
 * - Bounded: a stream has a cursor only while something of it is unconfirmed or it waits.
 */
import { type Epoch, placeKey } from '../../shared/identity.ts';
import { QUEUES } from '../../shared/queues.ts';
import type { Parcel } from '../stages.ts';

/** Why a stream does not send. `behind`: an older stream of its place waits; it goes on with that one. */
export type WaitKind =
  | 'parked'
  | 'limit'
  | 'held'
  | 'session'
  | 'predecessor'
  | 'ahead'
  | 'unconfirmed'
  | 'corrupt'
  | 'local'
  | 'behind';

interface Wait {
  readonly kind: WaitKind;
  /** A clause for people. */
  readonly reason: string;
  /** Monotonic clock; infinite: until somebody releases it. */
  readonly untilMs: number;
}

/** A row that was sent. */
export interface SentRow {
  readonly id: number;
  readonly first: number;
  readonly last: number;
}

/** What one shipment held of one stream. */
export interface SentStream {
  readonly streamId: number;
  readonly place: string;
  readonly generation: number;
  readonly rows: readonly SentRow[];
}

export interface Cursor {
  readonly streamId: number;
  readonly place: string;
  readonly epoch: Epoch;
  readonly queue: number;
  /** For people: epoch, lane, partition, topic. */
  readonly name: string;
  readonly settledNext: number;
  readonly sentNext: number;
  readonly generation: number;
  readonly wait: Wait | null;
  /** Waits in a row without progress between them. */
  readonly waits: number;
  /** First sequence of a parcel that was refused as corrupt once. */
  suspect: number | null;
}

interface State extends Cursor {
  settledNext: number;
  sentNext: number;
  generation: number;
  wait: Wait | null;
  waits: number;
  /** No unconfirmed row has a lower id. */
  fromRowId: number;
  /** Last row sent in this generation. */
  sentRowId: number;
  /** Sent and not confirmed, in order. */
  rows: SentRow[];
  /** Unanswered shipments of this generation. */
  inFlight: number;
  /** After a wait: one shipment, and its answer, before more. */
  probing: boolean;
}

/** In front of every row. */
const START = Number.MIN_SAFE_INTEGER;

export class Cursors {
  readonly #after = QUEUES.map(() => START);
  #generations = 0;
  readonly #cursors = new Map<number, State>();
  readonly #waiting = new Set<State>();
  /** All by place. */
  readonly #at = new Map<string, Set<State>>();
  /** Streams that send nothing before others, or their own row in parts, are through; and from which row on. */
  readonly #blocked = new Map<number, number>();

  after(queue: number): number {
    return this.#after[queue] ?? START;
  }
  get(streamId: number): Cursor | undefined {
    return this.#cursors.get(streamId);
  }
  /** Streams that do not send now. */
  get waiting(): ReadonlySet<Cursor> {
    return this.#waiting;
  }

  /** Whether a place has a stream that waits: then those behind it do too. */
  readonly waitsAt = (place: string): boolean => [...(this.#at.get(place) ?? [])].some(({ wait }) => wait !== null);

  /** For the outbox: rows that must not be sent now. */
  readonly skip = (streamId: number, first: number): boolean => {
    if (this.#blocked.has(streamId)) return true;
    const cursor = this.#cursors.get(streamId);
    if (cursor === undefined) return false;
    return first < cursor.sentNext || cursor.wait !== null || (cursor.probing && cursor.inFlight > 0);
  };

  /** Makes the stream of a taken row known; rows come in id order. False: it stays behind an older stream of its place. */
  admit(parcel: Parcel): boolean {
    const cursor = this.#cursors.get(parcel.stream.id) ?? this.#make(parcel);
    if (cursor.wait !== null) return false;
    const other = this.#inFrontOf(cursor);
    if (other === null) return true;
    this.hold(cursor.streamId, 'behind', `behind ${other.name}`, Number.POSITIVE_INFINITY);
    return false;
  }

  /** An older stream of the same place that waits, or whose answer is not known. */
  #inFrontOf({ place, streamId }: State): State | null {
    for (const other of this.#at.get(place) ?? []) {
      if (other.streamId < streamId && this.#isBusy(other)) return other;
    }
    return null;
  }

  #isBusy({ streamId, wait, inFlight }: State): boolean {
    return wait !== null || inFlight > 0 || this.#blocked.has(streamId);
  }

  /** Answers about these places were dealt with: whoever was behind and has nothing in front any more goes on. */
  letOn(places: Iterable<string>): void {
    for (const place of new Set(places)) {
      const inOrder = [...(this.#at.get(place) ?? [])].sort((a, b) => a.streamId - b.streamId);
      for (const cursor of inOrder) {
        if (cursor.wait?.kind === 'behind') this.#letGo(cursor);
        if (this.#isBusy(cursor)) break;
      }
    }
  }

  /** A shipment with these rows (admitted, in id order) goes out now. */
  sent(parcels: readonly Parcel[]): SentStream[] {
    const groups = new Map<State, SentRow[]>();
    for (const { id, first, last, stream } of parcels) {
      const cursor = this.#cursors.get(stream.id)!;
      const row = { id, first, last };
      cursor.rows.push(row);
      cursor.sentNext = last + 1;
      cursor.sentRowId = id;
      this.advance(cursor.queue, id);
      const group = groups.get(cursor);
      if (group) group.push(row);
      else groups.set(cursor, [row]);
    }
    return [...groups].map(([cursor, rows]) => {
      cursor.inFlight += 1;
      return { streamId: cursor.streamId, place: cursor.place, generation: cursor.generation, rows };
    });
  }

  /** Nothing of the stream is taken from this row on, until {@link Cursors.unblock}; what is under way goes on. */
  block(streamId: number, rowId: number): void {
    this.#blocked.set(streamId, rowId);
  }
  unblock(): void {
    const places = [...this.#blocked.keys()].map((id) => this.#cursors.get(id)?.place);
    for (const rowId of this.#blocked.values()) this.freed(rowId - 1);
    this.#blocked.clear();
    this.letOn(places.filter((place) => place !== undefined));
  }

  /** Every row of the queue up to this one was sent or passed over. */
  advance(queue: number, rowId: number): void {
    this.#after[queue] = Math.max(this.after(queue), rowId);
  }

  /** The shipment was answered. Null: the answer is about an older generation, or all of it is confirmed already. */
  answered({ streamId, generation }: SentStream): Cursor | null {
    const cursor = this.#cursors.get(streamId);
    if (cursor === undefined || cursor.generation !== generation) return null;
    cursor.inFlight -= 1;
    if (cursor.probing) this.#goBack(cursor.queue, cursor.sentRowId);
    return cursor;
  }

  /** Everything of the stream below `next` is confirmed and gone from the buffer. */
  settled(streamId: number, next: number): void {
    const cursor = this.#cursors.get(streamId);
    if (cursor === undefined || next <= cursor.settledNext) return;
    cursor.settledNext = next;
    cursor.sentNext = Math.max(cursor.sentNext, next);
    cursor.rows = cursor.rows.filter((row) => row.last >= next);
    cursor.fromRowId = cursor.rows[0]?.id ?? cursor.fromRowId;
    cursor.waits = 0;
    if (cursor.suspect !== null && cursor.suspect < next) cursor.suspect = null;
    if (cursor.probing) {
      cursor.probing = false;
      this.#goBack(cursor.queue, cursor.sentRowId);
    }
    if (cursor.wait === null && cursor.sentNext === next) this.#drop(cursor);
  }

  /** The stream stops until `untilMs` (monotonic); what of it is unconfirmed is sent again then. */
  hold(streamId: number, kind: WaitKind, reason: string, untilMs: number): void {
    const cursor = this.#cursors.get(streamId);
    if (cursor === undefined) return;
    this.#restart(cursor);
    cursor.wait = { kind, reason, untilMs };
    if (kind !== 'behind') cursor.waits += 1;
    this.#waiting.add(cursor);
  }

  /** The stream goes on, at first with one shipment; those behind it too. */
  release(streamId: number): void {
    const cursor = this.#cursors.get(streamId);
    if (cursor?.wait == null) return;
    this.#letGo(cursor);
    this.letOn([cursor.place]);
  }

  #letGo(cursor: State): void {
    cursor.wait = null;
    cursor.probing = true;
    this.#waiting.delete(cursor);
    this.#goBack(cursor.queue, cursor.fromRowId - 1);
  }

  /** Rows that could not be taken can be now; they may have any id greater than this. */
  freed(afterRowId: number): void {
    for (const { number } of QUEUES) this.#goBack(number, afterRowId);
  }

  /** The rows of this stream are others now (moved, replaced): whatever was known of them is not true any more. */
  forget(streamId: number): void {
    this.release(streamId);
    const cursor = this.#cursors.get(streamId);
    if (cursor !== undefined) this.#drop(cursor);
    this.freed(START);
  }

  /** The connection is gone: nothing is under way any more. Waits go on, on their own clocks. */
  reset(): void {
    this.#blocked.clear();
    for (const cursor of this.#cursors.values()) {
      this.#restart(cursor);
      if (cursor.wait === null && cursor.suspect === null) this.#drop(cursor);
    }
    this.letOn(this.#at.keys());
    this.freed(START);
  }

  #make({ id, first, stream }: Parcel): State {
    this.#generations += 1;
    const place = placeKey(stream);
    const cursor: State = {
      streamId: stream.id,
      place,
      epoch: stream.epoch,
      queue: stream.queue,
      name: `${stream.epoch}/${place}`,
      settledNext: first,
      sentNext: first,
      generation: this.#generations,
      wait: null,
      waits: 0,
      suspect: null,
      fromRowId: id,
      sentRowId: 0,
      rows: [],
      inFlight: 0,
      probing: false,
    };
    this.#cursors.set(stream.id, cursor);
    const here = this.#at.get(place);
    if (here) here.add(cursor);
    else this.#at.set(place, new Set([cursor]));
    return cursor;
  }

  #drop(cursor: State): void {
    this.#cursors.delete(cursor.streamId);
    const here = this.#at.get(cursor.place);
    here?.delete(cursor);
    if (here?.size === 0) this.#at.delete(cursor.place);
  }

  /** What of it is unconfirmed counts as not sent; what is still answered to it is old news. */
  #restart(cursor: State): void {
    this.#generations += 1;
    cursor.generation = this.#generations;
    cursor.rows = [];
    cursor.sentNext = cursor.settledNext;
    cursor.sentRowId = cursor.fromRowId - 1;
    cursor.inFlight = 0;
  }

  #goBack(queue: number, rowId: number): void {
    this.#after[queue] = Math.min(this.after(queue), rowId);
  }
}
