/** The real MirrorMaker 2 as a process: what connect-mirror-maker.sh starts, with that script's flags. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findJava, kafkaJars } from '../../../deploy/dev/kafka/launch.ts';
import { LOG_PROPERTIES } from '../../../deploy/dev/kafka/properties.ts';

const run = promisify(execFile);
/** KAFKA_HEAP_OPTS of connect-mirror-maker.sh and KAFKA_JVM_PERFORMANCE_OPTS of kafka-run-class.sh. */
const FLAGS = [
  '-Xms256M',
  '-Xmx2G',
  '-server',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:InitiatingHeapOccupancyPercent=35',
  '-XX:+ExplicitGCInvokesConcurrent',
  '-Djava.awt.headless=true',
];
const STOP_WITHIN_MS = 30_000;

export class RealMirror {
  readonly child: ChildProcess;
  readonly logFile: string;
  readonly #atExit = (): void => void this.child.kill('SIGKILL');

  private constructor(child: ChildProcess, logFile: string) {
    this.child = child;
    this.logFile = logFile;
    process.once('exit', this.#atExit);
  }

  /**
   * Starts it on a file of its own in `dir`; what it logs is there too.
   * @throws Error where there is no Java or no Kafka here
   */
  static async start(dir: string, properties: string): Promise<RealMirror> {
    const [java, jars] = await Promise.all([findJava(), kafkaJars()]);
    if (!java || !jars) throw new Error('the real MirrorMaker 2 needs Java 17 and Maven');
    mkdirSync(dir, { recursive: true });
    const [file, logging, logFile] = ['mm2.properties', 'log4j2.properties', 'mm2.log'].map((name) => join(dir, name));
    writeFileSync(file!, properties);
    writeFileSync(logging!, LOG_PROPERTIES.replace('rootLogger.level=info', 'rootLogger.level=warn'));
    const log = openSync(logFile!, 'a');
    const args = [...FLAGS, `-Dlog4j2.configurationFile=${logging}`, '-cp', jars, MAIN, file!];
    const [command, ...rest] = [...(await withParent()), java, ...args];
    const child = spawn(command!, rest, { stdio: ['ignore', log, log] });
    closeSync(log);
    return new RealMirror(child, logFile!);
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** @throws Error with the end of its log where it has ended */
  check(): void {
    if (this.child.exitCode === null && this.child.signalCode === null) return;
    const tail = readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
    throw new Error(`MirrorMaker 2 ended with ${this.child.exitCode ?? this.child.signalCode}: ${tail}`);
  }

  async stop(): Promise<void> {
    process.removeListener('exit', this.#atExit);
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const killer = setTimeout(() => this.child.kill('SIGKILL'), STOP_WITHIN_MS);
    await exit;
    clearTimeout(killer);
  }
}

const MAIN = 'org.apache.kafka.connect.mirror.MirrorMaker';

/** Where the system has it: it ends when its starter dies, even by kill -9. */
const withParent = (): Promise<readonly string[]> =>
  run('setpriv', ['--pdeathsig', 'KILL', 'true']).then(
    () => ['setpriv', '--pdeathsig', 'KILL'],
    () => [],
  );
