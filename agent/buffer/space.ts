/**
 * The room that a buffer takes: database, write-ahead log and reserve together stay within `maxBytes`, at every moment.
 *
 * - What is captured goes in only if it fits ({@link Space.fits}), counted before compression, twice: in the log, and in the
 *   database where free pages are not enough. The database grows only as far as leaves the log its usual length.
 * - `headroomBytes` are left for what seals, moves, settles, evicts: whatever takes less room than before once it is done.
 * - SQLite itself refuses to let the database grow beyond what log and reserve leave (`max_page_count`).
 * - The reserve is a file (`<path>.reserve`) of random bytes. On a full disk it is emptied, and what deletes goes on in its
 *   room. Nothing is captured until it could be written again: then there is room again.
 *
 * Pages are given back to the file system by incremental vacuum. ARCHITECTURE.md says why not by a file per time segment.
 */
import { randomFillSync } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { KIB, MIB } from '../../shared/limits.ts';
import { PAGE_BYTES } from './schema.ts';

/** Steps of shrinking between checkpoints. */
const CHECKPOINT_STEPS = 8;
const CHUNK_BYTES = 256 * KIB;

const part = (whole: number, by: number, low: number, high: number): number =>
  Math.max(low, Math.min(high, Math.floor(whole / by)));

/** Returns the length at which the log goes into the database. */
export function limitLog(db: Database, maxBytes: number): number {
  const walBytes = part(maxBytes, 32, 256 * KIB, 16 * MIB);
  db.pragma(`wal_autocheckpoint = ${Math.floor(walBytes / PAGE_BYTES)}`);
  db.pragma(`journal_size_limit = ${walBytes}`);
  return walBytes;
}

export const hasReserveFile = (path: string): boolean => existsSync(`${path}.reserve`);
export const dropReserveFile = (path: string): void => rmSync(`${path}.reserve`, { force: true });

export class Space {
  readonly maxBytes: number;
  /** Left free for what deletes, seals and moves when the buffer is full. */
  readonly headroomBytes: number;
  /** The log's length at which it goes into the database. */
  readonly walBytes: number;
  readonly reserveBytes: number;
  readonly #db: Database;
  readonly #path: string;
  readonly #asideBytes: number;
  #reserve: number;
  /** It can't be written, and not for want of room: the buffer does without. */
  #without = false;
  #shrinkSteps = 0;

  /** `asideBytes`: of damaged files beside it. */
  constructor(db: Database, path: string, maxBytes: number, asideBytes: number) {
    this.#db = db;
    this.#path = path;
    this.#asideBytes = asideBytes;
    this.maxBytes = maxBytes;
    this.headroomBytes = part(maxBytes, 16, 512 * KIB, 16 * MIB);
    this.walBytes = limitLog(db, maxBytes);
    // The log, at its longest, must go into the database on a full disk: what comes then is written over it.
    this.reserveBytes = this.walBytes + part(maxBytes, 16, 256 * KIB, 8 * MIB);
    this.#reserve = this.#size('.reserve');
    const most = maxBytes - this.walBytes - this.reserveBytes - asideBytes;
    db.pragma(`max_page_count = ${Math.floor(most / PAGE_BYTES)}`);
  }

  /** Bytes on disk: database, log and reserve, what the next checkpoint adds, and damaged files that were set aside. */
  bytes(): number {
    return this.#database() + this.#size('-wal') + this.#reserve + this.#asideBytes;
  }
  #database(): number {
    return Math.max(this.#pages('page_count') * PAGE_BYTES, this.#size(''));
  }

