/** Java and Kafka's own jars: found, or fetched once with Maven into the clone. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { kafkaMissing } from './missing.ts';

type Progress = (line: string) => void;

const JAVA_NEEDED = 17;
const FETCH_WITHIN_MS = 15 * 60_000;
const LOCK_STALE_MS = 60_000;
const run = promisify(execFile);

/** The folder of package.json: of a clone, or of an installed package (this file may lie in its `dist/`). */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'deploy', 'dev', 'kafka', 'pom.xml'))) {
    const parent = dirname(folder);
    if (parent === folder) throw kafkaMissing('deploy/dev/kafka/pom.xml is not in this installation');
    folder = parent;
  }
  return folder;
}

/** Path of a Java 17 or newer, or null. */
export async function findJava(): Promise<string | null> {
  const home = process.env.JAVA_HOME;
  for (const java of [...(home ? [join(home, 'bin', 'java')] : []), 'java']) {
    try {
      const { stderr } = await run(java, ['-version'], { timeout: 20_000 });
      const version = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
      if (version >= JAVA_NEEDED) return java;
    } catch {
      // Not there: the next candidate, or null.
    }
  }
  return null;
}

async function hasMaven(): Promise<boolean> {
  return run('mvn', ['-v'], { timeout: 30_000 }).then(
    () => true,
    () => false,
  );
}

/**
 * Class path with Kafka's broker and tools. `TRIBUTARY_KAFKA_JARS` names a folder that has them; otherwise they lie in
 * `.kafka/jars`, and the first call fetches them with Maven. Null where that can't be had.
 */
export async function kafkaJars(onProgress: Progress = () => {}): Promise<string | null> {
  const named = process.env.TRIBUTARY_KAFKA_JARS;
  if (named) return join(named, '*');
  const root = packageRoot();
  const pom = join(root, 'deploy', 'dev', 'kafka', 'pom.xml');
  const folder = join(root, '.kafka', 'jars');
  const wanted = createHash('sha256').update(readFileSync(pom)).digest('hex');
  if (isComplete(folder, wanted)) return join(folder, '*');
  if (!(await hasMaven())) return null;
  mkdirSync(join(root, '.kafka'), { recursive: true });
  const release = await lock(join(root, '.kafka', 'jars.lock'), onProgress);
  try {
    if (!isComplete(folder, wanted)) await fetchJars(pom, folder, wanted, onProgress);
  } finally {
    release();
  }
  return join(folder, '*');
}

/** The marker is written last, so a fetch that was interrupted is made again. */
function isComplete(folder: string, wanted: string): boolean {
  const marker = join(folder, '.complete');
  return existsSync(marker) && readFileSync(marker, 'utf8') === wanted;
}

async function fetchJars(pom: string, folder: string, wanted: string, onProgress: Progress): Promise<void> {
  onProgress('fetching Apache Kafka with Maven into .kafka/jars (about 55 MB, only the first time)');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const started = Date.now();
  const args = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`];
  const ticker = setInterval(() => onProgress(`still fetching Kafka, ${secondsSince(started)} s so far`), 15_000);
  try {
    await runToEnd('mvn', args);
  } catch (error) {
    throw kafkaMissing(`Maven could not fetch Kafka: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    clearInterval(ticker);
  }
  writeFileSync(join(folder, '.complete'), wanted);
  onProgress(`Kafka's ${readdirSync(folder).length - 1} jars are there, after ${secondsSince(started)} s`);
}

const secondsSince = (startedMs: number): number => Math.round((Date.now() - startedMs) / 1000);

function runToEnd(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: FETCH_WITHIN_MS });
    let tail = '';
    const keep = (chunk: Buffer): void => {
      tail = (tail + chunk.toString()).slice(-2_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(tail.trim().split('\n').slice(0, 4).join(' ') || `exit code ${code}`));
    });
  });
}

/** One process fetches, the others wait for it. A lock whose holder no longer touches it is taken over. */
async function lock(path: string, onProgress: Progress): Promise<() => void> {
  let told = false;
  for (;;) {
    try {
      mkdirSync(path);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (isStale(path)) rmSync(path, { recursive: true, force: true });
      else {
        if (!told) onProgress('waiting for another start that is fetching Kafka');
        told = true;
        await sleep(500);
      }
    }
  }
  const touch = setInterval(() => writeFileSync(join(path, 'alive'), String(process.pid)), LOCK_STALE_MS / 6);
  return () => {
    clearInterval(touch);
    rmSync(path, { recursive: true, force: true });
  };
}

function isStale(path: string): boolean {
  const alive = join(path, 'alive');
  try {
    return Date.now() - statSync(existsSync(alive) ? alive : path).mtimeMs > LOCK_STALE_MS;
  } catch {
    return false;
  }
}
