/** Brings a file to this version's format, as an agent does when it starts. */
import { GIB } from '../../shared/limits.ts';
import { BufferFile } from '../buffer/index.ts';
import { FORMAT_VERSION } from '../buffer/schema.ts';

/** @throws TributaryError `bufferLocked`, `bufferTooNew`, `bufferUnusable` */
export function migrateFile(path: string): { readonly from: number; readonly to: number } {
  const file = BufferFile.open({ path, maxBytes: 16 * GIB });
  try {
    return file.opening.migrated ?? { from: FORMAT_VERSION, to: FORMAT_VERSION };
  } finally {
    file.close();
  }
}
