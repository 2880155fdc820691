import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { BufferFile } from '../../../agent/buffer/index.ts';
import type { EdgeId } from '../../../shared/identity.ts';
import { MIB } from '../../../shared/limits.ts';
import { makeNewer } from '../../support/newerBuffer.ts';
import { folder, onDisk, open, openNew, pointBehind, record, records, takeAll } from '../seal/support.ts';

const newPath = () => join(folder(), 'buffer.db');
const refused = (code: string, reason: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(reason), hint: expect.any(String) });

function change(path: string, sql: string): void {
  const db = new Database(path);
  db.exec(sql);
  db.close();
}

describe('opening', () => {
  test('makes a file that says what it is', async () => {
    const { path, intake } = openNew();
    await intake.close();
    const db = new Database(path, { readonly: true });
    const pragma = (name: string) => db.pragma(name, { simple: true });
    expect([pragma('application_id'), pragma('user_version')]).toEqual([0x54726962, 2]);
    expect([pragma('page_size'), pragma('auto_vacuum'), pragma('journal_mode')]).toEqual([8192, 2, 'wal']);
    db.close();
    expect(existsSync(`${path}.pid`)).toBe(false);
  });

  test('of a newer format is refused and nothing is changed', async () => {
    const { path, intake } = openNew();
    await intake.close();
    makeNewer(path, 7);
    const before = readFileSync(path);
    expect(() => open(path)).toThrow(refused('bufferTooNew', /format is 7/));
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("of another program's database, or of something else, is refused and nothing is changed", () => {
    const path = newPath();
    change(path, 'CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    const before = readFileSync(path);
    expect(() => open(path)).toThrow(refused('bufferUnusable', /another program/));
    expect(readFileSync(path).equals(before)).toBe(true);
    const text = newPath();
    writeFileSync(text, 'orders since 1998\n'.repeat(500));
    expect(() => open(text)).toThrow(refused('bufferUnusable', /not a SQLite file/));
    expect(readFileSync(text, 'utf8')).toMatch(/^orders since 1998/);
  });

  test('of another edge is refused', async () => {
    const { path, intake } = openNew();
    await intake.close();
    const other = { path, maxBytes: 64 * MIB, edge: 'store-2' as EdgeId };
    expect(() => BufferFile.open(other)).toThrow(refused('bufferUnusable', /store-1.*store-2/));
    const file = BufferFile.open({ path, maxBytes: 64 * MIB });
    expect(file.edge).toBe('store-1');
    file.close();
  });

  test('where there is no folder, a folder, or no right to write is refused', () => {
    const base = folder();
    expect(() => open(join(base, 'missing', 'buffer.db'))).toThrow(refused('bufferUnusable', /no such file/));
    mkdirSync(join(base, 'directory.db'));
    expect(() => open(join(base, 'directory.db'))).toThrow(refused('bufferUnusable', /not a regular file/));
    writeFileSync(join(base, 'file'), '');
    expect(() => open(join(base, 'file', 'buffer.db'))).toThrow(refused('bufferUnusable', /is not a folder/));
  });

  test('in a folder that is read-only is refused', () => {
    const base = folder();
    chmodSync(base, 0o555);
    // Rights don't bind root, so root asks as nobody.
    const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const script = join(import.meta.dirname, '../seal/child.ts');
    const child = spawnSync(process.execPath, [script, join(base, 'buffer.db'), '1', '1'], {
      ...asNobody,
      encoding: 'utf8',
    });
    chmodSync(base, 0o755);
    expect(child.stdout + child.stderr).toMatch(/^error bufferUnusable .*(EACCES|permission denied)/m);
  });

  test('an empty file, as a crash at its making leaves it, is made anew', async () => {
    const path = newPath();
    writeFileSync(path, '');
    const { intake } = open(path);
    await intake.capture({ records: records('a', 1) });
    expect(intake.stats().places[0]?.captured).toBe(1);
  });

  test('too small a cap is refused', () => {
    expect(() => open(newPath(), { maxBytes: 1 * MIB })).toThrow(refused('bufferUnusable', /maxBytes/));
  });

  test('a symbolic link is the same file', () => {
    const base = folder();
    open(join(base, 'buffer.db'));
    symlinkSync(join(base, 'buffer.db'), join(base, 'link.db'));
    expect(() => open(join(base, 'link.db'))).toThrow(refused('bufferLocked', /held by process/));
  });

  test('a stale pid file blocks nobody', () => {
    const path = newPath();
    writeFileSync(`${path}.pid`, '1\n');
    open(path);
    expect(readFileSync(`${path}.pid`, 'utf8')).toBe(`${process.pid}\n`);
  });
});

describe('a failed write', () => {
  test('ends the use of the file: the process is told, nothing more is acknowledged, and what was is there', async () => {
    const path = newPath();
    const child = join(import.meta.dirname, '../seal/child.ts');
    // Beyond 600 blocks of 512 bytes the kernel refuses to write: EFBIG, an input/output error to SQLite.
    const limited = `trap '' XFSZ; ulimit -f 600; exec "$0" "$@"`;
    const run = spawnSync('sh', ['-c', limited, process.execPath, child, path, '10', '5000'], { encoding: 'utf8' });
    const lines = run.stdout.trim().split('\n');
    const acked = Number(lines.findLast((line) => line.startsWith('acked '))?.slice(6));
    expect(acked).toBeGreaterThan(0);
    expect(lines.slice(-3)).toEqual([
      'failed bufferFailed',
      expect.stringMatching(/^error bufferFailed .*SQLITE_IOERR/),
      'again bufferFailed bufferFailed bufferFailed bufferFailed',
    ]);
    const { intake } = open(path);
    const stored = intake.stats().places[0]!;
    expect(stored.captured).toBeGreaterThanOrEqual(acked);
    expect(stored.captured).toBeLessThanOrEqual(acked + 10);
    expect(takeAll(intake).at(-1)!.last + 1).toBe(stored.captured);
  });
});

describe('space', () => {
  test('is given back after a backlog has drained, and the log stays bounded', async () => {
    const { intake, path } = openNew({ seal: { codec: 'none' } });
    const value = Buffer.alloc(500_000, 'x');
    for (let i = 0; i < 60; i++) await intake.capture({ records: [record('', { value })] });
    await intake.sealTail(0);
    expect(onDisk(path)).toBeGreaterThan(30e6);
    for (const parcel of takeAll(intake)) {
      await intake.settle([{ streamId: parcel.stream.id, points: [pointBehind(parcel)] }]);
    }
    await expect.poll(() => statSync(path).size, { timeout: 10_000, interval: 20 }).toBeLessThan(10e6);
    expect(onDisk(path)).toBeLessThan(15e6);
  });
});
