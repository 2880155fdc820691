/**
 * A real broker as a child process: KRaft, one node, its own data folder.
 *
 *     <dir>/launch.json         ports and cluster id: a later start uses them again
 *     <dir>/server.properties   written anew at each start
 *     <dir>/data/               the broker's log folder; formatted once
 *     <dir>/kafka.log           what the broker prints, appended
 *     <dir>/kafka.pid           so that a broker whose starter was killed is found and stopped by the next start
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { reasonOf, TributaryError } from '../../../shared/errors.ts';
import { type ClassArchive, classArchive } from './classArchive.ts';
import type { LocalKafka, StartOptions } from './launch.ts';
import { freePorts, isFree } from './ports.ts';
import { type ExtraListener, type KafkaPorts, LOG_PROPERTIES, serverProperties } from './properties.ts';
import { untilItAnswers } from './ready.ts';

const run = promisify(execFile);
const READY_WITHIN_MS = 120_000;
/** A first orderly stop also writes the class archive. */
const STOP_WITHIN_MS = 30_000;
const JVM = ['-Xmx512m', '-XX:+UseSerialGC'];
/** Half the CPU time at the start; less throughput later. */
const QUICK_START = '-XX:TieredStopAtLevel=1';

interface Launch {
  readonly ports: KafkaPorts;
  readonly clusterId: string;
  readonly extra: readonly ExtraListener[];
}

