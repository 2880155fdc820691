import Database from 'better-sqlite3';
import { reasonOf, TributaryError } from '../../shared/errors.ts';
import type { EdgeId } from '../../shared/identity.ts';
import { MIB } from '../../shared/limits.ts';
import { Catalog } from './catalog.ts';
import { Checks, DamagedRow } from './checks.ts';
import { canonical, claim, holderPid, locked, removePid, unclaim, unusable, writePid } from './claim.ts';
import { markDamaged } from './mend/aside.ts';
import { breaksOf, mendHoles } from './mend/holes.ts';
import { type Mended, type Opening, openSound } from './mend/index.ts';
import { type Lock, takeLock } from './mend/lock.ts';
import { damageOf } from './mend/rows.ts';
import { saltOf } from './migrate.ts';
import { Notes } from './notes.ts';
import { Retained } from './retained.ts';
import { Rows } from './rows.ts';
import { dropReserveFile, hasReserveFile, Space } from './space.ts';
import { Times } from './times.ts';

type Connection = Database.Database;
type SqliteError = InstanceType<typeof Database.SqliteError>;

export interface BufferFileOptions {
  readonly path: string;
  /** Database, log and reserve together; at least {@link MIN_BUFFER_BYTES}. */
  readonly maxBytes: number;
  /** Whose buffer it is. Absent: whoever's the file says; it must exist then. */
  readonly edge?: EdgeId;
}

const ROWS_MISSING: Mended = {
  ...{ how: 'inPlace', reason: 'rows were missing', aside: null, dropped: new Map() },
  ...{ unknownEnds: [], places: new Set(), strayRecords: 0, lost: [] },
};

export const MIN_BUFFER_BYTES = 4 * MIB;

/** Owns the SQLite file: lock, format, transactions, space. Invariants and format: index.ts. */
export class BufferFile {
  readonly path: string;
  readonly edge: EdgeId;
  readonly maxBytes: number;
  readonly space: Space;
  readonly catalog: Catalog;
  readonly rows: Rows;
  readonly retained: Retained;
  readonly notes: Notes;
  readonly times: Times;
  readonly #db: Connection;
  readonly #lock: Lock;
  readonly #begin: Database.Statement;
  readonly #commit: Database.Statement;
  readonly #rollback: Database.Statement;
  readonly #onFailed: ((error: TributaryError) => void)[] = [];
  #failure: TributaryError | null = null;

  /** What was done to the file when it was opened. */
  readonly opening: Opening;

