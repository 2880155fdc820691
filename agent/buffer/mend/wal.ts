/**
 * A write-ahead log as it lies on the disk, read without SQLite: which frames are whole, and whether something is broken
 * that a power cut does not break. SQLite itself takes everything up to the first frame that does not fit and drops the
 * rest without a word, and it does not see whose log it is.
 *
 * A power cut can leave the last transaction in pieces, which nobody was told was stored. A broken frame that has whole
 * transactions behind it is damage: each was synced before the next began.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { PAGE_BYTES } from '../schema.ts';

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const FRAME_BYTES = FRAME_HEADER_BYTES + PAGE_BYTES;
const MAGIC_LITTLE = 0x377f0682;
const MAGIC_BIG = 0x377f0683;

export interface Wal {
  /** Pages at their newest committed state, and where in the log they are. */
  readonly pages: ReadonlyMap<number, number>;
  /** Pages of the database after the last commit; 0: not known. */
  readonly pageCount: number;
  /** Why SQLite would not read all of what was committed; null: it would. */
  readonly damage: string | null;
}

const NOTHING: Wal = { pages: new Map(), pageCount: 0, damage: null };

interface Sum {
  readonly a: number;
  readonly b: number;
}

function checksum(bytes: Buffer, from: number, to: number, seed: Sum, big: boolean): Sum {
  let [a, b] = [seed.a, seed.b];
  for (let i = from; i < to; i += 8) {
    a = (a + (big ? bytes.readUInt32BE(i) : bytes.readUInt32LE(i)) + b) >>> 0;
    b = (b + (big ? bytes.readUInt32BE(i + 4) : bytes.readUInt32LE(i + 4)) + a) >>> 0;
  }
  return { a, b };
}

interface Frame {
  readonly page: number;
  /** Pages of the database where a transaction ends here, else 0. */
  readonly commit: number;
  readonly salts: string;
  /** Its checksum is right, given the one that the frame before it carries. */
  readonly whole: boolean;
  readonly at: number;
}

/** @returns what is in the log; nothing where there is none */
export function readWal(path: string): Wal {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return NOTHING;
  }
  try {
    const { size } = fstatSync(descriptor);
    if (size < HEADER_BYTES + FRAME_BYTES) return NOTHING;
    return judge(readFrames(descriptor, size));
  } finally {
    closeSync(descriptor);
  }
}

interface Frames {
  readonly headerWhole: boolean;
  readonly frames: readonly Frame[];
}

function readFrames(descriptor: number, size: number): Frames {
  const header = Buffer.alloc(HEADER_BYTES);
  readSync(descriptor, header, 0, HEADER_BYTES, 0);
  const magic = header.readUInt32BE(0);
  const big = magic === MAGIC_BIG;
  const own = checksum(header, 0, 24, { a: 0, b: 0 }, big);
  let before: Sum = { a: header.readUInt32BE(24), b: header.readUInt32BE(28) };
  const known = (magic === MAGIC_LITTLE || big) && header.readUInt32BE(8) === PAGE_BYTES;
  const headerWhole = known && own.a === before.a && own.b === before.b;
  const salts = headerWhole ? header.toString('latin1', 16, 24) : null;
  const frames: Frame[] = [];
  const bytes = Buffer.alloc(FRAME_BYTES);
  for (let at = HEADER_BYTES; at + FRAME_BYTES <= size; at += FRAME_BYTES) {
    readSync(descriptor, bytes, 0, FRAME_BYTES, at);
    const sum = checksum(bytes, FRAME_HEADER_BYTES, FRAME_BYTES, checksum(bytes, 0, 8, before, big), big);
    before = { a: bytes.readUInt32BE(16), b: bytes.readUInt32BE(20) };
    frames.push({
      ...{ page: bytes.readUInt32BE(0), commit: bytes.readUInt32BE(4), salts: bytes.toString('latin1', 8, 16) },
      ...{ whole: sum.a === before.a && sum.b === before.b, at: at + FRAME_HEADER_BYTES },
    });
  }
  const wanted = salts ?? commonest(frames.filter(({ whole }) => whole).map((frame) => frame.salts));
  return { headerWhole, frames: generation(frames, wanted) };
}

/** Frames of this generation: behind its end lie older ones, which a checkpoint has taken. */
function generation(frames: readonly Frame[], salts: string | null): Frame[] {
  const last = frames.findLastIndex((frame) => frame.salts === salts && frame.whole);
  return frames.slice(0, last + 1).map((frame) => (frame.salts === salts ? frame : { ...frame, whole: false }));
}

function commonest(texts: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  let best: string | null = null;
  for (const [text, count] of counts) if (best === null || count > counts.get(best)!) best = text;
  return best;
}

function judge({ headerWhole, frames }: Frames): Wal {
  const broken = headerWhole ? frames.findIndex(({ whole }) => !whole) : 0;
  const lastCommit = frames.findLastIndex(({ whole, commit }) => whole && commit !== 0);
  const strictEnd = broken < 0 ? lastCommit : frames.findLastIndex(({ commit }, i) => i < broken && commit !== 0);
  const commitsBehind = frames.slice(broken).filter(({ commit }) => commit !== 0).length;
  const isDamage = broken >= 0 && lastCommit >= broken && (headerWhole ? commitsBehind >= 2 : true);
  const end = isDamage ? lastCommit : strictEnd;
  const pages = new Map<number, number>();
  for (const { page, whole, at } of frames.slice(0, end + 1)) if (whole) pages.set(page, at);
  const what = headerWhole ? `frame ${broken} of the write-ahead log` : 'the header of the write-ahead log';
  const damage = isDamage ? `${what} is broken in front of committed ones` : null;
  return { pages, pageCount: frames[end]?.commit ?? 0, damage };
}
