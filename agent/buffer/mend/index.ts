/**
 * A buffer always opens. What is damaged is set right first, and what is gone is said as exactly as it can be known.
 *
 * 1. The lock beside the file is taken, so that nobody writes while the files are looked at (lock.ts).
 * 2. Before SQLite sees them (examine.ts): header, length, whose log it is and whether it is whole. A foreign log is moved
 *    away and the file opened without it.
 * 3. SQLite opens the file; schema, trees and indexes of all narrow tables are checked, and each row's checksum (rows.ts). An
 *    index that is wrong is made again, a few broken rows are dropped. `content`, which is nearly all of the file, is
 *    not read: a blob has its checksum in `parcel` and is checked when it is sent. Where reading it meets damage the run
 *    ends, with a marker for the next start (aside.ts).
 * 4. Anything else: a new file gets all rows that prove by their checksums to be right (salvage.ts, carve.ts), straight from the
 *    pages. It takes the place of the damaged one, which is kept beside it while there is room.
 * 5. What the rows tell is made a whole again: catalog rows from `origin` and the rows (catalog.ts), holes become gaps, the
 *    counters agree with the rows (holes.ts). New records are in an epoch of their own anyway, so no sequence is used twice.
 */
import Database, { type Database as Connection } from 'better-sqlite3';
import { Checks } from '../checks.ts';
import { checkIds, unusable } from '../claim.ts';
import { create } from '../create.ts';
import type { BufferFileOptions } from '../file.ts';
import { FORMAT_NOTE, type Migrated, migrate, saltOf } from '../migrate.ts';
import { FORMAT_VERSION } from '../schema.ts';
import { limitLog } from '../space.ts';
import { dropOld, moveLogAside, putInPlace, removeMark } from './aside.ts';
import { type Remade, remakeCatalog, type UnknownEnd } from './catalog.ts';
import { examine, type Sight } from './examine.ts';
import type { LostRange } from './holes.ts';
import { damageOf, type Looked, lookThrough } from './rows.ts';
import { salvage } from './salvage.ts';

/** How it was done: rows dropped where they were, a new file, an empty one, or a log that was moved away or is missing. */
export type How = 'inPlace' | 'salvaged' | 'begunAnew' | 'withoutLog';

export interface Mended {
  readonly how: How;
  readonly reason: string;
  /** Where the damaged file is now; null: it is not kept. */
  readonly aside: string | null;
  /** Rows that were dropped, by table; empty where the file was salvaged, as nobody knows how many there were. */
  readonly dropped: ReadonlyMap<string, number>;
  readonly unknownEnds: readonly UnknownEnd[];
  readonly places: ReadonlySet<number>;
  readonly strayRecords: number;
  readonly lost: readonly LostRange[];
}

export interface Opening {
  readonly migrated: Migrated | null;
  readonly mended: Mended | null;
  /** Damaged files beside the buffer. */
  readonly asideBytes: number;
}

interface First {
  readonly how: How;
  readonly reason: string;
  readonly aside: string | null;
}

export function openSound(path: string, options: BufferFileOptions): { db: Connection; opening: Opening } {
  const aside = putInPlace(path);
  let first: First | null = aside === null ? null : { how: 'salvaged', reason: 'a salvage was interrupted', aside };
  first = act(path, options, examine(path)) ?? first;
  let attempt = tryOpen(path, options);
  if ('damage' in attempt) {
    first = rescue(path, options, attempt.damage);
    attempt = tryOpen(path, options);
    if ('damage' in attempt) throw unusable(path, attempt.damage, 'What was salvaged can not be read: check the disk.');
  }
  const { db, looked, migrated } = attempt;
  try {
    const remade = remakeCatalog(db, new Checks(saltOf(db) ?? 0));
    const mended = mendedOf(first, looked, remade);
    removeMark(path);
    const unread = mended?.how === 'begunAnew' ? mended.aside : null;
    return { db, opening: { migrated, mended, asideBytes: dropOld(path, options.maxBytes, unread) } };
  } catch (error) {
    db.close();
    throw error;
  }
}

function act(path: string, options: BufferFileOptions, sight: Sight): First | null {
  if (sight.state === 'sound') return null;
  const { state, reason } = sight;
  if (state === 'damaged') return rescue(path, options, reason);
  const aside = state === 'foreignLog' ? moveLogAside(path, Date.now()) : null;
  return { how: 'withoutLog', reason, aside };
}

function rescue(path: string, { edge }: BufferFileOptions, reason: string): First {
  const { aside, empty } = salvage(path, edge, Date.now());
  return { how: empty ? 'begunAnew' : 'salvaged', reason, aside };
}

function mendedOf(first: First | null, { dropped }: Looked, remade: Remade): Mended | null {
  const { unknownEnds, places, strayRecords } = remade;
  const found = { dropped, unknownEnds, places, strayRecords, lost: [] };
  if (first !== null) return { ...first, ...found };
  const isMended = dropped.size > 0 || unknownEnds.length > 0 || places.size > 0 || strayRecords > 0;
  return isMended ? { how: 'inPlace', reason: 'rows were broken', aside: null, ...found } : null;
}

type Attempt =
  | { readonly db: Connection; readonly looked: Looked; readonly migrated: Migrated | null }
  | { readonly damage: string };

function tryOpen(path: string, options: BufferFileOptions): Attempt {
  const db = new Database(path, { timeout: 0, fileMustExist: options.edge === undefined });
  try {
    const migrated = prepareFile(db, path, options);
    const looked = lookThrough(db, saltOf(db));
    if (looked.damage === null) return { db, looked, migrated };
    db.close();
    return { damage: looked.damage };
  } catch (error) {
    db.close();
    const damage = damageOf(error);
    if (damage === null) throw error;
    return { damage };
  }
}

function prepareFile(db: Connection, path: string, { maxBytes, edge }: BufferFileOptions): Migrated | null {
  // Before anything is read: the WAL's index then lives in memory and the first read takes the lock.
  db.pragma('locking_mode = EXCLUSIVE');
  const pages = db.pragma('page_count', { simple: true }) as number;
  if (pages === 0) create(db, edge!);
  const version = db.pragma('user_version', { simple: true }) as number;
  checkIds(path, db.pragma('application_id', { simple: true }) as number, version);
  if (version < 1) throw unusable(path, `its format is ${version}`, 'No version of tributary wrote that.');
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  limitLog(db, maxBytes);
  db.pragma('cache_size = -16000');
  db.pragma('temp_store = MEMORY');
  const migrated = migrate(db, Math.max(version, formatNote(db)));
  // A write takes the lock even where a read would not have.
  db.exec('BEGIN EXCLUSIVE; COMMIT');
  return migrated;
}

/** The header of a file that has been of a later format may be broken; the note has a checksum. */
function formatNote(db: Connection): number {
  const found = Number(db.prepare('SELECT value FROM meta WHERE key = ?').pluck().get(FORMAT_NOTE) ?? 0);
  if (found === FORMAT_VERSION) db.pragma(`user_version = ${FORMAT_VERSION}`);
  return found === FORMAT_VERSION ? found : 0;
}