  private constructor(
    db: Connection,
    path: string,
    { maxBytes, edge }: BufferFileOptions,
    opening: Opening,
    lock: Lock,
  ) {
    this.#db = db;
    this.#lock = lock;
    this.path = path;
    this.maxBytes = maxBytes;
    this.space = new Space(db, path, maxBytes, opening.asideBytes);
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#rollback = db.prepare('ROLLBACK');
    const checks = new Checks(saltOf(db) ?? 0);
    this.catalog = new Catalog(db, checks);
    this.rows = new Rows(db, checks, this.catalog);
    this.retained = new Retained(db, checks, this.rows);
    this.notes = new Notes(db, checks);
    this.times = new Times(db, checks);
    try {
      this.edge = checkEdge(path, this.notes.note('edge'), edge);
      this.opening = this.#mend(opening);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** Gaps for what is missing, counters that agree with the rows. */
  #mend(opening: Opening): Opening {
    const { mended } = opening;
    // A quarantine that is under way looks like a break, and makes no gap.
    if (mended === null && breaksOf(this.#db).size === 0) return opening;
    const parts = { db: this.#db, catalog: this.catalog, rows: this.rows, nowMs: Date.now() };
    const lost = this.transaction(() => mendHoles(parts, mended?.places ?? new Set()));
    if (mended === null && lost.length === 0) return opening;
    return { ...opening, mended: { ...(mended ?? ROWS_MISSING), lost } };
  }

  /**
   * Makes or opens the file and takes its lock.
   * @throws TributaryError `bufferLocked`, `bufferTooNew`, `bufferUnusable`; the file is left as it was
   */
  static open(options: BufferFileOptions): BufferFile {
    const path = canonical(options.path);
    if (options.maxBytes < MIN_BUFFER_BYTES) {
      throw unusable(path, `buffer.maxBytes is ${options.maxBytes}`, `Give it ${MIN_BUFFER_BYTES / MIB} MiB at least.`);
    }
    claim(path);
    const reserved = hasReserveFile(path);
    try {
      try {
        return BufferFile.#open(path, options);
      } catch (error) {
        if (!reserved || !isDiskFull(error)) throw error;
        // In the reserve's room.
        dropReserveFile(path);
        return BufferFile.#open(path, options);
      }
    } catch (error) {
      unclaim(path);
      throw openError(path, error);
    }
  }

  static #open(path: string, options: BufferFileOptions): BufferFile {
    const lock = takeLock(path);
    let db: Connection | null = null;
    try {
      const { db: opened, opening } = openSound(path, options);
      db = opened;
      const file = new BufferFile(db, path, options, opening, lock);
      // Without it the agent starts all the same, and nothing is captured until there is room for it.
      file.space.takeReserve();
      writePid(path);
      return file;
    } catch (error) {
      db?.close();
      lock.release();
      throw error;
    }
  }

  get usable(): boolean {
    return this.#failure === null && this.#db.open;
  }
  get failure(): TributaryError | null {
    return this.#failure;
  }
  /** Calls back once, when a commit or a read has failed and the process has to end. */
  onFailed(listener: (error: TributaryError) => void): void {
    this.#onFailed.push(listener);
  }

  /**
   * Runs `work` in one transaction; its changes to the catalog are part of it. What `work` throws rolls back and is
   * thrown on. `beforeCommit` runs when everything is written.
   * @throws TributaryError `bufferFull` (disk full, rolled back), `bufferFailed` (the file is not used any more)
   */
  transaction<T>(work: () => T, beforeCommit?: () => void): T {
    this.assertUsable();
    let result: T;
    try {
      this.#begin.run();
      result = work();
      this.catalog.write();
      beforeCommit?.();
      this.#commit.run();
    } catch (error) {
      throw this.#undo(error);
    }
    this.catalog.accept();
    return result;
  }

  /** The same for what is no capture: where the disk is full it is done in the reserve's room. */
  upkeep<T>(work: () => T): T {
    const { hasReserve } = this.space;
    try {
      return this.transaction(work);
    } catch (error) {
      if (!hasReserve || this.space.hasReserve || !isDiskFull(error)) throw error;
      return this.transaction(work);
    }
  }

  /** Runs something that only reads. */
  read<T>(work: () => T): T {
    this.assertUsable();
    try {
      return work();
    } catch (error) {
      throw error instanceof Database.SqliteError || error instanceof DamagedRow ? this.fail(error) : error;
    }
  }

  assertUsable(): void {
    if (this.#failure !== null) throw this.#failure;
    if (!this.#db.open) {
      const facts = { operation: 'use buffer', subject: this.path, reason: 'it is closed' };
      throw new TributaryError({ code: 'closed', retry: 'final', ...facts });
    }
  }

  #undo(error: unknown): unknown {
    try {
      if (this.#db.inTransaction) this.#rollback.run();
      this.catalog.restore();
      this.notes.recount();
    } catch (worse) {
      return this.fail(worse);
    }
    if (error instanceof DamagedRow) return this.fail(error);
    if (!(error instanceof Database.SqliteError)) return error;
    return this.#refused(error);
  }

  /**
   * A write that was refused for want of room, and is rolled back: nothing is wrong. SQLite names only ENOSPC so; any
   * other error of a write may be a quota. Whatever can't be told from a disk that fails ends the use of the file.
   */
  #refused(error: SqliteError): unknown {
    if (error.code !== 'SQLITE_FULL' && error.code !== 'SQLITE_IOERR_WRITE') return this.fail(error);
    const want = this.space.wantOfRoom();
    if (want !== null) this.#giveReserve();
    else if (error.code !== 'SQLITE_FULL') return this.fail(error);
    return this.full(want ?? BUFFER_FULL, error);
  }

  #giveReserve(): void {
    try {
      this.space.giveReserve();
    } catch (error) {
      if (!(error instanceof Database.SqliteError && error.code === 'SQLITE_FULL')) throw this.fail(error);
    }
  }

  full(reason: string, cause?: unknown): TributaryError {
    const hint = 'Sources wait until there is room again; buffer.maxBytes bounds the buffer.';
    const facts = { operation: 'capture', subject: this.path, reason, hint, cause };
    return new TributaryError({ code: 'bufferFull', retry: 'retryable', ...facts });
  }

  /** Ends the use of the file: what it says can't be believed any more. */
  fail(cause: unknown): TributaryError {
    if (this.#failure !== null) return this.#failure;
    const damage = damageOf(cause);
    if (damage !== null) markDamaged(this.path, damage);
    const hint = damage === null ? 'Check the disk, then start it again.' : 'Its next start mends the file.';
    this.#failure = new TributaryError({
      ...{ code: 'bufferFailed', operation: 'write buffer', subject: this.path, retry: 'final', cause },
      reason: cause instanceof Database.SqliteError ? `${cause.code}: ${reasonOf(cause)}` : reasonOf(cause),
      hint: `Nothing more is acknowledged; the agent ends. ${hint}`,
    });
    for (const listener of this.#onFailed) listener(this.#failure);
    return this.#failure;
  }

  /** Bytes on disk: database, log and reserve, what the next checkpoint adds, and damaged files that were set aside. */
  bytes(): number {
    return this.read(() => this.space.bytes());
  }

  /** Whether so many more bytes, and `besides`, fit; the log is shortened where that helps. */
  fits(bytes: number, besides = 0): boolean {
    if (this.read(() => this.space.fits(bytes, besides))) return true;
    this.#maintain(() => this.space.checkpoint());
    return this.read(() => this.space.fits(bytes, besides));
  }

  /** One small step of giving unused pages back to the file system. Returns whether there is more to give. */
  giveBack(): boolean {
    let more = false;
    const done = this.#maintain(() => {
      more = this.space.giveBack();
    });
    return done && more;
  }

