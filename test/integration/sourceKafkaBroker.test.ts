/** A broker of its own, that may be killed and whose log may be damaged. */
import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startKafka } from '../../deploy/dev/kafka/launch.ts';
import { MemoryIntake } from '../agent/source/memoryIntake.ts';
import { until } from '../agent/source/until.ts';
import { captured, Field, storedOffset } from './sourceSupport.ts';

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => String(from + i));

test('a broker is killed and comes back with a part of one log missing', { timeout: 240_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tributary-source-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  // Never in a container: its files must be within reach.
  const kafka = await startKafka({ dir, properties: { 'log.flush.interval.messages': '1' } });
  onTestFinished(() => kafka.kill9());
  const field = await Field.open(kafka.brokers);
  const topic = await field.topic('t', 2);
  await field.send(topic, numbers(0, 5));
  await field.send(topic, numbers(5, 10));
  await field.send(topic, ['whole 0', 'whole 1'], 1);
  const intake = new MemoryIntake();
  const { source, telemetry } = await field.source(intake, { topics: [topic], group: 'g', groupCommitMs: 200 });
  await captured(intake, 12);
  await until('the position is stored', () => storedOffset(intake, topic) === 10);

  await kafka.kill9();
  await until('it waits', () => source.state().state === 'waiting');
  const log = join(dir, 'data', `${topic}-0`, '00000000000000000000.log');
  truncateSync(log, statSync(log).size - 10);
  await kafka.restart();
  await until('it was noticed', () => telemetry.named('kafka_source_truncated').length > 0);
  expect(telemetry.named('kafka_source_truncated')).toEqual([
    { source: 'kafka', topic, partition: 0, first: 5, last: 9 },
  ]);

  // The offsets are used again, for other records: none of these must be taken for a repeat.
  await field.send(topic, numbers(100, 108));
  await field.send(topic, ['whole 2'], 1);
  await captured(intake, 21);
  const of = (partition: number) => intake.captured.filter((record) => record.partition === partition);
  expect(of(0).map(({ value }) => value?.toString())).toEqual([...numbers(0, 10), ...numbers(100, 108)]);
  expect(of(0).at(-1)?.source).toBe(`kafka:${topic}/0/12`);
  expect(of(1).map(({ value }) => value?.toString())).toEqual(['whole 0', 'whole 1', 'whole 2']);

  await until('it runs', () => source.state().state === 'running');
  const waited = telemetry.named('source_waiting').map(({ what }) => what);
  expect(waited).toContain('broker 1');
  expect(
    telemetry
      .named('source_recovered')
      .map(({ what }) => what)
      .sort(),
  ).toEqual(waited.sort());
});
