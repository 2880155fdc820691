/**
 * CPU time and memory of processes, read from Linux's /proc: a bench that starts a system as a process of its own can say
 * what that one used, whatever it is written in.
 */
import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

export interface Usage {
  /** User and system time since the process started, its reaped children included. */
  readonly cpuSeconds: number;
  /** High-water mark of the resident set. */
  readonly peakRssBytes: number;
  readonly rssBytes: number;
}

let ticksPerSecond: number | undefined;

/** Usage of a living process. @throws Error where it has ended, or there is no /proc */
export function usageOf(pid: number): Usage {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  // The name in parentheses may hold spaces: fields are counted behind it, the state being the third of all.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return { cpuSeconds: ticks / ticksPerSecond, peakRssBytes: kib('VmHWM') * 1024, rssBytes: kib('VmRSS') * 1024 };
}

/** Lets the peak count from now on (for a system that is measured after it has warmed up). False where the kernel refuses. */
export function resetPeakRss(pid: number): boolean {
  try {
    execFileSync('sh', ['-c', `echo 5 > /proc/${pid}/clear_refs`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What the calling process uses for `work`; its peak is that of the whole process so far. */
export async function measureSelf<T>(work: () => Promise<T> | T): Promise<{ result: T; seconds: number } & Usage> {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  const result = await work();
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  const { maxRSS } = process.resourceUsage();
  const rssBytes = process.memoryUsage.rss();
  return { result, seconds, cpuSeconds: (user + system) / 1e6, peakRssBytes: maxRSS * 1024, rssBytes };
}

/** A process under measurement. Its last known usage stays readable after it has ended. */
export class MeasuredProcess {
  readonly child: ChildProcess;
  readonly #timer: NodeJS.Timeout;
  #last: Usage = { cpuSeconds: 0, peakRssBytes: 0, rssBytes: 0 };

  private constructor(child: ChildProcess) {
    this.child = child;
    this.#timer = setInterval(() => this.usage(), 100);
    this.#timer.unref();
    child.once('exit', () => clearInterval(this.#timer));
  }

  /** Starts a command; its stderr goes to ours, its stdout to `child.stdout`. */
  static spawn(
    command: string,
    args: readonly string[],
    options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
  ): MeasuredProcess {
    return new MeasuredProcess(spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  /** Starts a module of ours with a message channel, for {@link ask}. */
  static fork(file: string, args: readonly string[] = [], execArgv: readonly string[] = []): MeasuredProcess {
    return new MeasuredProcess(
      fork(file, args, { execArgv: [...execArgv], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    );
  }

  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error(`${this.child.spawnfile} did not start`);
    return pid;
  }

  usage(): Usage {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.#last;
    try {
      const usage = usageOf(this.pid);
      // One that has ended and is not reaped yet has no memory any more.
      if (usage.peakRssBytes > 0) this.#last = usage;
    } catch {
      // It ended between the check and the reading: what was read last stands.
    }
    return this.#last;
  }

  /** Sends a message to a forked module and waits for its next one. @throws Error where it ends instead */
  async ask<T>(message: object): Promise<T> {
    const ended = new AbortController();
    try {
      const answer = once(this.child, 'message', { signal: ended.signal });
      const exit = once(this.child, 'exit', { signal: ended.signal }).then(([code]) => {
        throw new Error(`the measured process ended with ${code}`);
      });
      this.child.send(message);
      const [reply] = (await Promise.race([answer, exit])) as [T];
      return reply;
    } finally {
      ended.abort();
    }
  }

  /** Ends it (SIGTERM, after `graceMs` SIGKILL) and returns its last usage. */
  async stop(graceMs = 10_000): Promise<Usage> {
    const usage = this.usage();
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      const killer = setTimeout(() => this.child.kill('SIGKILL'), graceMs);
      await exit;
      clearTimeout(killer);
    }
    return usage;
  }
}
