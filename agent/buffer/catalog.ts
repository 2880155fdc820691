/**
 * The small tables in memory: epochs, places, streams with their ends and counters. Changed inside a transaction only:
 * `touch` before changing an object, `write` before the commit, then `accept`, or `restore` after a rollback. Arrays
 * inside the objects are replaced, never changed, so that a shallow copy is enough to go back.
 */
import type { Database } from 'better-sqlite3';
import { EMPTY_TIP, type Epoch, type Lane, type Place, type Tip } from '../../shared/identity.ts';
import { CatalogStatements, type EpochRow, type PlaceRow, type StreamRow } from './catalogRows.ts';
import type { Checks } from './checks.ts';
import { NO_SUMS, type Sums } from './retained.ts';

/** Everything of a stream below `next`, and the tip there. */
export interface Point {
  readonly next: number;
  readonly tip: Tip;
}
/** A point in a named epoch: the end of a place's chain. */
export interface ChainEnd extends Point {
  readonly epoch: Epoch;
}

export interface EpochState {
  readonly id: number;
  readonly epoch: Epoch;
  predecessor: Epoch | null;
  /** The hub has let it in, or answered for one of its streams: it knows the epoch. */
  contacted: boolean;
}

export interface PlaceState extends Place {
  readonly id: number;
  readonly lane: Lane;
  sourcePartitions: number;
  captured: number;
  delivered: number;
  deadLettered: number;
  gaps: number;
  maybeDuplicate: number;
  /** Where its rows wait for their turn (shared/queues.ts). */
  queue: number;
  /** Some of its rows are still in another queue: none of them is sent until all are in this one. */
  requeue: boolean;
  /** End of the chain where the newest stream of `chain` is not it: removed after draining, or cut by a fork. */
  last: ChainEnd | null;
  /** Streams in the chain's order. */
  chain: readonly StreamState[];
  /** Streams whose rows a fork is moving behind the chain's end, in that order. */
  moving: readonly StreamState[];
}

export interface StreamState {
  readonly id: number;
  readonly epoch: EpochState;
  readonly place: PlaceState;
  /** Next sequence, the tail included. */
  next: number;
  /** While `chained` is set its tip is an old one. */
  sealed: Point;
  settled: Point;
  /** A quarantine has changed the chain: up to here the rows have their new tips, behind it old ones. Null: all are right. */
  chained: Point | null;
  previous: ChainEnd | null;
  moveOrder: number | null;
  /** Rows that are kept although they were delivered. */
  retained: Sums;
  /** Of its sealed rows' blobs. */
  bytes: number;
  /** Rows that begin below were handed out for sending in this run; 0: none. */
  offeredNext: number;
  /** The connection (counted by the sealer) that the last of them was handed out for. */
  offeredFor: number;
  tailRows: number;
  tailRecords: number;
  tailBytes: number;
  /** Monotonic clock when the oldest row of the tail was made. */
  tailSinceMs: number;
}

type State = EpochState | PlaceState | StreamState;
const key = (topic: string, partition: number, lane: Lane): string => `${lane}/${partition}/${topic}`;

export class Catalog {
  /** Oldest first. */
  epochs: readonly EpochState[] = [];
  readonly streams = new Map<number, StreamState>();
  /** Streams that may have a tail; those without are dropped while looking. */
  readonly tailed = new Set<StreamState>();
  /** Of all streams. */
  retained: Sums = NO_SUMS;
  readonly #places = new Map<string, PlaceState>();
  /** The link that each stream's origin was written with. */
  readonly #origins = new Map<StreamState, ChainEnd | null>();
  readonly #statements: CatalogStatements;
  #nextId = { epoch: 1, place: 1, stream: 1 };
  readonly #dirty = { epochs: new Set<EpochState>(), places: new Set<PlaceState>(), streams: new Set<StreamState>() };
  readonly #undo: (() => void)[] = [];

  constructor(db: Database, checks: Checks) {
    this.#statements = new CatalogStatements(db, checks);
    this.#load();
  }

