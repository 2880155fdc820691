/**
 * The peer: Telegraf's Kafka consumer with its disk buffer, its output away, so that everything is kept on disk. Go builds
 * it from the module proxy, only the plugins that are needed; the binary is kept in `.kafka/telegraf` for the next time.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MeasuredProcess } from '../measure.ts';
import { freePort, until } from '../roles.ts';

const VERSION = 'v1.37.2';
const TAGS =
  'custom,inputs.kafka_consumer,inputs.internal,outputs.http,outputs.prometheus_client,parsers.value,serializers.influx';
const BIN = fileURLToPath(new URL('../../../.kafka/telegraf', import.meta.url));
const WITHIN_MS = 180_000;

interface Run {
  readonly recordsPerSecond: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

/** Null where there is no Go, or it can't build Telegraf here. */
export async function telegrafIntake(
  dir: string,
  brokers: readonly string[],
  { topic, records, bytes }: { topic: string; records: number; bytes: number },
  log: (line: string) => void,
): Promise<Run | null> {
  const binary = build(log);
  if (binary === null) return null;
  const wanted = Math.min(records, 60_000);
  const home = join(dir, 'telegraf');
  const buffer = join(home, 'buffer');
  mkdirSync(buffer, { recursive: true });
  const config = join(home, 'telegraf.conf');
  writeFileSync(config, configOf(brokers, topic, buffer, await freePort(), records));
  const telegraf = MeasuredProcess.spawn(binary, ['--config', config, '--quiet']);
  let first = { bytes: 0, atMs: 0 };
  let last = { bytes: 0, atMs: 0 };
  const enough = async (): Promise<boolean> => {
    last = { bytes: bytesUnder(buffer), atMs: performance.now() };
    if (first.bytes === 0 && last.bytes > 0) first = last;
    return last.bytes - first.bytes >= wanted * bytes;
  };
  await until(enough, 'Telegraf to fill its disk buffer', WITHIN_MS, 50);
  const { cpuSeconds, peakRssBytes } = await telegraf.stop();
  // What its files hold per record is the value and some more: counting whole values favours the peer.
  const kept = (last.bytes - first.bytes) / bytes;
  return { recordsPerSecond: kept / ((last.atMs - first.atMs) / 1000), cpuSeconds, peakRssBytes };
}

function configOf(brokers: readonly string[], topic: string, buffer: string, deadPort: number, limit: number): string {
  return `
[agent]
  interval = "1s"
  flush_interval = "1s"
  metric_batch_size = 1000
  metric_buffer_limit = ${2 * limit}
  buffer_strategy = "disk"
  buffer_directory = "${buffer}"
  omit_hostname = true
[[inputs.kafka_consumer]]
  brokers = ${JSON.stringify(brokers)}
  topics = ["${topic}"]
  kafka_version = "3.9.0"
  consumer_group = "telegraf-${Date.now()}"
  offset = "oldest"
  max_undelivered_messages = ${2 * limit}
  data_format = "value"
  data_type = "string"
[[outputs.http]]
  url = "http://127.0.0.1:${deadPort}"
  data_format = "influx"
`;
}

function bytesUnder(folder: string): number {
  let sum = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) sum += statSync(join(entry.parentPath, entry.name)).size;
  }
  return sum;
}

function build(log: (line: string) => void): string | null {
  const binary = join(BIN, 'telegraf');
  if (existsSync(binary)) return binary;
  if (spawnSync('go', ['version']).status !== 0) return null;
  log(`building Telegraf ${VERSION} with Go; this takes minutes, once`);
  mkdirSync(BIN, { recursive: true });
  try {
    const found = execFileSync('go', ['mod', 'download', '-json', `github.com/influxdata/telegraf@${VERSION}`], {
      encoding: 'utf8',
    });
    const { Dir } = JSON.parse(found) as { Dir: string };
    const env = { ...process.env, GOFLAGS: '-mod=readonly', CGO_ENABLED: '0' };
    execFileSync('go', ['build', '-tags', TAGS, '-o', binary, './cmd/telegraf'], {
      cwd: Dir,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return binary;
  } catch (error) {
    log(`Go can't build Telegraf: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}
