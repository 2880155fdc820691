/** Is a buffer what was written? Pages, each row's checksum, blobs, chains of tips, and that the counters agree. */
import { crc32c } from '@node-rs/crc32';
import { keepsTip, sameTip, type Tip, tipAfterBatch, tipAfterGap } from '../../shared/identity.ts';
import type { PlaceState, StreamState } from '../buffer/catalog.ts';
import { checkedColumns, checkedTables } from '../buffer/checks.ts';
import { KIND_GAP, KIND_SEALED, type ParcelRow } from '../buffer/rows.ts';
import type { BufferView } from './view.ts';

export interface Problem {
  /** What it is about: `parcel 17 (orders/0, 120..129)`. */
  readonly object: string;
  readonly problem: string;
  readonly hint: string;
}
export interface Verification {
  readonly rows: number;
  readonly problems: readonly Problem[];
  /** More than are listed. */
  readonly problemCount: number;
}
/** Rows looked at, of how many. */
export type Progress = (done: number, total: number) => void;

const MAX_LISTED = 1_000;
const AT_START =
  'The agent sets it aside when it reads it (quarantine, and a gap that the hub is told of); nothing else is touched.';
const COUNTERS = 'Nothing is lost by it, but the counters do not prove anything any more; please report it.';
const PAGES = 'Keep a copy of the file with its -wal. The agent recovers what can be read when it starts.';

export function verify(view: BufferView, progress: Progress = () => undefined): Verification {
  const problems: Problem[] = [];
  let problemCount = 0;
  const say = (object: string, problem: string, hint: string): void => {
    problemCount += 1;
    if (problems.length < MAX_LISTED) problems.push({ object, problem, hint });
  };
  const { db } = view;
  for (const row of db.pragma('integrity_check(100)') as { integrity_check: string }[]) {
    if (row.integrity_check !== 'ok') say('database', row.integrity_check, PAGES);
  }
  const tables = checkedTables(db);
  const count = (table: string): number => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
  const total = tables.reduce((sum, table) => sum + count(table), 0);
  let done = 0;
  for (const table of tables) {
    const columns = checkedColumns(db, table);
    for (const row of db.prepare(`SELECT * FROM ${table}`).iterate() as Iterable<Record<string, unknown>>) {
      progress(++done, total);
      if (!view.checks.holds(table, columns, row))
        say(`${table} ${row[columns[0]!]}`, 'the row is not what was written', AT_START);
    }
  }
  for (const stream of view.catalog.streams.values()) verifyStream(view, stream, say);
  for (const place of view.catalog.places()) verifyPlace(view, place, say);
  const orphans = db.prepare(
    'SELECT count(*) FROM content WHERE id NOT IN (SELECT id FROM parcel) AND id NOT IN (SELECT id FROM retained)',
  );
  const stray = orphans.pluck().get() as number;
  if (stray > 0)
    say('content', `${stray} blobs belong to no row`, 'They take room and are not sent; please report it.');
  return { rows: total, problems, problemCount };
}

type Say = (object: string, problem: string, hint: string) => void;
const nameOf = ({ topic, partition, lane }: PlaceState): string =>
  `${topic}/${partition}${lane === 'main' ? '' : ` ${lane}`}`;

/** From the settled point to the sealed end without a hole, each row's tip that of what is in it. */
function verifyStream({ db }: BufferView, stream: StreamState, say: Say): void {
  const blobOf = db.prepare('SELECT blob FROM content WHERE id = ?').pluck();
  const read = (table: 'parcel' | 'retained'): Iterable<ParcelRow> =>
    db.prepare(`SELECT * FROM ${table} WHERE stream = ? ORDER BY first`).iterate(stream.id) as Iterable<ParcelRow>;
  const check = (table: string, row: ParcelRow): void => {
    const object = `${table} ${row.id} (${nameOf(stream.place)}, ${row.first}..${row.last})`;
    const blob = row.kind === KIND_GAP ? null : ((blobOf.get(row.id) as Buffer | undefined) ?? null);
    const broken = row.kind === KIND_SEALED && (blob === null || crc32c(blob) !== row.contentCrc);
    if (broken) say(object, blob === null ? 'its blob is missing' : 'its blob is not what was written', AT_START);
    if (broken) return;
    if (stream.chained !== null && row.first >= stream.chained.next) return;
    if (row.kind === KIND_GAP && keepsTip(row.reason!)) return;
    const tip =
      blob === null
        ? tipAfterGap(row.previousTip, row.first, row.last, row.reason!)
        : tipAfterBatch(row.previousTip, blob);
    if (!sameTip(tip, row.tip)) say(object, 'its tip is not that of its content', AT_START);
  };
  let end: { next: number; tip: Tip } = stream.settled;
  const name = `stream ${stream.id} (${nameOf(stream.place)}, epoch ${stream.epoch.epoch})`;
  for (const row of read('parcel')) {
    check('parcel', row);
    const stale = stream.chained !== null && row.first >= stream.chained.next;
    // What a fork moves begins anywhere.
    if (stream.moveOrder === null && row.first !== end.next)
      say(name, `rows are missing: ${end.next}..${row.first - 1}`, PAGES);
    else if (stream.moveOrder === null && !stale && !sameTip(row.previousTip, end.tip))
      say(name, `the chain is broken at ${row.first}`, PAGES);
    end = { next: row.last + 1, tip: row.tip };
  }
  if (stream.moveOrder === null && end.next !== stream.sealed.next)
    say(name, `rows are missing: ${end.next}..${stream.sealed.next - 1}`, PAGES);
  for (const row of read('retained')) check('retained', row);
}

function verifyPlace({ db }: BufferView, place: PlaceState, say: Say): void {
  const sum = db.prepare(
    `SELECT coalesce((SELECT sum(last - first + 1) FROM parcel WHERE stream = @id AND kind = ${KIND_SEALED}), 0) +
     coalesce((SELECT sum(last - first + 1) FROM tail WHERE stream = @id), 0)`,
  );
  const held = [...place.chain, ...place.moving].reduce(
    (total, { id }) => total + (sum.pluck().get({ id }) as number),
    0,
  );
  const { captured, delivered, gaps } = place;
  if (captured === delivered + held + gaps) return;
  say(
    `place ${nameOf(place)}`,
    `captured ${captured} is not delivered ${delivered} + buffered ${held} + gaps ${gaps}`,
    COUNTERS,
  );
}