  /** False where the disk had no room for it. */
  #maintain(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      if (error instanceof Database.SqliteError && this.#refused(error) !== this.#failure) return false;
      throw this.fail(error);
    }
  }

  close(): void {
    if (!this.#db.open) return;
    try {
      if (this.#failure === null) this.#maintain(() => this.#db.pragma('wal_checkpoint(TRUNCATE)'));
    } finally {
      // First: a pid without a log says that the log is missing.
      removePid(this.path);
      this.#db.close();
      this.#lock.release();
      unclaim(this.path);
    }
  }
}

/** The reason where it is the buffer's own share that is used up. */
export const BUFFER_FULL = 'the buffer is full';

const isDiskFull = (error: unknown): boolean =>
  ['bufferFull', 'SQLITE_FULL', 'ENOSPC'].includes((error as { code?: string }).code ?? '');

function checkEdge(path: string, owner: string | null, edge: EdgeId | undefined): EdgeId {
  if (owner !== null && (edge === undefined || owner === edge)) return owner as EdgeId;
  const reason = `it holds what the edge ${owner} captured, and this is ${edge}`;
  throw unusable(path, reason, 'An edge keeps its name; name another file in buffer.path for a new edge.');
}

function openError(path: string, error: unknown): unknown {
  if (error instanceof TributaryError) return error;
  const code = error instanceof Database.SqliteError ? error.code : '';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return locked(path, holderPid(path), error);
  const reason = code === '' ? reasonOf(error) : `${code}: ${reasonOf(error)}`;
  return unusable(path, reason, 'Check path, rights and disk; or name another file in buffer.path.', error);
}
