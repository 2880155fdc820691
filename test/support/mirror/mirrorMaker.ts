/** The real MirrorMaker 2 as a process: what `connect-mirror-maker.sh <file>` starts. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findJava, kafkaJars } from '../../../deploy/dev/kafka/launch.ts';
import { LOG_PROPERTIES } from '../../../deploy/dev/kafka/properties.ts';

const run = promisify(execFile);
const QUICK_START = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
/** KAFKA_HEAP_OPTS of connect-mirror-maker.sh and KAFKA_JVM_PERFORMANCE_OPTS of kafka-run-class.sh: for benches. */
export const SCRIPT_FLAGS: readonly string[] = [
  '-Xms256M',
  '-Xmx2G',
  '-server',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:InitiatingHeapOccupancyPercent=35',
  '-XX:+ExplicitGCInvokesConcurrent',
  '-Djava.awt.headless=true',
];

export class MirrorMaker {
  readonly logFile: string;
  readonly #child: ChildProcess;
  readonly #atExit = (): void => void this.#child.kill('SIGKILL');

  private constructor(child: ChildProcess, logFile: string) {
    this.#child = child;
    this.logFile = logFile;
    process.once('exit', this.#atExit);
    child.once('exit', () => process.removeListener('exit', this.#atExit));
  }

  /** `file`: mm2.properties. What it prints is appended to `<dir>/mm2.log`. Copying begins some 20 s later. */
  static async start(dir: string, file: string, jvm: readonly string[] = QUICK_START): Promise<MirrorMaker> {
    const [java, jars] = await Promise.all([findJava(), kafkaJars()]);
    if (!java || !jars) throw new Error('the real MirrorMaker 2 needs Java 17 and Maven');
    const logging = join(dir, 'mm2-log4j2.properties');
    writeFileSync(logging, LOG_PROPERTIES);
    const logFile = join(dir, 'mm2.log');
    const log = openSync(logFile, 'a');
    const main = 'org.apache.kafka.connect.mirror.MirrorMaker';
    const args = [...jvm, `-Dlog4j2.configurationFile=${logging}`, '-cp', jars, main, file];
    const [command, ...rest] = [...(await withParent()), java, ...args];
    const child = spawn(command!, rest, { stdio: ['ignore', log, log] });
    closeSync(log);
    return new MirrorMaker(child, logFile);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** @throws Error with the end of its log where it has ended */
  check(): void {
    if (this.running) return;
    const tail = readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
    throw new Error(`MirrorMaker 2 ended with ${this.#child.exitCode ?? this.#child.signalCode}: ${tail}`);
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

/** Where the system has it: it ends when its starter dies, even by kill -9. */
const withParent = (): Promise<readonly string[]> =>
  run('setpriv', ['--pdeathsig', 'KILL', 'true']).then(
    () => ['setpriv', '--pdeathsig', 'KILL'],
    () => [],
  );