  /** Of the stream's place. */
  queue(stream: number): number {
    return this.streams.get(stream)?.place.queue ?? 0;
  }
  /** Sealed rows were added to the stream, or removed from it. */
  grown(id: number, bytes: number): void {
    const stream = this.streams.get(id);
    if (stream === undefined || bytes === 0) return;
    this.touchStream(stream);
    stream.bytes += bytes;
  }

  places(): IterableIterator<PlaceState> {
    return this.#places.values();
  }
  get placeCount(): number {
    return this.#places.size;
  }
  place(topic: string, partition: number, lane: Lane): PlaceState | undefined {
    return this.#places.get(key(topic, partition, lane));
  }
  /** Where the place's next stream links to: null for a place that never had one. */
  chainEnd(place: PlaceState): ChainEnd | null {
    const newest = place.chain.at(-1);
    if (place.last !== null || newest === undefined) return place.last;
    return { epoch: newest.epoch.epoch, next: newest.next, tip: newest.sealed.tip };
  }

  /** Call before changing a state: it is written with this transaction, or goes back with it. */
  touchEpoch(state: EpochState): void {
    this.#touch(state, this.#dirty.epochs);
  }
  touchPlace(state: PlaceState): void {
    this.#touch(state, this.#dirty.places);
  }
  touchStream(state: StreamState): void {
    this.#touch(state, this.#dirty.streams);
  }
  #touch<S extends State>(state: S, dirty: Set<S>): void {
    if (dirty.has(state)) return;
    const before = { ...state };
    dirty.add(state);
    this.#undo.push(() => Object.assign(state, before));
  }

  addEpoch(epoch: Epoch): EpochState {
    const predecessor = this.epochs.at(-1)?.epoch ?? null;
    const state: EpochState = { id: this.#nextId.epoch++, epoch, predecessor, contacted: false };
    this.#replaceEpochs([...this.epochs, state]);
    this.#dirty.epochs.add(state);
    return state;
  }

  /** An epoch in front of all others: the oldest one then goes on from it. */
  addEpochInFront(epoch: Epoch, predecessor: Epoch | null): EpochState {
    const oldest = this.epochs[0];
    const state: EpochState = { id: (oldest?.id ?? this.#nextId.epoch) - 1, epoch, predecessor, contacted: false };
    if (oldest !== undefined) {
      this.touchEpoch(oldest);
      oldest.predecessor = epoch;
    }
    this.#replaceEpochs([state, ...this.epochs]);
    this.#dirty.epochs.add(state);
    return state;
  }

  addPlace(place: Place, queue = 0): PlaceState {
    const { topic, partition, lane } = place;
    const state: PlaceState = {
      ...{ id: this.#nextId.place++, topic, partition, lane, sourcePartitions: 0 },
      ...{ captured: 0, delivered: 0, deadLettered: 0, gaps: 0, maybeDuplicate: 0 },
      ...{ queue, requeue: false },
      ...{ last: null, chain: [], moving: [] },
    };
    this.#places.set(key(topic, partition, lane), state);
    this.#undo.push(() => this.#places.delete(key(topic, partition, lane)));
    this.#dirty.places.add(state);
    return state;
  }

  /** A stream at the end of the place's chain, linked to what was the end before. */
  addStream(place: PlaceState, epoch: EpochState): StreamState {
    const stream = freshStream(this.#nextId.stream++, place, epoch, this.chainEnd(place));
    this.touchPlace(place);
    place.chain = [...place.chain, stream];
    place.last = null;
    return this.#added(stream);
  }

  /** A stream in front of the place's chain; its id is lower than any other's, as ids rise along a chain. */
  addStreamInFront(place: PlaceState, epoch: EpochState, previous: ChainEnd | null): StreamState {
    const id = Math.min(this.#nextId.stream, ...this.streams.keys()) - 1;
    const stream = freshStream(id, place, epoch, previous);
    this.touchPlace(place);
    if (place.chain.length === 0) place.last = null;
    place.chain = [stream, ...place.chain];
    return this.#added(stream);
  }

  #added(stream: StreamState): StreamState {
    this.streams.set(stream.id, stream);
    this.#undo.push(() => {
      this.streams.delete(stream.id);
      // Its rows are gone with it: sealing its tail would write the stream back.
      this.tailed.delete(stream);
    });
    this.#dirty.streams.add(stream);
    return stream;
  }

  /** A row of the stream is retained, or (`by` -1) is not any more. */
  countRetained(stream: StreamState | undefined, sums: Sums, by: 1 | -1): void {
    const before = this.retained;
    this.#undo.push(() => {
      this.retained = before;
    });
    this.retained = plus(before, sums, by);
    if (stream === undefined) return;
    this.touchStream(stream);
    stream.retained = plus(stream.retained, sums, by);
  }

  /** A stream whose rows a fork has moved away goes back to its place, for what is retained of it. */
  retire(stream: StreamState): void {
    const { place } = stream;
    this.touchPlace(place);
    this.touchStream(stream);
    stream.moveOrder = null;
    stream.next = stream.settled.next;
    stream.sealed = stream.settled;
    place.moving = place.moving.filter((other) => other !== stream);
    // Ids rise along a chain.
    place.chain = [...place.chain, stream].sort((a, b) => a.id - b.id);
  }

  removeStream(stream: StreamState): void {
    const { place } = stream;
    this.touchPlace(place);
    if (stream.moveOrder === null && place.chain.at(-1) === stream && place.last === null)
      place.last = this.chainEnd(place);
    place.chain = place.chain.filter((other) => other !== stream);
    place.moving = place.moving.filter((other) => other !== stream);
    this.streams.delete(stream.id);
    this.#undo.push(() => this.streams.set(stream.id, stream));
    this.#dirty.streams.delete(stream);
    this.#statements.deleteStream(stream.id);
    this.#origins.delete(stream);
  }

  /**
   * Removes epochs that have no stream left, but the newest, the newest that the hub knows, and those behind it: the hub
   * does not know them either, although a later epoch names them as predecessor.
   */
  dropEmptyEpochs(): void {
    const used = new Set([...this.streams.values()].map((stream) => stream.epoch));
    // Where the hub knows none: all.
    const known = this.epochs.findLastIndex((epoch) => epoch.contacted);
    const isKept = (epoch: EpochState, i: number): boolean => used.has(epoch) || i >= known;
    const kept = this.epochs.filter(isKept);
    if (kept.length === this.epochs.length) return;
    for (const [i, epoch] of this.epochs.entries()) {
      if (isKept(epoch, i)) continue;
      this.#dirty.epochs.delete(epoch);
      this.#statements.deleteEpoch.run(epoch.id);
    }
    this.#replaceEpochs(kept);
  }

  #replaceEpochs(epochs: readonly EpochState[]): void {
    const before = this.epochs;
    this.epochs = epochs;
    this.#undo.push(() => {
      this.epochs = before;
    });
  }

  /** Writes what was changed into the open transaction. */
  write(): void {
    for (const epoch of this.#dirty.epochs) this.#statements.putEpoch(epoch);
    for (const place of this.#dirty.places) this.#statements.putPlace(place);
    for (const stream of this.#dirty.streams) {
      this.#statements.putStream(stream);
      if (this.#origins.get(stream) === stream.previous) continue;
      this.#statements.putOrigin(stream);
      this.#origins.set(stream, stream.previous);
    }
  }
  /** The transaction has committed. */
  accept(): void {
    this.#undo.length = 0;
    this.#clean();
  }
  /** The transaction was rolled back. */
  restore(): void {
    for (const stream of this.#dirty.streams) this.#origins.delete(stream);
    for (let i = this.#undo.length - 1; i >= 0; i--) this.#undo[i]!();
    this.accept();
  }
  #clean(): void {
    for (const dirty of Object.values(this.#dirty)) dirty.clear();
  }

  #load(): void {
    const { epochs, places, streams, retained } = this.#statements.load();
    this.epochs = epochs.map((row: EpochRow) => ({ ...row, contacted: row.contacted === 1 }));
    const epochById = new Map(this.epochs.map((epoch) => [epoch.id, epoch]));
    const placeById = new Map<number, PlaceState>();
    for (const row of places) {
      const place = placeOf(row);
      placeById.set(place.id, place);
      this.#places.set(key(place.topic, place.partition, place.lane), place);
    }
    // Collected first: a place may have a stream in each of thousands of epochs.
    const chains = new Map<PlaceState, StreamState[]>();
    for (const row of streams) {
      const epoch = epochById.get(row.epoch);
      const place = placeById.get(row.place);
      if (epoch === undefined || place === undefined) continue;
      const stream = streamOf(row, epoch, place);
      this.streams.set(stream.id, stream);
      this.#origins.set(stream, stream.previous);
      if (stream.moveOrder === null)
        chains
          .set(place, chains.get(place) ?? [])
          .get(place)!
          .push(stream);
      else place.moving = [...place.moving, stream].sort((a, b) => a.moveOrder! - b.moveOrder!);
    }
    for (const [place, chain] of chains) place.chain = chain;
    for (const { stream: id, ...sums } of retained) {
      this.retained = plus(this.retained, sums, 1);
      const stream = this.streams.get(id);
      if (stream !== undefined) stream.retained = sums;
      this.#nextId.stream = Math.max(this.#nextId.stream, id + 1);
    }
    const after = (ids: Iterable<number>): number => [...ids].reduce((most, id) => Math.max(most, id), 0) + 1;
    this.#nextId = { ...this.#nextId, epoch: after(epochById.keys()), place: 1 };
    for (const id of placeById.keys()) this.#nextId.place = Math.max(this.#nextId.place, id + 1);
    for (const id of this.streams.keys()) this.#nextId.stream = Math.max(this.#nextId.stream, id + 1);
  }
}

const plus = (a: Sums, b: Sums, by: 1 | -1): Sums => ({
  rows: a.rows + by * b.rows,
  records: a.records + by * b.records,
  bytes: a.bytes + by * b.bytes,
});

function freshStream(id: number, place: PlaceState, epoch: EpochState, previous: ChainEnd | null): StreamState {
  const start: Point = { next: 0, tip: EMPTY_TIP };
  return {
    ...{ id, epoch, place, next: 0, sealed: start, settled: start, chained: null, previous },
    ...{ moveOrder: null, bytes: 0, offeredNext: 0, offeredFor: -1, retained: NO_SUMS },
    ...{ tailRows: 0, tailRecords: 0, tailBytes: 0, tailSinceMs: 0 },
  };
}

function placeOf(row: PlaceRow): PlaceState {
  const { lastEpoch, lastNext, lastTip, ...rest } = row;
  const last = lastEpoch === null ? null : { epoch: lastEpoch, next: lastNext!, tip: lastTip! };
  return { ...rest, requeue: row.requeue === 1, last, chain: [], moving: [] };
}

function streamOf(row: StreamRow, epoch: EpochState, place: PlaceState): StreamState {
  const { previousEpoch, previousNext, previousTip, chainedNext, chainedTip } = row;
  return {
    ...{ id: row.id, epoch, place, next: row.next },
    sealed: { next: row.sealedNext, tip: row.sealedTip },
    settled: { next: row.settledNext, tip: row.settledTip },
    chained: chainedNext === null ? null : { next: chainedNext, tip: chainedTip! },
    previous: previousEpoch === null ? null : { epoch: previousEpoch, next: previousNext!, tip: previousTip! },
    ...{ moveOrder: row.moveOrder, bytes: row.bytes, offeredNext: 0, offeredFor: -1, retained: NO_SUMS },
    ...{ tailRows: 0, tailRecords: 0, tailBytes: 0, tailSinceMs: 0 },
  };
}
