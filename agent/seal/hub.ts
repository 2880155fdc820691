/**
 * Another hub, or one that has lost what it had confirmed, and the operator's word that it is the right one all the same.
 *
 * The hub's ends of the streams are known by then. Where the hub has less of a stream than it had confirmed, what is
 * retained of it (retain.ts) becomes rows to be sent again, as far as it reaches back without a hole; they chain to what the hub
 * has. A gap (`lost`) takes the place of what is missing still, in front of the stream's rows, and these get new tips behind it: their bytes, with
 * epoch and sequences in their headers, stay as they are. What was delivered in epochs that are gone from the buffer becomes
 * one gap a place in an epoch of its own, in front of all others. Such records change from `delivered` to `gaps`; where
 * some of them were gaps before, the hub's ledger has them as lost too, and `delivered` is lower here by as many.
 *
 * A stream's rows are chained again in steps, from its beginning; its gap comes with the last step. So whoever begins
 * anew after a crash does the same again, and a stream that is done is not behind the hub any more. Nothing may be sent
 * meanwhile; captures go on.
 */
import { EMPTY_TIP, type Epoch, epochPlaceKey, type Tip, tipAfterGap } from '../../shared/identity.ts';
import { MIB } from '../../shared/limits.ts';
import type { HubPoints, HubWord, PlaceState, Point, Stake, Standing, StreamState, TipPoint } from '../buffer/index.ts';
import { STAMP_SOURCE } from '../buffer/rows.ts';
import { relink, tipOf } from './quarantine.ts';
import { viewOf } from './read.ts';
import { dropSome, isRetired, restoreSome, retainedFrom } from './retain.ts';
import { type Facts, gapRow, type Sealer } from './sealer.ts';
import { bufferedOf } from './stats.ts';

export const WORD_KEY = 'hub.word';
const ROWS_AT_ONCE = 256;
const BYTES_AT_ONCE = 4 * MIB;
const START: Point = { next: 0, tip: EMPTY_TIP };

const keyAt = (epoch: Epoch, { topic, partition, lane }: PlaceState): string =>
  epochPlaceKey({ epoch, topic, partition, lane });
const keyOf = ({ epoch, place }: StreamState): string => keyAt(epoch.epoch, place);

/** The end of what was in front of the streams that the buffer still has. */
const linkOf = ({ chain, last }: PlaceState): PlaceState['last'] => (chain[0] === undefined ? last : chain[0].previous);

/**
 * Streams in their places' order; of each place the one before its oldest too, where that one has nothing at the hub yet.
 * Those that are there for their retained rows only may be forgotten by a hub that has lost nothing: they are in it where it
 * is known that something was lost (`all`).
 */
export function standingOf(sealer: Sealer, all = false): Standing[] {
  const standing: Standing[] = [];
  for (const place of sealer.file.catalog.places()) {
    const chain = all ? place.chain : place.chain.filter((stream) => !isRetired(sealer, stream));
    const link = chain[0] === undefined ? endOf(place) : chain[0].previous;
    if (link !== null && (all || (chain[0]?.settled.next ?? 0) === 0)) {
      const { topic, partition, lane, sourcePartitions } = place;
      const stream = { epoch: link.epoch, topic, partition, lane, sourcePartitions, previous: null };
      standing.push({ stream, next: link.next, tip: link.tip });
    }
    for (const stream of chain)
      if (stream.settled.next > 0) standing.push({ stream: viewOf(stream), ...stream.settled });
  }
  return standing;
}

/** Where nothing waits, the chain's end is what the hub has of the place. */
function endOf({ chain, last }: PlaceState): PlaceState['last'] {
  const newest = chain.at(-1);
  return last ?? (newest === undefined ? null : { epoch: newest.epoch.epoch, ...newest.settled });
}

interface StreamLoss {
  readonly stream: StreamState;
  /** Up to here the hub has it. */
  readonly from: Point;
}

function streamLosses(place: PlaceState, points: HubPoints): StreamLoss[] {
  // The hub opens a stream when it has all of those before, and may forget these then.
  const known = place.chain.findLastIndex((stream) => points.has(keyOf(stream)));
  return place.chain.slice(Math.max(0, known)).flatMap((stream) => {
    const from = points.get(keyOf(stream)) ?? START;
    return from.next < stream.settled.next ? [{ stream, from }] : [];
  });
}

