/** Both sources over the real buffer: what they are told is durable is there after a restart. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BufferFile } from '../../agent/buffer/index.ts';
import { SealingIntake } from '../../agent/seal/index.ts';
import type { EdgeId } from '../../shared/identity.ts';
import { MIB } from '../../shared/limits.ts';
import { readProvenance, readRecords } from '../../shared/records/index.ts';
import { openSource } from '../agent/source/http/harness.ts';
import { Recorder } from '../agent/source/recorder.ts';
import { until } from '../agent/source/until.ts';
import { Field } from './sourceSupport.ts';

function bufferIn(dir: string): SealingIntake {
  const file = BufferFile.open({ path: join(dir, 'buffer.db'), edge: 'edge-1' as EdgeId, maxBytes: 64 * MIB });
  return SealingIntake.open(file, { telemetry: new Recorder() });
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tributary-sources-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Every record in the buffer, sealed: its source and value. */
async function rows(intake: SealingIntake): Promise<string[]> {
  await intake.sealTail(0);
  const parcels = intake.take({ after: 0, maxBytes: 64 * MIB, maxParcels: 1_000 });
  return parcels.flatMap((parcel) => {
    if (parcel.kind !== 'sealed') return [];
    return readRecords(parcel.blob, { maxRawBytes: 64 * MIB }).map(({ value, headers }) => {
      return `${readProvenance(headers)?.source} ${value?.toString()}`;
    });
  });
}

test('Kafka: a restart of everything captures the rest, and nothing again', async () => {
  const [field, dir] = [await Field.open(), folder()];
  const topic = await field.topic('t');
  await field.send(topic, ['a', 'b', 'c']);
  const before = bufferIn(dir);
  const first = await field.source(before, { topics: [topic] });
  await until('three', () => before.stats().places.reduce((sum, place) => sum + place.captured, 0) === 3);
  await first.source.close();
  await before.close();

  await field.send(topic, ['d', 'e']);
  const after = bufferIn(dir);
  onTestFinished(() => after.close());
  const second = await field.source(after, { topics: [topic] });
  await until('five', () => after.stats().places.reduce((sum, place) => sum + place.captured, 0) === 5);
  await second.source.close();
  expect(await rows(after)).toEqual(['a', 'b', 'c', 'd', 'e'].map((value, i) => `kafka:${topic}/0/${i} ${value}`));
});

test('HTTP: what was answered is there, and a key is known after a restart', async () => {
  const dir = folder();
  const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': 'k' };
  const before = bufferIn(dir);
  const first = await openSource({}, before);
  const answer = await first.post('/topics/t', '1\n2\n', headers);
  expect(answer.body).toMatchObject({ records: 2, repeated: false });
  await first.source.close();
  await before.close();

  const after = bufferIn(dir);
  onTestFinished(() => after.close());
  const second = await openSource({}, after);
  expect((await second.post('/topics/t', '1\n2\n', headers)).body).toMatchObject({ records: 2, repeated: true });
  await second.post('/topics/t', 'x', { 'idempotency-key': 'new' });
  expect((await second.post('/topics/t', 'y', { 'idempotency-key': 'new' })).status).toBe(422);
  const all = Array.from({ length: 50 }, (_, i) => second.post('/topics/t', String(i)));
  expect((await Promise.all(all)).every(({ status }) => status === 200)).toBe(true);
  expect(await rows(after)).toHaveLength(53);
  expect((await rows(after))[0]).toBe(`http:${answer.body.request}/0 1`);
});
