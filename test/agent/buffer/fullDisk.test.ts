/** A start on a disk that has become full since: a file system of its own, where this may mount one. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { KIB, MIB } from '../../../shared/limits.ts';
import { codeOf, open, pointBehind, record, records, takeAll } from '../seal/support.ts';

/** Whoever may mount one has a file system of 32 MiB. */
function smallDisk(): string | null {
  const disk = mkdtempSync(join(tmpdir(), 'tributary-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', disk], { stdio: 'ignore' });
    return disk;
  } catch {
    rmSync(disk, { recursive: true });
    return null;
  }
}
const disk = smallDisk();
afterAll(() => {
  if (disk === null) return;
  execFileSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true });
});

test.runIf(disk !== null).each([0, 16 * KIB, 24 * KIB])(
  'an agent starts there, with %i bytes free, in the reserve, and delivers; then it takes more',
  async (free) => {
    const path = join(disk!, 'buffer.db');
    const one = open(path, { maxBytes: 16 * MIB, bootId: 'one' });
    for (let i = 0; i < 60; i++) await one.intake.capture({ records: [record('', { value: randomBytes(100 * KIB) })] });
    await one.intake.capture({ records: records('t', 3) });
    await one.intake.close();
    const { bavail, bsize } = statfsSync(disk!);
    writeFileSync(join(disk!, 'others'), Buffer.alloc(bavail * bsize - free));
    expect(statfsSync(disk!).bavail * bsize).toBe(free);

    const two = open(path, { maxBytes: 16 * MIB, bootId: 'two' });
    expect(existsSync(`${path}.reserve`)).toBe(false);
    expect(await codeOf(two.intake.capture({ records: records('x', 1) }))).toBe('bufferFull');
    expect(two.intake.stats().room.kind).toBe('diskFull');
    const rows = takeAll(two.intake);
    await two.intake.settle(rows.map((row) => ({ streamId: row.stream.id, points: [pointBehind(row)] })));
    expect(two.intake.stats().places).toMatchObject([{ captured: 63, delivered: 63, buffered: 0, gaps: 0 }]);
    await expect.poll(() => codeOf(two.intake.capture({ records: records('y', 1) })), { interval: 10 }).toBe('nothing');
    expect(existsSync(`${path}.reserve`)).toBe(true);
    await two.intake.close();
    for (const name of readdirSync(disk!)) rmSync(join(disk!, name));
  },
);
