/** Rows in the pages of SQLite's b-trees (https://www.sqlite.org/fileformat2.html), read without SQLite. */

import type { Field } from '../checks.ts';
import { PAGE_BYTES } from '../schema.ts';
import type { Image } from './image.ts';

const INDEX_INTERIOR = 0x02;
const TABLE_INTERIOR = 0x05;
const INDEX_LEAF = 0x0a;
const TABLE_LEAF = 0x0d;
/** SQLite's header in front of the first page's own. */
const FILE_HEADER_BYTES = 100;

const MIN_LOCAL = Math.floor(((PAGE_BYTES - 12) * 32) / 255) - 23;
const TABLE_MAX_LOCAL = PAGE_BYTES - 35;
const INDEX_MAX_LOCAL = Math.floor(((PAGE_BYTES - 12) * 64) / 255) - 23;
/** Longer than any row that is written. */
const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;

export interface Cell {
  /** Null in indexes and tables without row ids. */
  readonly rowId: number | null;
  readonly fields: readonly Field[];
}

interface Varint {
  readonly value: number;
  readonly next: number;
}
/** @throws RangeError beyond the end */
function varint(bytes: Buffer, at: number): Varint {
  let value = 0n;
  for (let i = 0; i < 8; i++) {
    const byte = bytes.readUInt8(at + i);
    value = (value << 7n) | BigInt(byte & 0x7f);
    if (byte < 0x80) return { value: Number(value), next: at + i + 1 };
  }
  return { value: Number(BigInt.asIntN(64, (value << 8n) | BigInt(bytes.readUInt8(at + 8)))), next: at + 9 };
}

const offsetOf = (number: number): number => (number === 1 ? FILE_HEADER_BYTES : 0);

/** Pages that an interior page leads to; nothing where the page is none. */
export function childrenOf(number: number, page: Buffer): number[] {
  const at = offsetOf(number);
  const kind = page[at];
  if (kind !== TABLE_INTERIOR && kind !== INDEX_INTERIOR) return [];
  return [page.readUInt32BE(at + 8), ...cellsAt(page, at, 12).map((cell) => page.readUInt32BE(cell))];
}

function cellsAt(page: Buffer, at: number, headerBytes: number): number[] {
  const count = Math.min(page.readUInt16BE(at + 3), (PAGE_BYTES - at - headerBytes) >> 1);
  const cells: number[] = [];
  for (let i = 0; i < count; i++) {
    const cell = page.readUInt16BE(at + headerBytes + 2 * i);
    if (cell >= at + headerBytes && cell <= PAGE_BYTES - 4) cells.push(cell);
  }
  return cells;
}

/** Cells of a page that holds rows. What can't be read is left out. */
export function* cellsOf(image: Image, number: number, page: Buffer): Generator<Cell> {
  const at = offsetOf(number);
  const kind = page[at];
  const isTable = kind === TABLE_LEAF;
  if (!isTable && kind !== INDEX_LEAF && kind !== INDEX_INTERIOR) return;
  for (const cell of cellsAt(page, at, kind === INDEX_INTERIOR ? 12 : 8)) {
    const read = readCell(image, page, kind === INDEX_INTERIOR ? cell + 4 : cell, isTable);
    if (read !== null) yield read;
  }
}

function readCell(image: Image, page: Buffer, at: number, isTable: boolean): Cell | null {
  try {
    const { value: size, next } = varint(page, at);
    if (size < 2 || size > MAX_PAYLOAD_BYTES) return null;
    const row = isTable ? varint(page, next) : null;
    const from = row?.next ?? next;
    const most = isTable ? TABLE_MAX_LOCAL : INDEX_MAX_LOCAL;
    const payload = payloadAt(image, page, from, size, most);
    const fields = payload && fieldsOf(payload);
    return fields && { rowId: row?.value ?? null, fields };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function payloadAt(image: Image, page: Buffer, from: number, size: number, mostLocal: number): Buffer | null {
  if (size <= mostLocal) return from + size <= PAGE_BYTES ? page.subarray(from, from + size) : null;
  const rest = MIN_LOCAL + ((size - MIN_LOCAL) % (PAGE_BYTES - 4));
  const local = rest <= mostLocal ? rest : MIN_LOCAL;
  if (from + local + 4 > PAGE_BYTES) return null;
  const payload = Buffer.alloc(size);
  page.copy(payload, 0, from, from + local);
  let next = page.readUInt32BE(from + local);
  for (let done = local; done < size; done += PAGE_BYTES - 4) {
    const more = image.page(next);
    if (more === null) return null;
    more.copy(payload, done, 4, Math.min(PAGE_BYTES, 4 + size - done));
    next = more.readUInt32BE(0);
  }
  return payload;
}

function fieldsOf(payload: Buffer): Field[] | null {
  const header = varint(payload, 0);
  let at = header.value;
  if (at > payload.length) return null;
  const fields: Field[] = [];
  for (let from = header.next; from < header.value; ) {
    const { value: type, next } = varint(payload, from);
    from = next;
    const bytes = bytesOf(type);
    if (bytes < 0 || at + bytes > payload.length) return null;
    fields.push(fieldAt(payload, at, type, bytes));
    at += bytes;
  }
  return fields;
}

const SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, -1, -1];
const bytesOf = (type: number): number => (type < 12 ? (SIZES[type] ?? -1) : Math.floor((type - 12) / 2));

function fieldAt(payload: Buffer, at: number, type: number, bytes: number): Field {
  if (type === 0) return null;
  if (type === 7) return payload.readDoubleBE(at);
  if (type === 6) return Number(payload.readBigInt64BE(at));
  if (type === 8 || type === 9) return type - 8;
  if (type < 6) return payload.readIntBE(at, bytes);
  const content = payload.subarray(at, at + bytes);
  return type % 2 === 0 ? content : content.toString('utf8');
}
