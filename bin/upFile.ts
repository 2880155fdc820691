import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `tributary up` says about itself, as far as the other commands use it. */
export interface UpFile {
  readonly hubUrl?: string;
  readonly centralBrokers?: readonly string[];
}

/** Of a `tributary up` in this folder; null where there is none. */
export function upFile(): UpFile | null {
  try {
    return JSON.parse(readFileSync(join('.tributary', 'up.json'), 'utf8')) as UpFile;
  } catch {
    return null;
  }
}
