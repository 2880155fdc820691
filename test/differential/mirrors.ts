/** The two programs, each run until it has nothing more to do. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MirrorMaker } from '../support/mirror/mirrorMaker.ts';

export interface Mirror {
  readonly label: string;
  /** @throws Error where it has ended */
  check(): void;
  stop(): Promise<void>;
}

export async function startMm2(dir: string, file: string): Promise<Mirror> {
  const mirror = await MirrorMaker.start(dir, written(dir, file));
  return { label: 'MirrorMaker 2', check: () => mirror.check(), stop: () => mirror.stop() };
}

function written(dir: string, file: string): string {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, 'mm2.properties');
  writeFileSync(path, file);
  return path;
}

/** As its user starts it. */
export async function startOurs(dir: string, file: string): Promise<Mirror> {
  const [properties, log] = [written(dir, file), join(dir, 'pull.log')];
  const out = openSync(log, 'a');
  const bin = fileURLToPath(new URL('../../bin/tributary.js', import.meta.url));
  const child = spawn(process.execPath, [bin, 'pull', properties, '--name', 'differential'], {
    stdio: ['ignore', out, out],
  });
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const atExit = (): void => void child.kill('SIGKILL');
  process.once('exit', atExit);
  return {
    label: 'tributary pull',
    check: () => {
      if (ended()) throw new Error(`tributary pull ended: ${readFileSync(log, 'utf8').slice(-2_000)}`);
    },
    stop: async () => {
      process.removeListener('exit', atExit);
      if (ended()) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await exit;
      clearTimeout(killer);
    },
  };
}

const LOOK_EVERY_MS = 500;

/** Until `look` has found the same for a while, and that is something. */
export async function untilStill(
  mirror: Mirror,
  look: () => Promise<{ complete: boolean; text: string }>,
  { stillMs, withinMs }: { stillMs: number; withinMs: number },
): Promise<void> {
  const deadline = performance.now() + withinMs;
  let [last, since] = ['', performance.now()];
  for (;;) {
    mirror.check();
    const { complete, text } = await look();
    const now = performance.now();
    if (text !== last) [last, since] = [text, now];
    if (complete && now - since >= stillMs) return;
    if (now > deadline) throw new Error(`${mirror.label} has not come to its end within ${withinMs / 1000} s: ${text}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
