/** Runs the command line as a process of its own. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const LAUNCHER = fileURLToPath(new URL('../../bin/tributary.js', import.meta.url));

/** Makes the launcher believe that it runs on an old Node. */
export const OLD_NODE = [
  '--import',
  'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"18.0.0"})',
];

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Options {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
}

export class Cli {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';

  /** `args` of Node: the file first. */
  constructor(args: readonly string[], { cwd = ROOT, env = {} }: Options = {}) {
    const { TRIBUTARY_TOKEN: _, ...inherited } = process.env;
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.pid = child.pid ?? 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => resolve({ code, signal, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** The JSON log lines so far. */
  events(): { readonly event: string; readonly [fact: string]: unknown }[] {
    return this.stderr
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as { event: string });
  }
}

export const tributary = (args: readonly string[], options?: Options): Promise<Ended> =>
  new Cli([LAUNCHER, ...args], options).ended;