  /** Whether so many more bytes fit, with the headroom and `besides` left free. */
  fits(bytes: number, besides = 0): boolean {
    return this.#with(bytes, this.#growth(bytes + besides)) <= this.maxBytes;
  }
  /** Whether the database would have to grow for them, and less than an eighth be left then. */
  isTight(bytes: number): boolean {
    const growth = this.#growth(bytes);
    return growth > 0 && this.#with(bytes, growth) > (this.maxBytes / 8) * 7;
  }
  #growth(bytes: number): number {
    return Math.max(0, bytes - this.#pages('freelist_count') * PAGE_BYTES);
  }
  /** What there would be with so many more bytes in the log, and the database grown: headroom included. */
  #with(bytes: number, growth: number): number {
    const wal = this.#size('-wal');
    const log = growth > 0 ? Math.max(wal, this.walBytes) : wal;
    return this.#database() + growth + log + this.#reserve + this.#asideBytes + bytes + this.headroomBytes;
  }

  #pages(name: 'page_count' | 'freelist_count'): number {
    return this.#db.pragma(name, { simple: true }) as number;
  }
  #size(suffix: '' | '-wal' | '.reserve'): number {
    return statSync(this.#path + suffix, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Puts the log into the database and cuts it off. */
  checkpoint(): void {
    if (this.#size('-wal') > 0) this.#db.pragma('wal_checkpoint(TRUNCATE)');
  }

  /**
   * Gives unused pages back to the file system, one small step a call, once most of the file is unused: pages at the
   * end have to be moved, and what is deleted next need not be. Returns whether there is more to give.
   */
  giveBack(): boolean {
    const pages = this.#pages('page_count');
    const free = this.#pages('freelist_count');
    const least = this.headroomBytes / 2 / PAGE_BYTES;
    // On a full disk every page counts.
    const eager = !this.hasReserve;
    if (this.#shrinkSteps === 0 && (free <= least || (!eager && free * 3 <= pages * 2))) return false;
    const enough = free < least / 2 || (!eager && free * 5 < pages);
    const steps = this.#shrinkSteps + 1;
    this.#shrinkSteps = enough ? 0 : steps;
    if (!enough) this.#db.exec(`PRAGMA incremental_vacuum(${Math.ceil(this.headroomBytes / 4 / PAGE_BYTES)})`);
    // The file gets shorter only then.
    if (enough || steps % CHECKPOINT_STEPS === 0) this.#db.pragma('wal_checkpoint(TRUNCATE)');
    return !enough;
  }

  /** Whether the reserve is there, or is done without. */
  get hasReserve(): boolean {
    return this.#without || this.#reserve >= this.reserveBytes;
  }

  /** Gives the reserve away, so that what deletes can go on: the log goes into the database, and is written over from then on. */
  giveReserve(): void {
    this.#dropReserve();
    this.#db.pragma('wal_checkpoint(PASSIVE)');
  }
  #dropReserve(): void {
    dropReserveFile(this.#path);
    this.#reserve = 0;
  }

  /**
   * Writes the reserve, where the buffer's own share and the disk have room for it and as much again. Null, or why not.
   */
  takeReserve(): string | null {
    if (this.hasReserve) return null;
    try {
      const { bavail, bsize } = statfsSync(this.#path);
      if (bavail * bsize < 2 * this.reserveBytes) return 'the disk is full';
      this.#write();
      this.#reserve = this.reserveBytes;
      return null;
    } catch (error) {
      this.#dropReserve();
      this.#without = !isWantOfRoom(error);
      return this.#without ? null : reasonOfDisk(error);
    }
  }

  #write(): void {
    const file = openSync(`${this.#path}.reserve`, 'w', 0o600);
    try {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      for (let at = 0; at < this.reserveBytes; ) {
        // A file system that compresses or shares what is alike would keep no room for anything else.
        randomFillSync(chunk);
        at += writeSync(file, chunk, 0, Math.min(chunk.length, this.reserveBytes - at));
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  /**
   * SQLite says of a failed write only that it failed. Whether it was for want of room (a quota): then the transaction
   * is rolled back and nothing is wrong. Null: something else, or it can't be said.
   */
  wantOfRoom(): string | null {
    const probe = `${this.#path}.probe`;
    try {
      const file = openSync(probe, 'w', 0o600);
      try {
        for (let i = 0; i < 2; i++) writeSync(file, randomFillSync(Buffer.alloc(CHUNK_BYTES)));
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      return null;
    } catch (error) {
      return isWantOfRoom(error) ? reasonOfDisk(error) : null;
    } finally {
      rmSync(probe, { force: true });
    }
  }
}

const isWantOfRoom = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');

function reasonOfDisk(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === 'EDQUOT' ? 'the disk quota is used up' : 'the disk is full';
}