export class JavaKafka implements LocalKafka {
  readonly brokers: readonly string[];
  readonly listeners: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly #options: StartOptions;
  readonly #java: string;
  readonly #classPath: string;
  readonly #dir: string;
  readonly #launch: Launch;
  readonly #archive: ClassArchive;
  #child: ChildProcess | null = null;
  readonly #atExit = (): void => {
    this.#child?.kill('SIGTERM');
  };

  private constructor(
    options: StartOptions,
    java: string,
    classPath: string,
    dir: string,
    launch: Launch,
    archive: ClassArchive,
  ) {
    this.#archive = archive;
    this.#options = options;
    this.#java = java;
    this.#classPath = classPath;
    this.#dir = dir;
    this.#launch = launch;
    this.logFile = join(dir, 'kafka.log');
    this.brokers = [`127.0.0.1:${launch.ports.broker}`];
    this.listeners = Object.fromEntries(launch.extra.map((l) => [l.name, `127.0.0.1:${l.port}`]));
  }

  /** @throws TributaryError `brokerUnavailable` with the end of the broker's log */
  static async start(options: StartOptions, java: string, classPath: string): Promise<JavaKafka> {
    const dir = resolve(options.dir);
    mkdirSync(dir, { recursive: true });
    await stopLeftOver(dir);
    const kafka = new JavaKafka(
      options,
      java,
      classPath,
      dir,
      await readLaunch(dir, options),
      await classArchive(java, classPath),
    );
    await kafka.#format();
    await kafka.#run();
    process.on('exit', kafka.#atExit);
    return kafka;
  }

  get pid(): number {
    return this.#child?.pid ?? -1;
  }

  async #format(): Promise<void> {
    const { ports, clusterId, extra } = this.#launch;
    const data = join(this.#dir, 'data');
    const properties = join(this.#dir, 'server.properties');
    writeFileSync(properties, serverProperties(data, ports, extra, this.#options.properties));
    writeFileSync(join(this.#dir, 'log4j2.properties'), LOG_PROPERTIES);
    if (existsSync(join(data, 'meta.properties'))) return;
    this.#options.onProgress?.('preparing an empty Kafka');
    const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties];
    const args = [QUICK_START, '-cp', this.#classPath, ...format, ...(this.#options.formatArgs ?? [])];
    await run(this.#java, args, { timeout: 60_000 }).catch((error: unknown) => {
      throw startFailure(this.#dir, `formatting its data folder failed: ${reasonOf(error)}`);
    });
  }

  async #run(): Promise<void> {
    this.#options.onProgress?.(`starting Kafka on ${this.brokers.join(', ')} (log: ${this.logFile})`);
    for (const port of [this.#launch.ports.broker, this.#launch.ports.controller]) {
      if (!(await isFree(port))) throw startFailure(this.#dir, `port ${port} of this data folder is in use`);
    }
    const started = performance.now();
    const log = openSync(this.logFile, 'a');
    const args = [
      ...JVM,
      ...(this.#options.throughput ? [] : [QUICK_START]),
      ...this.#archive.flags,
      `-Dlog4j2.configurationFile=${join(this.#dir, 'log4j2.properties')}`,
      '-cp',
      this.#classPath,
      'kafka.Kafka',
      join(this.#dir, 'server.properties'),
    ];
    const [command, ...rest] = [...(await withParent()), this.#java, ...args];
    // A group of its own: Ctrl-C in the terminal is for the starter, which stops things in order.
    const child = spawn(command ?? this.#java, rest, { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    this.#child = child;
    child.once('error', () => {});
    if (child.pid) writeFileSync(join(this.#dir, 'kafka.pid'), String(child.pid));
    await this.#untilItAnswers(child);
    this.#options.onProgress?.(`Kafka answers after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }

  async #untilItAnswers(child: ChildProcess): Promise<void> {
    try {
      await untilItAnswers(this.brokers, READY_WITHIN_MS, () => {
        if (!isRunning(child)) throw new Error('Kafka ended at once');
      });
    } catch (error) {
      await this.kill9();
      throw startFailure(this.#dir, `${reasonOf(error)}: ${this.#logTail()}`);
    }
  }

  #logTail(): string {
    return existsSync(this.logFile)
      ? readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-5).join(' | ')
      : '';
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    this.#archive.keep();
    process.removeListener('exit', this.#atExit);
  }

  async kill9(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async restart(): Promise<void> {
    await this.#end('SIGTERM');
    await this.#run();
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || !isRunning(child)) return;
    const gone = new Promise<void>((done) => child.once('exit', () => done()));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await gone;
    clearTimeout(timer);
    rmSync(join(this.#dir, 'kafka.pid'), { force: true });
  }
}

const isRunning = (child: ChildProcess): boolean =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null;

function startFailure(dir: string, reason: string): TributaryError {
  return new TributaryError({
    code: 'brokerUnavailable',
    operation: 'start a local Kafka',
    subject: dir,
    reason: reason.replace(/\.$/, ''),
    hint: 'kafka.log in that folder has the whole story.',
    retry: 'final',
  });
}

async function readLaunch(dir: string, options: StartOptions): Promise<Launch> {
  const file = join(dir, 'launch.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Launch;
  const names = options.listeners ?? [];
  const [broker = 0, controller = 0, ...others] = await freePorts(2 + names.length);
  const launch: Launch = {
    ports: options.ports ?? { broker, controller },
    clusterId: `T${randomBytes(16).toString('base64url').slice(0, 20)}w`,
    extra: names.map((listener, i) => ({ ...listener, port: others[i] ?? 0 })),
  };
  writeFileSync(file, `${JSON.stringify(launch, null, 2)}\n`);
  return launch;
}

/** Where the system has it, the broker is told to stop when its starter dies, even by kill -9. */
let parentWatch: Promise<readonly string[]> | null = null;
function withParent(): Promise<readonly string[]> {
  parentWatch ??= run('setpriv', ['--pdeathsig', 'TERM', 'true']).then(
    () => ['setpriv', '--pdeathsig', 'TERM'],
    () => [],
  );
  return parentWatch;
}

/** A broker of an earlier start that still holds this folder, known by its command line. */
async function stopLeftOver(dir: string): Promise<void> {
  const file = join(dir, 'kafka.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8'));
  const command = async (): Promise<string> =>
    (await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }))).stdout;
  const isOurs = async (): Promise<boolean> => (await command()).includes(join(dir, 'server.properties'));
  for (let waitedMs = 0; (await isOurs()) && waitedMs <= STOP_WITHIN_MS; waitedMs += 200) {
    process.kill(pid, waitedMs < STOP_WITHIN_MS / 2 ? 'SIGTERM' : 'SIGKILL');
    await sleep(200);
  }
  rmSync(file, { force: true });
}
