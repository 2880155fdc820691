/**
 * Who and what a record belongs to. Words as in ARCHITECTURE.md: edge, epoch, lane, stream, sequence, tip.
 *
 * Identifiers are branded, so that an epoch can't be passed where an edge is meant. Numbers that Kafka and SQLite hold
 * in 64 bits (sequences, offsets) are JavaScript numbers: exact to 2^53, checked where they enter.
 */
import { createHash, randomBytes } from 'node:crypto';

declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** One agent's identity: `[a-z0-9][a-z0-9-]{0,62}`; never holds the topic separator `.`. */
export type EdgeId = Branded<string, 'EdgeId'>;
/** One run of an agent: 24 lower-case hex digits, drawn with the first record after a start. */
export type Epoch = Branded<string, 'Epoch'>;
/** Position of a record in its stream, contiguous from 0. */
export type Sequence = Branded<number, 'Sequence'>;
export type KafkaOffset = Branded<number, 'KafkaOffset'>;
/** Ledger offset of the claim that a shard's present owner wrote when it took over. */
export type Term = Branded<number, 'Term'>;
/** 16 bytes: the hash chain of a stream up to some sequence. */
export type Tip = Branded<Buffer, 'Tip'>;

export type Lane = 'main' | 'backfill';
export const LANES: readonly Lane[] = ['main', 'backfill'];

/** What has an order of its own at an edge, whatever the epoch. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly lane: Lane;
}

/** The unit of order at the hub: a place in one epoch of one edge. */
export interface StreamId extends Place {
  readonly edge: EdgeId;
  readonly epoch: Epoch;
}

export const TIP_BYTES = 16;
/** The tip of a stream that has nothing yet. */
export const EMPTY_TIP = Buffer.alloc(TIP_BYTES) as unknown as Tip;

const EDGE = /^[a-z0-9][a-z0-9-]{0,62}$/;
const EPOCH = /^[0-9a-f]{24}$/;
/** Kafka's own rule for topic names (`Topic.validate`). */
const TOPIC = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/;

export const isEdgeId = (text: string): text is EdgeId => EDGE.test(text);
export const isEpoch = (text: string): text is Epoch => EPOCH.test(text);
export const isTopicName = (text: string): boolean => TOPIC.test(text);
export const isLane = (text: string): text is Lane => text === 'main' || text === 'backfill';

export const drawEpoch = (): Epoch => randomBytes(12).toString('hex') as Epoch;

/** `main/3/orders`: the place's key within an edge. Topic names hold no `/`. */
export const placeKey = (place: Place): string => `${place.lane}/${place.partition}/${place.topic}`;
/** `<epoch>/main/3/orders`: a stream's key within its edge. */
export const epochPlaceKey = (stream: Place & { readonly epoch: Epoch }): string =>
  `${stream.epoch}/${placeKey(stream)}`;
/** `store-1/<epoch>/main/3/orders`: the stream's key, in the ledger too. */
export const streamKey = (stream: StreamId): string => `${stream.edge}/${stream.epoch}/${placeKey(stream)}`;

/** The tip after a sealed batch: SHA-256 over the previous tip and the blob, its first 16 bytes. */
export function tipAfterBatch(previous: Tip, blob: Uint8Array): Tip {
  return createHash('sha256').update(previous).update(blob).digest().subarray(0, TIP_BYTES) as unknown as Tip;
}

/** The tip after a gap: as for a batch, over the gap's canonical text `gap/<first>/<last>/<reason>`. */
export function tipAfterGap(previous: Tip, first: number, last: number, reason: string): Tip {
  return tipAfterBatch(previous, Buffer.from(`gap/${first}/${last}/${reason}`, 'utf8'));
}

/**
 * A gap that stands for whole sealed rows, given up where they lay: it has the tip that they had, so that nothing behind it
 * is chained again. That tip can't be computed from the gap; every other gap's must be {@link tipAfterGap}.
 */
export const keepsTip = (reason: string): boolean => reason === 'evicted' || reason === 'expired';

export const sameTip = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
