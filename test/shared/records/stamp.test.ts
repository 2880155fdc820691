/** A header more in each record, and records left out by the headers that they have. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  encodeBatch,
  patchBatch,
  readHeader,
  readRecords,
  rebuildStamped,
  Stamper,
} from '../../../shared/records/index.ts';
import { anyRecords, plain, READ, record, utf8 } from './support.ts';

const BASE = 1_000;
const stamp = new Stamper({ name: 'flow', value: 'a->b', drops: (value) => String(value) === 'b->a' });
const options = { from: 0, maxBytes: 2 ** 30, ...READ, stamp };

function logged(batch: Buffer): Buffer {
  patchBatch(batch, { baseOffset: BASE, partitionLeaderEpoch: 3 });
  return batch;
}

test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
  'everything else of a record stays, and the codec: %s',
  (codec) => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        const { parts, dropped } = rebuildStamped(logged(encodeBatch(records, { codec })), options);
        expect([parts.length, dropped]).toEqual([1, 0]);
        expect(readHeader(parts[0]!.blob).codec).toBe(codec);
        const wanted = records.map((one) => plain({ ...one, headers: [...one.headers, [utf8('flow'), utf8('a->b')]] }));
        expect(readRecords(parts[0]!.blob, READ).map(plain)).toEqual(wanted);
      }),
      { numRuns: 50 },
    );
  },
);

test('records that a header of that name speaks against are left out, and their offsets are holes', () => {
  const been = [utf8('flow'), utf8('b->a')] as const;
  const records = [
    record({ value: utf8('0') }),
    record({ value: utf8('1'), headers: [[utf8('x'), null], been] }),
    record({
      value: utf8('2'),
      headers: [
        [utf8('flow'), utf8('c->a')],
        [utf8('flow'), null],
        [utf8('flo'), utf8('b->a')],
      ],
    }),
    record({ value: utf8('3'), headers: [been, been] }),
    record({ value: utf8('4') }),
  ];
  const { parts, dropped } = rebuildStamped(logged(encodeBatch(records, { codec: 'zstd' })), options);
  expect(dropped).toBe(2);
  expect(parts).toMatchObject([{ first: BASE, last: BASE + 4, records: 3, deltas: Int32Array.of(0, 2, 4) }]);
  expect(readRecords(parts[0]!.blob, READ).map(({ value }) => String(value))).toEqual(['0', '2', '4']);
  const none = rebuildStamped(logged(encodeBatch([records[1]!], { codec: 'none' })), options);
  expect(none).toEqual({ parts: [], dropped: 1 });
});
