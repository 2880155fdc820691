/**
 * The processes of `tributary up`. Each writes its output to a log file of its own. One that crashes is started again
 * after a moment; one that ends by itself with 0 (somebody stopped it, as the demo invites to) stays down until it is
 * started by hand.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { TributaryError } from '../../shared/errors.ts';

const RESTART_AFTER_MS = 3_000;
const STOP_WITHIN_MS = 15_000;
const POLL_MS = 50;

export interface ChildOptions {
  readonly name: string;
  readonly args: readonly string[];
  readonly logPath: string;
  /** A line with this text in the log means that the process is up. */
  readonly readyText?: string;
  readonly onChange: (line: string) => void;
}

export class Child {
  readonly #options: ChildOptions;
  #process: ChildProcess | null = null;
  #stopping = false;
  #logStart = 0;

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  /** Absent while the process is down. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  start(): void {
    const { name, args, logPath, onChange } = this.#options;
    const log = openSync(logPath, 'a');
    this.#logStart = readFileSync(logPath).length;
    const child = spawn(process.execPath, args, { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#process = child;
    child.once('exit', (code, signal) => {
      this.#process = null;
      if (this.#stopping) return;
      const how = signal ? `was killed (${signal})` : `ended with exit code ${code}`;
      if (code === 0) return onChange(`${name} ${how}; start it again with: npx tributary ${args.slice(1).join(' ')}`);
      onChange(`${name} ${how}; it is started again in ${RESTART_AFTER_MS / 1000} s`);
      setTimeout(() => this.#restart(), RESTART_AFTER_MS).unref();
    });
  }

  #restart(): void {
    if (this.#stopping || this.#process) return;
    this.start();
    this.#options.onChange(`${this.name} runs again, pid ${this.pid}`);
  }

  /** @throws TributaryError `internal` when the process ends or is not ready in time; its last lines are in the message. */
  async ready(withinMs: number): Promise<void> {
    const { readyText, logPath, name } = this.#options;
    const deadline = performance.now() + withinMs;
    for (;;) {
      const text = readFileSync(logPath).subarray(this.#logStart).toString('utf8');
      if (!readyText || text.includes(readyText)) return;
      if (!this.#process || performance.now() > deadline) throw notReady(name, logPath, text);
      await sleep(POLL_MS);
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#process;
    if (!child) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(killer);
  }
}

function notReady(name: string, logPath: string, text: string): TributaryError {
  const last = text.trim().split('\n').slice(-3).join('\n');
  return new TributaryError({
    code: 'internal',
    operation: 'start',
    subject: name,
    reason: last === '' ? 'it did not become ready' : `it did not become ready; its last lines are:\n${last}`,
    hint: `Read ${logPath}.`,
    retry: 'final',
  });
}
