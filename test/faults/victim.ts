/** A process that is killed without warning and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CrashPoint } from '../../shared/crashPoint.ts';

const READY_WITHIN_MS = 60_000;

export class Victim {
  readonly name: string;
  readonly #args: readonly string[];
  readonly #log: string;
  readonly #env: Readonly<Record<string, string>>;
  #process: ChildProcess | null = null;
  #ended: Promise<void> = Promise.resolve();

  constructor(name: string, args: readonly string[], log: string, env: Readonly<Record<string, string>> = {}) {
    this.name = name;
    this.#args = args;
    this.#log = log;
    this.#env = env;
  }

  get running(): boolean {
    return this.#process !== null;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Resolves when it says that it is ready, or when it died before (at a crash point). */
  async start(crashAt?: { point: CrashPoint; times: number }): Promise<void> {
    const from = existsSync(this.#log) ? statSync(this.#log).size : 0;
    const log = openSync(this.#log, 'a');
    const env = {
      ...process.env,
      ...this.#env,
      ...(crashAt ? { TRIBUTARY_CRASH_AT: `${crashAt.point}:${crashAt.times}` } : {}),
    };
    const child = spawn(process.execPath, this.#args, { stdio: ['ignore', log, log], env });
    closeSync(log);
    this.#process = child;
    this.#ended = new Promise((resolve) =>
      child.once('exit', () => {
        this.#process = null;
        resolve();
      }),
    );
    const deadline = performance.now() + READY_WITHIN_MS;
    while (this.#process !== null && performance.now() < deadline) {
      if (readFileSync(this.#log).subarray(from).includes('"ready"')) return;
      await sleep(20);
    }
    if (!crashAt) throw new Error(`${this.name} did not become ready; see ${this.#log}`);
  }

  async kill9(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await this.#ended;
  }

  /** Waits for it to die at its crash point; false if it has not within the time. */
  async died(withinMs: number): Promise<boolean> {
    await Promise.race([this.#ended, sleep(withinMs)]);
    return this.#process === null;
  }

  async stop(): Promise<void> {
    this.#process?.kill('SIGTERM');
    await this.#ended;
  }
}
