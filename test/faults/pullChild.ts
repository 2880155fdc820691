import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './rig.ts';

/** `tributary pull <file>` as a process. */
export class PullChild {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** What it prints is appended to `<dir>/pull.log`. */
  static async start(dir: string, file: string): Promise<PullChild> {
    const log = openSync(join(dir, 'pull.log'), 'a');
    const args = [join(ROOT, 'bin', 'tributary.js'), 'pull', file, '--log', 'debug'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', log, log] });
    closeSync(log);
    await once(child, 'spawn');
    return new PullChild(child);
  }

  async kill9(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  /** SIGTERM, and waits. @throws where it does not end with 0 */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await exited;
    }
    if (this.#child.exitCode !== 0) throw new Error(`tributary pull ended with ${this.#child.exitCode}`);
  }
}
