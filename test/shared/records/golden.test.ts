/** Batches that Java, Go and librdkafka wrote (test/fixtures/records/README.md) read as what they are. */
import { describe, expect, test } from 'vitest';
import {
  checkCrc,
  encodeBatch,
  type PlainRecord,
  type ReadRecord,
  readRecords,
  rebuildBatch,
  splitBatches,
} from '../../../shared/records/index.ts';
import { golden, goldenRecord, goldenTime, goldenValue, plain, READ, utf8 } from './support.ts';

const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const batchesOf = (name: string) => [...splitBatches(golden(`${name}.bin`))];
const recordsOf = (name: string): ReadRecord[] => batchesOf(name).flatMap(({ batch }) => readRecords(batch, READ));
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** `dump.txt`: what Kafka's own tool says of each batch of each file. */
function dumped(): Map<string, Record<string, string>[]> {
  const files = new Map<string, Record<string, string>[]>();
  for (const section of golden('dump.txt').toString().split(/^# /m).slice(1)) {
    const [name, ...lines] = section.trim().split('\n');
    files.set(
      name!,
      lines.map((line) => Object.fromEntries(line.match(/\w+: \S+/g)!.map((pair) => pair.split(': ')))),
    );
  }
  return files;
}

describe.each([...dumped()])('%s', (name, expected) => {
  test('headers say what DumpLogSegments says', () => {
    const headers = batchesOf(name).map(({ header, batch }) => {
      checkCrc(batch, header);
      return {
        baseOffset: `${header.baseOffset}`,
        lastOffset: `${header.baseOffset + header.lastOffsetDelta}`,
        count: `${header.count}`,
        baseSequence: `${header.baseSequence}`,
        producerId: `${header.producerId}`,
        producerEpoch: `${header.producerEpoch}`,
        partitionLeaderEpoch: `${header.partitionLeaderEpoch}`,
        isTransactional: `${header.transactional}`,
        isControl: `${header.control}`,
        deleteHorizonMs: header.deleteHorizon ? `OptionalLong[${header.baseTimestamp}]` : 'OptionalLong.empty',
        [header.logAppendTime ? 'LogAppendTime' : 'CreateTime']: `${header.maxTimestamp}`,
        size: `${header.sizeInBytes}`,
        magic: `${header.magic}`,
        compresscodec: header.codec,
        crc: `${header.crc}`,
      };
    });
    expect(headers).toEqual(expected.map(({ position, lastSequence, isvalid, ...facts }) => facts));
    expect(headers.length).toBeGreaterThan(0);
  });
});

describe('contents', () => {
  test.each([...CODECS.map((codec) => `java-${codec}`), ...CODECS.map((codec) => `go-${codec}`)])('%s', (name) => {
    expect(recordsOf(name).map(plain)).toEqual(range(0, 2000).map(goldenRecord));
  });

  test('java-none', () => {
    const records = recordsOf('java-none');
    expect(records.map(plain)).toEqual(range(0, 200).map(goldenRecord));
    expect(records.map(({ offsetDelta }) => offsetDelta)).toEqual(range(0, 200));
  });

  test.each(CODECS)('kcat-%s', (codec) => {
    const records = recordsOf(`kcat-${codec}`).map(({ key, value, headers }) => ({ key, value, headers }));
    const headers = [
      [utf8('trace'), utf8('abc')],
      [utf8('empty'), Buffer.alloc(0)],
    ];
    expect(records).toEqual(
      range(0, 2000).map((i) => ({ key: utf8(`key-${i % 97}`), value: goldenValue(i), headers })),
    );
  });

  test('transactions: data of both, markers with a key and a value of their own', () => {
    const [committed, commit, aborted, abort] = batchesOf('java-transaction').map(({ batch }) =>
      readRecords(batch, READ),
    );
    expect(committed!.map(plain)).toEqual(range(0, 20).map(goldenRecord));
    expect(aborted!.map(plain)).toEqual(range(20, 30).map(goldenRecord));
    expect([commit, abort].map((marker) => marker!.map(({ key }) => key!.readInt16BE(2)))).toEqual([[1], [0]]);
  });

  test('log-append time: every record has the time of the batch', () => {
    const [{ header }] = batchesOf('java-append-time') as [ReturnType<typeof batchesOf>[0]];
    const timestamp = header.maxTimestamp;
    expect(recordsOf('java-append-time').map(plain)).toEqual(
      range(0, 20).map((i) => ({ ...goldenRecord(i), timestamp })),
    );
  });

  test('compacted: holes in the offsets, tombstones, times that count from a delete horizon', () => {
    const [first] = batchesOf('java-compacted').map(({ batch }) => readRecords(batch, READ));
    const expected = range(50, 60).map((i) => ({
      offsetDelta: i,
      key: utf8(`key-${i % 10}`),
      value: i % 2 === 0 ? null : utf8(`value-${i}`),
      timestamp: goldenTime(i),
      headers: [],
    }));
    expect(first).toEqual(expected);
  });
});

describe('rebuilding what no broker would take as it is', () => {
  const rebuilt = (name: string): { records: PlainRecord[]; header: object } => {
    const [{ batch }] = batchesOf(name) as [ReturnType<typeof batchesOf>[0]];
    const [again] = [...splitBatches(rebuildBatch(batch, { codec: 'zstd' })!)];
    return { records: readRecords(again!.batch, READ).map(plain), header: again!.header };
  };

  test.each(['java-compacted', 'java-append-time', 'java-transaction'])('%s', (name) => {
    const [{ batch }] = batchesOf(name) as [ReturnType<typeof batchesOf>[0]];
    const before = readRecords(batch, READ).map(plain);
    const { records, header } = rebuilt(name);
    expect(records).toEqual(before);
    expect(header).toMatchObject({
      baseOffset: 0,
      count: before.length,
      lastOffsetDelta: before.length - 1,
      attributes: 4,
      producerId: -1n,
      baseTimestamp: before[0]!.timestamp,
    });
  });
});

test('an uncompressed batch of Java comes out of our encoder byte by byte', () => {
  const [{ batch }] = batchesOf('java-none') as [ReturnType<typeof batchesOf>[0]];
  const ours = encodeBatch(range(0, 200).map(goldenRecord), { codec: 'none' });
  batch.writeInt32BE(-1, 12); // the broker's leader epoch
  expect(ours.equals(batch)).toBe(true);
});
