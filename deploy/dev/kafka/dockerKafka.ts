/** The broker in a container. Data lies in a named volume, whose name is kept in the caller's folder. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { StartedTestContainer } from 'testcontainers';
import { packageRoot } from './jars.ts';
import type { LocalKafka, StartOptions } from './launch.ts';
import { freePorts } from './ports.ts';
import { containerEnvironment } from './properties.ts';
import { untilItAnswers } from './ready.ts';

const run = promisify(execFile);
/** An engine that takes longer to say its version is not worth waiting for. */
const ENGINE_ANSWERS_WITHIN_MS = 4_000;
const READY_WITHIN_MS = 120_000;

export async function dockerAnswers(): Promise<boolean> {
  try {
    await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: ENGINE_ANSWERS_WITHIN_MS });
    await import('testcontainers');
    return true;
  } catch {
    return false;
  }
}

interface Launch {
  readonly port: number;
  readonly volume: string;
}

export class DockerKafka implements LocalKafka {
  readonly brokers: readonly string[];
  readonly listeners = {};
  readonly logFile: string;
  readonly #container: StartedTestContainer;
  #pid = -1;

  private constructor(container: StartedTestContainer, port: number, dir: string) {
    this.#container = container;
    this.brokers = [`127.0.0.1:${port}`];
    this.logFile = join(dir, 'kafka.log');
  }

  static async start(options: StartOptions): Promise<DockerKafka> {
    const { GenericContainer } = await import('testcontainers');
    const dir = resolve(options.dir);
    mkdirSync(dir, { recursive: true });
    const { port, volume } = await readLaunch(dir, options.ports?.broker);
    const image = `apache/kafka:${pomVersion()}`;
    options.onProgress?.(`starting ${image} with Docker (its first start fetches the image, about 200 MB)`);
    const started = performance.now();
    const container = await new GenericContainer(image)
      .withEnvironment(containerEnvironment(port))
      .withExposedPorts({ container: port, host: port })
      .withBindMounts([{ source: volume, target: '/var/lib/kafka/data', mode: 'rw' }])
      .withStartupTimeout(READY_WITHIN_MS)
      .start();
    const kafka = new DockerKafka(container, port, dir);
    await kafka.#ready();
    options.onProgress?.(`Kafka answers after ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return kafka;
  }

  get pid(): number {
    return this.#pid;
  }

  async #ready(): Promise<void> {
    await untilItAnswers(this.brokers, READY_WITHIN_MS, () => {});
    const { stdout } = await run('docker', ['inspect', '-f', '{{.State.Pid}}', this.#container.getId()]);
    this.#pid = Number(stdout.trim());
  }

  async stop(): Promise<void> {
    await this.#saveLog();
    this.#pid = -1;
    await this.#container.stop({ timeout: 20_000 });
  }

  async kill9(): Promise<void> {
    this.#pid = -1;
    await run('docker', ['kill', '--signal', 'KILL', this.#container.getId()]);
  }

  async restart(): Promise<void> {
    if (this.#pid > 0) await run('docker', ['stop', '--time', '20', this.#container.getId()]);
    await run('docker', ['start', this.#container.getId()]);
    await this.#ready();
  }

  async #saveLog(): Promise<void> {
    const { stdout } = await run('docker', ['logs', this.#container.getId()], { maxBuffer: 2 ** 28 });
    writeFileSync(this.logFile, stdout);
  }
}

async function readLaunch(dir: string, wantedPort: number | undefined): Promise<Launch> {
  const file = join(dir, 'launch-docker.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Launch;
  const [port = 0] = wantedPort ? [wantedPort] : await freePorts(1);
  const launch = { port, volume: `tributary-kafka-${randomBytes(6).toString('hex')}` };
  writeFileSync(file, `${JSON.stringify(launch, null, 2)}\n`);
  return launch;
}

/** The same version with Docker as with Maven: pom.xml says which. */
function pomVersion(): string {
  const pom = readFileSync(join(packageRoot(), 'deploy', 'dev', 'kafka', 'pom.xml'), 'utf8');
  return /<kafka\.version>([^<]+)</.exec(pom)?.[1] ?? 'latest';
}
