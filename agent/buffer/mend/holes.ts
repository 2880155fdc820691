/**
 * Rows that are missing inside what is known: each hole becomes a gap, `lost`, with an id between its neighbours'. What lies
 * behind the first hole of a stream has tips that the hub can't be shown any more: it gets new ones as after a quarantine
 * (`chained`), while the old ones still prove what the hub has had. Then the counters are made to agree with the rows.
 */
import type { Database as Connection } from 'better-sqlite3';
import { type Lane, type Tip, tipAfterGap } from '../../../shared/identity.ts';
import type { Catalog, PlaceState, StreamState } from '../catalog.ts';
import { KIND_GAP, KIND_SEALED, type Moment, type Rows, STAMP_SOURCE } from '../rows.ts';

export interface LostRange {
  readonly topic: string;
  readonly partition: number;
  readonly lane: Lane;
  readonly epoch: string;
  readonly first: number;
  readonly last: number;
}

interface Parts {
  readonly db: Connection;
  readonly catalog: Catalog;
  readonly rows: Rows;
  readonly nowMs: number;
}

interface Hole {
  readonly first: number;
  readonly last: number;
  /** Tips at both ends, of the chain as it was. */
  readonly before: Tip;
  readonly behind: Tip | null;
  readonly afterId: number;
}

const MANY = 1_000_000;
const DETAIL = 'the buffer was damaged';

/** Inside a transaction of the file. `remade`: places whose counters were lost. */
export function mendHoles(parts: Parts, remade: ReadonlySet<number>): LostRange[] {
  const lost: LostRange[] = [];
  const breaks = breaksOf(parts.db);
  const tailEnd = parts.db.prepare('SELECT max(last) + 1 FROM tail WHERE stream = ?').pluck();
  for (const stream of parts.catalog.streams.values()) {
    for (const hole of holesOf(parts, stream, breaks.get(stream.id) ?? [])) {
      putGap(parts, stream, hole);
      lost.push(rangeOf(stream, hole.first, hole.last));
    }
    // The stream's row may be older than its rows, where the newest state of its page was lost.
    const next = Math.max(stream.next, stream.sealed.next, (tailEnd.get(stream.id) as number | null) ?? 0);
    if (next === stream.next) continue;
    parts.catalog.touchStream(stream);
    stream.next = next;
  }
  for (const place of parts.catalog.places()) lost.push(...balance(parts, place, remade.has(place.id)));
  parts.db.exec(
    'DELETE FROM content WHERE id NOT IN (SELECT id FROM parcel WHERE kind = 0) AND id NOT IN (SELECT id FROM retained)',
  );
  return lost;
}

function rangeOf({ place, epoch }: StreamState, first: number, last: number): LostRange {
  const { topic, partition, lane } = place;
  return { topic, partition, lane, epoch: epoch.epoch, first, last };
}

interface Break {
  readonly stream: number;
  readonly id: number;
  readonly first: number;
  readonly previousTip: Tip;
  readonly lastBefore: number;
  readonly tipBefore: Tip;
  readonly idBefore: number;
}

/** Where a row does not follow the one before it in its stream. */
export function breaksOf(db: Connection): Map<number, Break[]> {
  const found = new Map<number, Break[]>();
  const all = db.prepare(
    'SELECT * FROM (SELECT stream, id, first, previousTip, lag(last) OVER w AS lastBefore, lag(tip) OVER w AS tipBefore, ' +
      'lag(id) OVER w AS idBefore FROM parcel WINDOW w AS (PARTITION BY stream ORDER BY first)) ' +
      'WHERE lastBefore IS NOT NULL AND (first <> lastBefore + 1 OR previousTip <> tipBefore)',
  );
  for (const one of all.all() as Break[]) found.set(one.stream, [...(found.get(one.stream) ?? []), one]);
  return found;
}

function* holesOf({ rows, catalog }: Parts, stream: StreamState, breaks: readonly Break[]): Generator<Hole> {
  const { settled } = stream;
  if (stream.moveOrder === null) dropSettled(rows, stream);
  const first = rows.ofStream(stream.id, 0, 1)[0];
  if (stream.moveOrder === null && first !== undefined && first.first > settled.next) {
    const range = { first: settled.next, last: first.first - 1 };
    yield { ...range, before: settled.tip, behind: first.previousTip, afterId: 0 };
  }
  for (const { id, first: next, previousTip, lastBefore, tipBefore, idBefore } of breaks) {
    // A row of before, from a page that was freed.
    if (next <= lastBefore) rows.removeParcel(id, KIND_SEALED);
    else if (next > lastBefore + 1)
      yield { first: lastBefore + 1, last: next - 1, before: tipBefore, behind: previousTip, afterId: idBefore };
    // Where a quarantine was under way its `chained` says so; else it is lost, and the chain goes on from here.
    else if (stream.chained === null && stream.moveOrder === null) {
      catalog.touchStream(stream);
      stream.chained = { next, tip: tipBefore };
    }
  }
  const last = rows.holding(stream.id, Number.MAX_SAFE_INTEGER);
  const end = last === undefined ? (stream.moveOrder === null ? settled.next : stream.sealed.next) : last.last + 1;
  if (end < stream.sealed.next) {
    const before = last?.tip ?? settled.tip;
    yield { first: end, last: stream.sealed.next - 1, before, behind: stream.sealed.tip, afterId: last?.id ?? 0 };
  } else if (last !== undefined && end > stream.sealed.next) {
    catalog.touchStream(stream);
    stream.sealed = { next: end, tip: last.tip };
  }
}

