/** Small things kept beside the rows: notes (meta), source positions, idempotency keys, boot ids. */
import type { Database } from 'better-sqlite3';
import { tributary } from '../../proto/generated/tributary.js';
import type { StoredPosition } from '../stages.ts';
import type { Checks } from './checks.ts';

const { SourcePosition } = tributary.v1;

export function encodePosition(position: tributary.v1.ISourcePosition): Buffer {
  return Buffer.from(SourcePosition.encode(position).finish());
}
export const decodePosition = (bytes: Uint8Array): tributary.v1.ISourcePosition => SourcePosition.decode(bytes);

/** Old keys dropped at once, beside as many as came. */
const EXPIRE_AT_ONCE = 256;

const META_COLUMNS = ['key', 'value'];
const POSITION_COLUMNS = ['key', 'position'];
const KEY_COLUMNS = ['id', 'key', 'digest', 'records', 'ageMs'];

function prepare(db: Database) {
  return {
    note: db.prepare('SELECT * FROM meta WHERE key = ?'),
    setNote: db.prepare(
      'INSERT INTO meta VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, crc = excluded.crc',
    ),
    positions: db.prepare('SELECT * FROM position WHERE key >= ? AND key < ? ORDER BY key'),
    setPosition: db.prepare(
      'INSERT INTO position VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET position = excluded.position, crc = excluded.crc',
    ),
    removePosition: db.prepare('DELETE FROM position WHERE key = ?'),
    findKey: db.prepare('SELECT * FROM idempotency WHERE key = ?'),
    addKey: db.prepare('INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, ?)'),
    removeKey: db.prepare('DELETE FROM idempotency WHERE id = ?'),
    oldKeys: db.prepare('SELECT id, ageMs FROM idempotency ORDER BY id LIMIT ?'),
    countKeys: db.prepare('SELECT count(*) FROM idempotency').pluck(),
    lastAge: db.prepare('SELECT max(ageMs) FROM idempotency').pluck(),
    lastKeyId: db.prepare('SELECT max(id) FROM idempotency').pluck(),
    lastBoot: db.prepare('SELECT max(id) FROM boot').pluck(),
    boot: db.prepare('SELECT id FROM boot WHERE bootId = ?').pluck(),
    addBoot: db.prepare('INSERT INTO boot VALUES (?, ?, ?)'),
  };
}

/** What is remembered of the capture that brought a key. */
export interface UsedKey {
  readonly digest: string | null;
  readonly records: number;
}

export interface KeyLimits {
  /** Running time that a key is remembered for. */
  readonly windowMs: number;
  readonly maxKeys: number;
}

export class Notes {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #checks: Checks;
  #keys: number;
  #lastKeyId: number;
  /** Running time of all agents on this file when this one began, as far as it was written down. */
  readonly #ageBaseMs: number;

  constructor(db: Database, checks: Checks) {
    this.#sql = prepare(db);
    this.#checks = checks;
    this.#lastKeyId = (this.#sql.lastKeyId.get() as number | null) ?? 0;
    this.#keys = this.#sql.countKeys.get() as number;
    this.#ageBaseMs = (this.#sql.lastAge.get() as number | null) ?? 0;
  }

  note(key: string): string | null {
    const row = this.#sql.note.get(key) as { value: string } | undefined;
    return row === undefined ? null : this.#checks.assert('meta', META_COLUMNS, row).value;
  }
  setNote(key: string, value: string): void {
    this.#sql.setNote.run(key, value, this.#checks.of('meta', [key, value]));
  }

  positions(prefix: string): StoredPosition[] {
    const rows = this.#sql.positions.all(prefix, `${prefix}\u{10ffff}`) as { key: string; position: Buffer }[];
    return rows.map((row) => {
      const { key, position } = this.#checks.assert('position', POSITION_COLUMNS, row);
      return { key, position: decodePosition(position) };
    });
  }
  setPosition(key: string, position: Buffer): void {
    this.#sql.setPosition.run(key, position, this.#checks.of('position', [key, position]));
  }

  removePosition(key: string): void {
    this.#sql.removePosition.run(key);
  }

  /** What the capture that used this key left, or null. `sinceOpenMs`: monotonic time since the file was opened. */
  findKey(key: string, sinceOpenMs: number, { windowMs }: KeyLimits): UsedKey | null {
    const row = this.#sql.findKey.get(key) as (UsedKey & { id: number; ageMs: number }) | undefined;
    if (row === undefined) return null;
    this.#checks.assert('idempotency', KEY_COLUMNS, row);
    if (row.ageMs >= this.#ageBaseMs + sinceOpenMs - windowMs) return row;
    this.#remove(row.id);
    return null;
  }
  addKey(key: string, { digest, records }: UsedKey, sinceOpenMs: number): void {
    const fields = [++this.#lastKeyId, key, digest, records, this.#ageBaseMs + sinceOpenMs];
    this.#sql.addKey.run(...fields, this.#checks.of('idempotency', fields));
    this.#keys++;
  }
  /** Drops keys beyond window and cap, oldest first; called after `added` came. */
  expireKeys(added: number, sinceOpenMs: number, { windowMs, maxKeys }: KeyLimits): void {
    const oldest = this.#ageBaseMs + sinceOpenMs - windowMs;
    const rows = this.#sql.oldKeys.all(added + EXPIRE_AT_ONCE) as { id: number; ageMs: number }[];
    for (const row of rows) {
      if (row.ageMs >= oldest && this.#keys <= maxKeys) return;
      this.#remove(row.id);
    }
  }
  #remove(id: number): void {
    this.#sql.removeKey.run(id);
    this.#keys--;
  }
  /** After a rollback. */
  recount(): void {
    this.#keys = this.#sql.countKeys.get() as number;
  }

  bootRow(bootId: string): number {
    const known = this.#sql.boot.get(bootId) as number | undefined;
    if (known !== undefined) return known;
    const fields = [((this.#sql.lastBoot.get() as number | null) ?? 0) + 1, bootId];
    return Number(this.#sql.addBoot.run(...fields, this.#checks.of('boot', fields)).lastInsertRowid);
  }
}
