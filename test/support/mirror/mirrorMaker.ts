/** The real MirrorMaker 2 as a process: what `connect-mirror-maker.sh <file>` starts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findJava, kafkaJars } from '../../../deploy/dev/kafka/launch.ts';
import { LOG_PROPERTIES } from '../../../deploy/dev/kafka/properties.ts';

const JVM = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

export class MirrorMaker {
  readonly logFile: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, logFile: string) {
    this.#child = child;
    this.logFile = logFile;
  }

  /** `file`: mm2.properties. What it prints is appended to `<dir>/mm2.log`. Copying begins some 20 s later. */
  static async start(dir: string, file: string): Promise<MirrorMaker> {
    const [java, jars] = await Promise.all([findJava(), kafkaJars()]);
    if (!java || !jars) throw new Error('the real MirrorMaker 2 needs Java 17 and Maven');
    const logging = join(dir, 'mm2-log4j2.properties');
    writeFileSync(logging, LOG_PROPERTIES);
    const logFile = join(dir, 'mm2.log');
    const log = openSync(logFile, 'a');
    const main = 'org.apache.kafka.connect.mirror.MirrorMaker';
    const args = [...JVM, `-Dlog4j2.configurationFile=${logging}`, '-cp', jars, main, file];
    const child = spawn(java, args, { stdio: ['ignore', log, log] });
    closeSync(log);
    return new MirrorMaker(child, logFile);
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** As an init system does: SIGTERM, and waits. */
  async stop(): Promise<void> {
    if (!this.running) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }

  async kill9(): Promise<void> {
    if (!this.running) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
