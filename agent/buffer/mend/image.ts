/** A database and its write-ahead log as pages, read without SQLite. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { PAGE_BYTES } from '../schema.ts';
import { readWal, type Wal } from './wal.ts';

/** SQLite's locks are taken on bytes of this page: it holds nothing. */
const LOCK_PAGE = 0x40000000 / PAGE_BYTES + 1;
const MAP_ENTRY_BYTES = 5;
const PAGES_A_MAP = Math.floor(PAGE_BYTES / MAP_ENTRY_BYTES);

/** What the pointer map says of a page. */
export type MapWord = 'root' | 'free' | 'overflow' | 'tree' | 'unknown';
const WORDS: readonly MapWord[] = ['unknown', 'root', 'free', 'overflow', 'overflow', 'tree'];

export class Image {
  readonly pageCount: number;
  readonly wal: Wal;
  readonly #db: number;
  readonly #dbPages: number;
  readonly #log: number | null;

  private constructor(db: number, log: number | null, wal: Wal) {
    this.#db = db;
    this.#log = log;
    this.wal = wal;
    this.#dbPages = Math.ceil(fstatSync(db).size / PAGE_BYTES);
    // A truncated file says in its log that it was longer: what is in neither is missing.
    this.pageCount = Math.max(this.#dbPages, ...wal.pages.keys());
  }

  /** `log`: the write-ahead log's path, or null to leave it out. */
  static open(path: string, log: string | null): Image {
    const wal = log === null ? null : readWal(log);
    const db = openSync(path, 'r');
    return new Image(db, wal === null || wal.pages.size === 0 ? null : openSync(log!, 'r'), wal ?? readWal(''));
  }
  close(): void {
    closeSync(this.#db);
    if (this.#log !== null) closeSync(this.#log);
  }

  /** The page's newest bytes; null where they can't be read. A page that is cut off ends in zeros. */
  page(number: number): Buffer | null {
    const inLog = this.wal.pages.get(number);
    const page = Buffer.alloc(PAGE_BYTES);
    try {
      if (inLog !== undefined && this.#log !== null) readSync(this.#log, page, 0, PAGE_BYTES, inLog);
      else if (number > this.#dbPages || number < 1) return null;
      else readSync(this.#db, page, 0, PAGE_BYTES, (number - 1) * PAGE_BYTES);
      return page;
    } catch {
      // A bad sector: what was there is gone.
      return null;
    }
  }

  #map: { readonly number: number; readonly page: Buffer | null } = { number: 0, page: null };
  word(number: number): MapWord {
    if (number === 1) return 'root';
    const map = mapPageOf(number);
    if (map === number || number === LOCK_PAGE) return 'overflow';
    if (this.#map.number !== map) this.#map = { number: map, page: this.page(map) };
    return WORDS[this.#map.page?.[(number - map - 1) * MAP_ENTRY_BYTES] ?? 0] ?? 'unknown';
  }
}

function mapPageOf(number: number): number {
  const map = Math.floor((number - 2) / (PAGES_A_MAP + 1)) * (PAGES_A_MAP + 1) + 2;
  return map === LOCK_PAGE ? map + 1 : map;
}
