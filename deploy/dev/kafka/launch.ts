/**
 * A real Kafka on this machine, for `tributary up` and the tests: with Docker where an engine answers, otherwise with Java
 * and jars that Maven fetches once. Data stays in the caller's folder; a later start with the same folder goes on with it,
 * on the same ports.
 */
import { DockerKafka, dockerAnswers } from './dockerKafka.ts';
import { findJava, kafkaJars } from './jars.ts';
import { JavaKafka } from './javaKafka.ts';
import { kafkaMissing } from './missing.ts';
import type { ExtraListener, KafkaPorts } from './properties.ts';

export { findJava, kafkaJars } from './jars.ts';

export interface StartOptions {
  /** Data, settings and log of this broker; made where missing. */
  readonly dir: string;
  /** Only for a folder's first start; default: free ones. */
  readonly ports?: KafkaPorts;
  /** Says in one line what is being waited for. */
  readonly onProgress?: (line: string) => void;
  /** Further listeners on free ports, and further broker settings: for tests; they make Docker unfit. */
  readonly listeners?: readonly Omit<ExtraListener, 'port'>[];
  readonly properties?: Readonly<Record<string, string>>;
  /** For benches: compiled for throughput instead of a quick start. */
  readonly throughput?: boolean;
  /** Further arguments for the formatting of the data folder (`--add-scram ...`). */
  readonly formatArgs?: readonly string[];
}

export interface LocalKafka {
  /** `host:port`, the same over restarts. */
  readonly brokers: readonly string[];
  /** Addresses of the further listeners, by name. */
  readonly listeners: Readonly<Record<string, string>>;
  /** Of the broker's process; -1 while there is none. */
  readonly pid: number;
  readonly logFile: string;
  /** SIGTERM, then SIGKILL after a bound. Data stays. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
  /** Starts it again on the same data and ports, and waits until it answers; stops it first where it runs. */
  restart(): Promise<void>;
}

/**
 * Resolves when the broker answers.
 * @throws TributaryError `kafkaMissing`: nothing here to run it with; `brokerUnavailable`: it did not come up
 */
export async function startKafka(options: StartOptions): Promise<LocalKafka> {
  const special = (options.listeners?.length ?? 0) > 0 || options.properties !== undefined;
  if (!special && (await dockerAnswers())) return DockerKafka.start(options);
  const java = await findJava();
  if (!java) throw kafkaMissing('there is neither a Docker engine that answers nor Java 17 or newer');
  const classPath = await kafkaJars(options.onProgress);
  if (!classPath) throw kafkaMissing('there is Java, but no Docker engine that answers and no Maven');
  return JavaKafka.start(options, java, classPath);
}