/** Rows of before, that came from a page that was freed. */
function dropSettled(rows: Rows, { id, settled }: StreamState): void {
  for (const row of rows.endsBelow(id, settled.next, MANY))
    if (row.last < settled.next) rows.removeParcel(row.id, row.kind);
}

function putGap({ db, catalog, rows, nowMs }: Parts, stream: StreamState, hole: Hole): void {
  const { first, last, before, behind } = hole;
  const tip = behind ?? tipAfterGap(before, first, last, 'lost');
  rows.addParcel(
    {
      ...{ stream: stream.id, first, last, kind: KIND_GAP, bytes: 0, contentCrc: 0, reason: 'lost', detail: DETAIL },
      ...{ previousTip: before, tip, formerTip: tip, ...momentOf(rows, stream, nowMs) },
      ...{ minTimestamp: 0, maxTimestamp: nowMs, stamp: STAMP_SOURCE, position: null },
    },
    null,
    freeId(db, rows, stream, hole),
  );
  catalog.touchStream(stream);
  catalog.touchPlace(stream.place);
  stream.place.gaps += last - first + 1;
  const isFirst = stream.chained === null || stream.chained.next > first;
  // Rows that a fork moves are sealed again: their tips do not matter.
  if (isFirst && stream.moveOrder === null) stream.chained = { next: first, tip: before };
}

function momentOf(rows: Rows, stream: StreamState, nowMs: number): Moment {
  return rows.oldestOf(stream.id) ?? rows.oldest() ?? { boot: 0, monotonicMs: 0, createdMs: nowMs };
}

/** The lost row's own id, or another free one between its neighbours in its place; ids rise along a place. */
function freeId(db: Connection, rows: Rows, stream: StreamState, { afterId, first, last }: Hole): number | undefined {
  const next = rows.ofStream(stream.id, last + 1, 1)[0]?.id ?? firstIdBehind(rows, stream);
  if (next === null) return undefined;
  const low = afterId > 0 ? afterId : lastIdBefore(rows, stream, first);
  const isFree = db
    .prepare('SELECT count(*) = 0 FROM (SELECT id FROM parcel UNION ALL SELECT id FROM retained) WHERE id = ?')
    .pluck();
  for (let id = next - 1; id > low; id--) if (isFree.get(id) === 1) return id;
  return undefined;
}
function firstIdBehind(rows: Rows, { place, ...stream }: StreamState): number | null {
  const later = place.chain.filter(({ id }) => id > stream.id);
  for (const { id } of later) {
    const row = rows.ofStream(id, 0, 1)[0];
    if (row !== undefined) return row.id;
  }
  return null;
}
function lastIdBefore(rows: Rows, { place, ...stream }: StreamState, _first: number): number {
  const earlier = place.chain.filter(({ id }) => id < stream.id).reverse();
  for (const { id } of earlier) {
    const row = rows.holding(id, Number.MAX_SAFE_INTEGER);
    if (row !== undefined) return row.id;
  }
  return Number.MIN_SAFE_INTEGER;
}

/** captured = delivered + buffered + gaps, with buffered as the rows have it. */
function balance({ db, catalog }: Parts, place: PlaceState, remade: boolean): LostRange[] {
  const count = (kind: number, id: number): number =>
    (db
      .prepare('SELECT coalesce(sum(last - first + 1), 0) FROM parcel WHERE stream = ? AND kind = ?')
      .pluck()
      .get(id, kind) as number) ?? 0;
  let [buffered, gaps, settled] = [0, 0, 0];
  for (const stream of [...place.chain, ...place.moving]) {
    buffered += count(0, stream.id) + stream.next - stream.sealed.next;
    gaps += count(KIND_GAP, stream.id);
    settled += stream.settled.next;
  }
  const unexplained = place.captured - place.delivered - place.gaps - buffered;
  if (unexplained === 0 && !remade) return [];
  catalog.touchPlace(place);
  if (remade) Object.assign(place, { gaps, delivered: settled, captured: settled + gaps + buffered });
  else if (unexplained < 0) place.captured -= unexplained;
  else {
    // Records of which no row is left to say where they were.
    place.gaps += unexplained;
    const { topic, partition, lane } = place;
    return [{ topic, partition, lane, epoch: '', first: 0, last: unexplained - 1 }];
  }
  return [];
}
