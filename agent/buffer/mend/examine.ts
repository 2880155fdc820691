/**
 * A look at the files before SQLite opens them, which would take a foreign log for its own, drop a broken one without a
 * word, and can't open a file with a broken header. Only while the lock is held and SQLite has not opened the file.
 */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { notABuffer, tooNew } from '../claim.ts';
import { readHeader } from '../header.ts';
import { FORMAT_NOTE } from '../migrate.ts';
import { APPLICATION_ID, FORMAT_VERSION, PAGE_BYTES } from '../schema.ts';
import { damageMark } from './aside.ts';
import { type CheckedTable, carve, commonSalt } from './carve.ts';
import { Image } from './image.ts';
import { currentTables } from './salvage.ts';

/** Pages at the file's beginning that have rows of its notes among them. */
const FIRST_PAGES = 2_000;

export type Sight =
  | { readonly state: 'sound' }
  /** What was committed may be missing, without a trace of what. */
  | { readonly state: 'cutOff'; readonly reason: string }
  | { readonly state: 'foreignLog'; readonly reason: string }
  | { readonly state: 'damaged'; readonly reason: string };

const SOUND: Sight = { state: 'sound' };
const damaged = (reason: string): Sight => ({ state: 'damaged', reason });

/** @throws TributaryError `bufferTooNew`, or `bufferUnusable` for what is no buffer */
export function examine(path: string): Sight {
  const log = `${path}-wal`;
  const logBytes = statSync(log, { throwIfNoEntry: false })?.size ?? null;
  const wasOpen = existsSync(`${path}.pid`);
  if (!existsSync(path)) {
    if (!logBytes) return SOUND;
    writeFileSync(path, '');
  }
  // A crash while the file was made: SQLite goes back to an empty file by itself.
  if (existsSync(`${path}-journal`)) return SOUND;
  const { size } = statSync(path);
  if (size === 0 && !logBytes) return wasOpen ? { state: 'cutOff', reason: 'the file was empty' } : SOUND;
  const tables = currentTables();
  const header = size === 0 ? damaged('the file is empty, its write-ahead log is not') : judgeHeader(path, tables);
  if (header.state !== 'sound') return header;
  const mark = damageMark(path);
  if (mark !== null) return damaged(mark);
  if (size % PAGE_BYTES !== 0) return damaged('the file ends within a page');
  if (logBytes === null)
    return wasOpen ? { state: 'cutOff', reason: 'its write-ahead log is not there any more' } : SOUND;
  return logBytes === 0 ? SOUND : judgeLog(path, tables);
}

function judgeLog(path: string, tables: readonly CheckedTable[]): Sight {
  const image = Image.open(path, `${path}-wal`);
  const bare = Image.open(path, null);
  try {
    const { pages, damage } = image.wal;
    if (pages.size === 0) return SOUND;
    const [ofLog, ofFile] = [commonSalt(image, tables, pages.keys()), commonSalt(bare, tables, firstPages(bare))];
    if (ofLog !== null && ofFile !== null && ofLog !== ofFile)
      return { state: 'foreignLog', reason: 'the write-ahead log beside it belongs to another buffer' };
    return damage === null ? SOUND : damaged(damage);
  } finally {
    image.close();
    bare.close();
  }
}

const firstPages = (image: Image): number[] =>
  Array.from({ length: Math.min(FIRST_PAGES, image.pageCount) }, (_, i) => i + 1);

function judgeHeader(path: string, tables: readonly CheckedTable[]): Sight {
  const { bytes: header, isSqlite, applicationId, userVersion: version } = readHeader(path);
  const isOurs = applicationId === APPLICATION_ID;
  const isKnown = version >= 1 && version <= FORMAT_VERSION;
  if (isSqlite && isOurs && isKnown) return isWell(header) ? SOUND : damaged('its header is broken');
  const format = formatOfRows(path, tables);
  if (isSqlite && isOurs && !isKnown && (format === null || format > FORMAT_VERSION)) throw tooNew(path, version);
  if (format !== null || isOurs || header.every((byte) => byte === 0)) return damaged('its header is broken');
  throw notABuffer(path, isSqlite ? 'belongs to another program' : 'is not a SQLite file');
}

/** What SQLite writes there for our files, always. */
function isWell(header: Buffer): boolean {
  const [write, read] = [header[18], header[19]];
  const fixed = [header[20], header[21], header[22], header[23]].join() === '0,64,32,32';
  return header.readUInt16BE(16) === PAGE_BYTES && write === read && (write === 1 || write === 2) && fixed;
}

/** The format as the rows have it; null: there are none of ours. */
function formatOfRows(path: string, tables: readonly CheckedTable[]): number | null {
  const image = Image.open(path, `${path}-wal`);
  try {
    const salt = commonSalt(image, tables);
    if (salt === null) return null;
    for (const row of carve(image, tables, salt)) {
      if (!('table' in row) || row.table.name !== 'meta' || row.fields[0] !== FORMAT_NOTE) continue;
      return Number(row.fields[1]);
    }
    return FORMAT_VERSION;
  } finally {
    image.close();
  }
}
