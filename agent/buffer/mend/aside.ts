/**
 * The files beside a buffer that has been damaged. A salvaged file is complete once it is called `.salvaged`: whoever opens
 * the buffer then puts it in place, also after a crash in the middle. What was in its place is kept as
 * `<path>.damaged-<time>`, as long as there is room for it.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Copies kept, and their share of `buffer.maxBytes`: they count in it. */
const MOST_FILES = 4;
const SHARE = 8;

export const salvagingPath = (path: string): string => `${path}.salvaging`;
export const salvagedPath = (path: string): string => `${path}.salvaged`;
const markerPath = (path: string): string => `${path}.mend`;

/** Says to the next start that reading has met damage: it is to be looked for in the whole file. */
export function markDamaged(path: string, reason: string): void {
  try {
    writeFileSync(markerPath(path), `${reason}\n`);
  } catch {
    // Without room for the marker the next start looks where it always looks.
  }
}
export function damageMark(path: string): string | null {
  return existsSync(markerPath(path)) ? readFileSync(markerPath(path), 'utf8').trim() : null;
}
export function removeMark(path: string): void {
  rmSync(markerPath(path), { force: true });
}

export function syncFile(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const nameFor = (path: string, ms: number): string =>
  `${path}.damaged-${new Date(ms).toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '')}`;

/** Puts a salvaged file in place, if there is one. Returns what the damaged one is called now. */
export function putInPlace(path: string): string | null {
  rmSync(salvagingPath(path), { force: true });
  const salvaged = salvagedPath(path);
  const stat = statSync(salvaged, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  const aside = moveAside(path, stat.mtimeMs);
  renameSync(salvaged, path);
  syncFile(dirname(path));
  return aside;
}

/** Log first: the database without it is older, with another's it would be wrong. */
export function moveAside(path: string, ms: number): string | null {
  const aside = nameFor(path, ms);
  const isThere = existsSync(path);
  moveLogAside(path, ms);
  rmSync(`${path}-journal`, { force: true });
  if (isThere) renameSync(path, aside);
  syncFile(dirname(path));
  return isThere ? aside : null;
}
export function moveLogAside(path: string, ms: number): string | null {
  const log = `${path}-wal`;
  if (!existsSync(log)) return null;
  const aside = `${nameFor(path, ms)}-wal`;
  renameSync(log, aside);
  syncFile(dirname(path));
  return aside;
}

interface Aside {
  readonly path: string;
  readonly bytes: number;
}
function asides(path: string): Aside[] {
  const prefix = `${basename(path)}.damaged-`;
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix))
    .sort()
    .map((name) => join(dirname(path), name))
    .map((found) => ({ path: found, bytes: statSync(found).size }));
}

/** Deletes the oldest ones beyond what may be kept, but not `unread`, of which nothing could be saved. Returns the bytes kept. */
export function dropOld(path: string, maxBytes: number, unread: string | null): number {
  const kept = asides(path);
  const sum = (): number => kept.reduce((bytes, one) => bytes + one.bytes, 0);
  while (kept.length > MOST_FILES || sum() > maxBytes / SHARE) {
    const oldest = kept.shift();
    if (oldest === undefined) return 0;
    if (unread === null || !oldest.path.startsWith(unread)) rmSync(oldest.path, { force: true });
  }
  return sum();
}
