/** The first bytes of a SQLite file, read without SQLite: https://www.sqlite.org/fileformat2.html#the_database_header. */
import { closeSync, openSync, readSync } from 'node:fs';

const SQLITE_MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;
const AT_USER_VERSION = 60;
const AT_APPLICATION_ID = 68;

export interface Header {
  readonly bytes: Buffer;
  readonly isSqlite: boolean;
  readonly applicationId: number;
  readonly userVersion: number;
}

/** Zeros where the file is shorter. @throws what `open` and `read` throw */
export function readHeader(path: string): Header {
  const bytes = Buffer.alloc(HEADER_BYTES);
  const descriptor = openSync(path, 'r');
  try {
    readSync(descriptor, bytes, 0, HEADER_BYTES, 0);
  } finally {
    closeSync(descriptor);
  }
  return {
    bytes,
    isSqlite: bytes.toString('latin1', 0, SQLITE_MAGIC.length) === SQLITE_MAGIC,
    applicationId: bytes.readUInt32BE(AT_APPLICATION_ID),
    userVersion: bytes.readUInt32BE(AT_USER_VERSION),
  };
}