/** Lost in streams that are gone from the buffer. */
interface LossBefore {
  readonly count: number;
  /** Where the hub's history of the place ends. */
  readonly previous: PlaceState['last'];
}

function lossBefore(place: PlaceState, points: HubPoints): LossBefore | null {
  const link = linkOf(place);
  if (link === null || link.next === 0) return null;
  // The hub opened one of the streams, so it had all that was in front of it.
  if (place.chain.some((stream) => points.has(keyOf(stream)))) return null;
  const there = points.get(keyAt(link.epoch, place));
  if (there !== undefined && there.next >= link.next) return null;
  const here = place.chain.reduce((sum, { next }) => sum + next, 0);
  const count = there === undefined ? place.captured - here : link.next - there.next;
  return count <= 0 ? null : { count, previous: there === undefined ? null : { epoch: link.epoch, ...there } };
}

export function stakesOf(sealer: Sealer, points: HubPoints): Stake[] {
  return [...sealer.file.catalog.places()].map((place) => {
    const { topic, partition, lane } = place;
    let lost = lossBefore(place, points)?.count ?? 0;
    let kept = bufferedOf(place);
    let isWhole = true;
    for (const { stream, from } of streamLosses(place, points).reverse()) {
      const regained: number = isWhole ? retainedFrom(sealer, stream, from.next) : stream.settled.next;
      isWhole = isWhole && regained === from.next;
      lost += regained - from.next;
      kept += stream.settled.next - regained;
    }
    return { topic, partition, lane, lost, kept };
  });
}

/** Each step is one transaction. */
export function* carryOutSteps(sealer: Sealer, word: HubWord): Generator<void> {
  const { file } = sealer;
  file.transaction(() => beginAnew(sealer, word));
  for (const place of [...file.catalog.places()]) {
    // From the youngest on: each gap is put in front of all rows.
    for (const loss of streamLosses(place, word.points).reverse()) yield* makeGood(sealer, loss, word.detail);
    if (lossBefore(place, word.points) === null) continue;
    file.transaction(() => putBefore(sealer, place, word));
    yield;
  }
}

/** Sends again what is retained, and makes a gap of the rest. */
function* makeGood(sealer: Sealer, loss: StreamLoss, detail: string): Generator<void> {
  const { file } = sealer;
  const { stream, from } = loss;
  // Rows in front of a gap that was put in front of all rows would come behind it.
  let more = !hasGapBehind(sealer, stream);
  while (more) {
    more = file.transaction(() => restoreSome(sealer, stream, from.next));
    yield;
  }
  if (from.next >= stream.settled.next) return;
  more = stream.retained.rows > 0;
  while (more) {
    more = file.transaction(() => dropSome(sealer, stream, from.next));
    yield;
  }
  yield* rechain(sealer, loss, detail);
}

function hasGapBehind({ file: { rows } }: Sealer, stream: StreamState): boolean {
  const { chain } = stream.place;
  return chain
    .slice(chain.indexOf(stream) + 1)
    .some((later) => rows.ofStream(later.id, later.settled.next, 1)[0]?.reason === 'lost');
}

/** The hub may know none of the epochs; and where what comes first is not at the hub, an epoch of its own leads. */
function beginAnew(sealer: Sealer, { points, blank, epoch }: HubWord): void {
  const { catalog } = sealer.file;
  const streams = [...catalog.streams.values()];
  const known = streams.reduce((id, one) => (points.has(keyOf(one)) ? Math.max(id, one.epoch.id) : id), -Infinity);
  const open = new Set(streams.filter((one) => !isRetired(sealer, one)).map((one) => one.epoch));
  for (const one of catalog.epochs) {
    // One that is there for what is retained of it, in front of one that the hub knows: it may have been folded there.
    if (!one.contacted || (one.id < known && !open.has(one))) continue;
    catalog.touchEpoch(one);
    one.contacted = false;
  }
  const oldest = catalog.epochs[0];
  if (oldest === undefined || oldest.epoch === epoch) return;
  const isNeeded = [...catalog.places()].some((place) => lossBefore(place, points) !== null);
  if (isNeeded || (blank && oldest.predecessor !== null)) {
    catalog.addEpochInFront(epoch, blank ? null : oldest.predecessor);
  }
}

