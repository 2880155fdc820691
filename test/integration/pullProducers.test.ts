/**
 * zstd batches of the three implementations that write most of them: Kafka's own Java producer, librdkafka (kcat) and Go
 * (franz-go). Copied as bytes, and decoded and split where the target takes less.
 *
 * Seen red: with every batch rebuilt, and with parts that are not compressed.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { brokers, consumeAll, endOffsets, javaTool } from '../support/kafka.ts';
import { batchesOf, copied, copyOf, headersOf, PullRig } from '../support/pullRig.ts';

const run = promisify(execFile);
const GO = fileURLToPath(new URL('../support/go', import.meta.url));
const RECORDS = 5_000;
const SMALL = 8_000;
const bootstrap = brokers().join(',');
let dir = '';
let file = '';

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tributary-producers-'));
  file = join(dir, 'lines');
  const lines = Array.from({ length: RECORDS }, (_, i) => `{"line":${i},"note":"höhe ${(i * 7_919) % 1_000}"}`);
  writeFileSync(file, `${lines.join('\n')}\n`);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function java(topic: string): Promise<void> {
  const producer = [`bootstrap.servers=${bootstrap}`, 'compression.type=zstd', 'linger.ms=500', 'batch.size=100000'];
  const load = ['--num-records', String(RECORDS), '--throughput', '-1', '--payload-file', file];
  const args = ['--topic', topic, ...load, '--producer-props', ...producer];
  await javaTool('org.apache.kafka.tools.ProducerPerformance', args);
}

async function kcat(topic: string): Promise<void> {
  await run('kcat', ['-P', '-b', bootstrap, '-t', topic, '-p', '0', '-z', 'zstd', '-X', 'linger.ms=500', '-l', file]);
}

async function go(topic: string): Promise<void> {
  await run('go', ['run', '.', bootstrap, topic, file], { cwd: GO, timeout: 300_000 });
}

const PRODUCERS = [
  { name: 'Java', write: java, needs: null },
  {
    name: 'librdkafka',
    write: kcat,
    needs: { command: ['kcat', '-V'], missing: 'no kcat here (apt-get install kcat)' },
  },
  { name: 'Go', write: go, needs: { command: ['go', 'version'], missing: 'no Go here' } },
] as const;

async function isThere([command, ...args]: readonly [string, ...string[]]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  );
}

describe.each(PRODUCERS)('zstd made by $name', { timeout: 300_000 }, ({ write, needs }) => {
  const written = async ({ skip }: TestContext, target: Record<string, string> = {}) => {
    if (needs && !(await isThere(needs.command))) skip(`${needs.missing}, so what it writes is not copied`);
    const rig = PullRig.open();
    const topic = await rig.topic('pull-zstd', { target });
    await write(topic);
    const headers = await headersOf(topic);
    expect(new Set(headers.map(({ codec }) => codec))).toEqual(new Set(['zstd']));
    expect(headers.reduce((sum, { count }) => sum + count, 0)).toBe(RECORDS);
    expect(headers[0]!.count).toBeGreaterThan(100);
    const process = await rig.start({ topics: [topic] });
    const both = await copied(process, topic, await endOffsets(topic, 'read_uncommitted'));
    expect(both.source).toHaveLength(RECORDS);
    expect(both.target).toEqual(both.source);
    return { topic, state: process.state(topic) };
  };
  /** Behind the CRC and the fields that the hub patches: attributes and records. */
  const compressed = async (topic: string) => (await batchesOf(topic)).map(({ batch }) => batch.subarray(61));

  test('is copied byte for byte', async (context) => {
    const { topic, state } = await written(context);
    expect(state.rebuiltBatches).toEqual({});
    expect(await compressed(copyOf(topic))).toEqual(await compressed(topic));
  });

  test('is split where the target takes less, and stays zstd', async (context) => {
    const { topic, state } = await written(context, { 'max.message.bytes': String(SMALL) });
    expect(state.rebuiltBatches.tooLarge).toBeGreaterThan(0);
    const parts = await headersOf(copyOf(topic));
    expect(new Set(parts.map(({ codec }) => codec))).toEqual(new Set(['zstd']));
    expect(Math.max(...parts.map(({ sizeInBytes }) => sizeInBytes))).toBeLessThanOrEqual(SMALL);
    expect(await consumeAll(copyOf(topic))).toHaveLength(RECORDS);
  });
});