/** One gap for all that was delivered in streams that are gone. */
function putBefore(sealer: Sealer, place: PlaceState, { points, epoch: lost, detail }: HubWord): void {
  const { catalog, rows } = sealer.file;
  const loss = lossBefore(place, points);
  const epoch = catalog.epochs.find((known) => known.epoch === lost);
  if (loss === null || epoch === undefined) return;
  const after = place.chain[0];
  const stream = catalog.addStreamInFront(place, epoch, loss.previous);
  const gap = gapRow(stream.id, 0, loss.count - 1, EMPTY_TIP, 'lost', detail, factsOf(sealer, after));
  rows.addParcel(gap, null, rows.idInFront());
  stream.next = loss.count;
  stream.sealed = { next: loss.count, tip: gap.tip };
  countLost(place, loss.count);
  if (after === undefined) return;
  catalog.touchStream(after);
  after.previous = { epoch: lost, next: loss.count, tip: gap.tip };
}

function* rechain(sealer: Sealer, { stream, from }: StreamLoss, detail: string): Generator<void> {
  const { file } = sealer;
  const [first, last] = [from.next, stream.settled.next - 1];
  let chained: TipPoint = { next: last + 1, tip: tipAfterGap(from.tip, first, last, 'lost') };
  for (let done = false; !done; ) {
    done = file.transaction(() => {
      chained = chainSome(sealer, stream, chained);
      if (chained.next < stream.sealed.next) return false;
      const gap = gapRow(stream.id, first, last, from.tip, 'lost', detail, factsOf(sealer, stream));
      file.rows.addParcel(gap, null, file.rows.idInFront());
      file.catalog.touchStream(stream);
      stream.settled = from;
      stream.sealed = chained;
      relink(sealer, stream, chained.tip);
      file.catalog.touchPlace(stream.place);
      countLost(stream.place, last - first + 1);
      return true;
    });
    yield;
  }
}

/** Gives the next rows their new tips. What proved them to the hub before proves nothing now. */
function chainSome(sealer: Sealer, stream: StreamState, from: TipPoint): TipPoint {
  const { rows } = sealer.file;
  let { next, tip }: { next: number; tip: Tip } = from;
  let bytes = 0;
  for (const row of rows.ofStream(stream.id, next, ROWS_AT_ONCE)) {
    if (bytes > BYTES_AT_ONCE) break;
    const previousTip = tip;
    tip = tipOf(sealer, row, previousTip);
    rows.setTips(row, previousTip, tip, null);
    next = row.last + 1;
    bytes += row.bytes;
  }
  return { next, tip };
}

/** Nobody knows the lost records' time span any more; the row's age is that of what waits behind it. */
function factsOf(sealer: Sealer, behind: StreamState | undefined): Facts {
  const now = sealer.now();
  const moment = (behind && sealer.file.rows.oldestOf(behind.id)) ?? now;
  return { ...moment, minTimestamp: 0, maxTimestamp: now.createdMs, stamp: STAMP_SOURCE, position: null };
}

function countLost(place: PlaceState, count: number): void {
  const moved = Math.min(count, place.delivered);
  place.delivered -= moved;
  place.gaps += moved;
  place.deadLettered = Math.min(place.deadLettered, place.delivered);
}

/** The word as a note. */
export function wordText({ points, ...rest }: HubWord): string {
  const plain = [...points].map(([key, { next, tip }]) => [key, next, tip.toString('hex')]);
  return JSON.stringify({ ...rest, points: plain });
}

export function readWord(text: string | null): HubWord | null {
  if (!text) return null;
  const { points, ...rest } = JSON.parse(text) as Omit<HubWord, 'points'> & { points: [string, number, string][] };
  const read = points.map(
    ([key, next, tip]) => [key, { next, tip: Buffer.from(tip, 'hex') as unknown as Tip }] as const,
  );
  return { ...rest, points: new Map(read) };
}
