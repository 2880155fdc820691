import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkSealed,
  concatSealed,
  encodeBatch,
  encodeSealed,
  PROVENANCE,
  patchBatch,
  type RecordHeader,
  readHeader,
  readProvenance,
  readRecords,
  type SealRecord,
  unsealRecords,
} from '../../../shared/records/index.ts';
import { anyRecord, expectCode, MAX_RAW_BYTES, plain, READ, record, utf8 } from './support.ts';

const EDGE = 'store-217';
const EPOCH = '0123456789abcdef01234567';

const sealRecord = (facts: Partial<SealRecord> = {}): SealRecord => ({
  ...record(),
  source: 'kafka:orders/3/1',
  ...facts,
});
const seal = (records: readonly SealRecord[], firstSequence = 0, codec: 'none' | 'zstd' = 'zstd'): Buffer =>
  encodeSealed({ edge: EDGE, epoch: EPOCH, firstSequence, records, codec });
const check = (batch: Buffer, first: number, last: number) =>
  checkSealed(batch, { edge: EDGE, epoch: EPOCH, first, last, maxRawBytes: MAX_RAW_BYTES });

const anySealRecord: fc.Arbitrary<SealRecord> = fc
  .tuple(
    anyRecord,
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.option(fc.string({ maxLength: 12 }), { nil: undefined }),
  )
  .map(([plainRecord, source, policy]) => ({ ...plainRecord, source, ...(policy === undefined ? {} : { policy }) }));
const anySealRecords = fc.array(anySealRecord, { minLength: 1, maxLength: 30 });
const anyFirst = fc.oneof(fc.constantFrom(0, 1, 9, 95, 998, 2 ** 52), fc.nat());

describe('sealing', () => {
  test('any records: what is sealed passes the check and comes back', () => {
    fc.assert(
      fc.property(
        anySealRecords,
        anyFirst,
        fc.constantFrom('none' as const, 'zstd' as const),
        (records, first, codec) => {
          const batch = seal(records, first, codec);
          const times = records.map(({ timestamp }) => timestamp);
          expect(check(batch, first, first + records.length - 1)).toEqual({
            minTimestamp: Math.min(...times),
            maxTimestamp: Math.max(...times),
            count: records.length,
          });
          const back = unsealRecords(batch, READ);
          expect(back.map(plain)).toEqual(records.map(plain));
          expect(back.map(({ source, policy, sequence }) => ({ source, policy, sequence }))).toEqual(
            records.map(({ source, policy }, i) => ({ source, policy, sequence: first + i })),
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  test('the headers are the documented ones, in their order, behind the own ones', () => {
    const own: RecordHeader[] = [[utf8('trace'), null]];
    const [read] = readRecords(seal([sealRecord({ headers: own, policy: '7' })], 42), READ);
    expect(read!.headers.map(([name, value]) => [`${name}`, value && `${value}`])).toEqual([
      ['trace', null],
      ['tributary.edge', EDGE],
      ['tributary.epoch', EPOCH],
      ['tributary.sequence', '42'],
      ['tributary.source', 'kafka:orders/3/1'],
      ['tributary.policy', '7'],
    ]);
  });

  test('sequences count over every number of digits', () => {
    const records = Array.from({ length: 1200 }, () => sealRecord());
    const sequences = unsealRecords(seal(records, 8), READ).map(({ sequence }) => sequence);
    expect(sequences).toEqual(records.map((_, i) => 8 + i));
    expect(check(seal(records, 99_000), 99_000, 100_199).count).toBe(1200);
  });

  test('records with and without a policy in one batch', () => {
    const records = [{}, { policy: 'a' }, { policy: 'b' }, {}].map(sealRecord);
    expect(unsealRecords(seal(records), READ).map(({ policy }) => policy)).toEqual([undefined, 'a', 'b', undefined]);
    expect(check(seal(records), 0, 3).count).toBe(4);
  });

  test('a record that brings provenance of its own keeps it under another name', () => {
    const headers: RecordHeader[] = [
      [utf8('tributary.edge'), utf8('forged')],
      [utf8('tributary.edges'), utf8('mine')],
      [utf8('tributary.policy'), null],
    ];
    const batch = seal([sealRecord({ headers })]);
    expect(check(batch, 0, 0).count).toBe(1);
    const [read] = readRecords(batch, READ);
    expect(read!.headers.slice(0, 3).map(([name, value]) => [`${name}`, value && `${value}`])).toEqual([
      ['upstream.tributary.edge', 'forged'],
      ['tributary.edges', 'mine'],
      ['upstream.tributary.policy', null],
    ]);
    expect(readProvenance(read!.headers)).toMatchObject({ edge: EDGE, sequence: 0 });
  });
});

describe('concatSealed', () => {
  test('any tail rows become the batch that sealing them together makes', () => {
    fc.assert(
      fc.property(fc.array(anySealRecords, { minLength: 1, maxLength: 6 }), anyFirst, (groups, first) => {
        let next = first;
        const rows = groups.map((group) => {
          const row = seal(group, next, 'none');
          next += group.length;
          return row;
        });
        expect(concatSealed(rows, { codec: 'none' }).equals(seal(groups.flat(), first, 'none'))).toBe(true);
        expect(check(concatSealed(rows, { codec: 'zstd' }), first, next - 1).count).toBe(next - first);
      }),
      { numRuns: 100 },
    );
  });

  test('rows of a compressed kind', () => {
    const rows = [seal([sealRecord()], 0), seal([sealRecord(), sealRecord()], 1)];
    expect(check(concatSealed(rows, { codec: 'zstd' }), 0, 2).count).toBe(3);
  });

  test('nothing to join', () => expectCode('badCount', () => concatSealed([], { codec: 'none' })));

  test('a row that is not a sealed batch', () => {
    const row = seal([sealRecord()], 0, 'none');
    patchBatch(row, { transactional: true });
    expectCode('badStructure', () => concatSealed([row], { codec: 'none' }));
  });

  test('a row whose offsets have a hole', () => {
    const row = seal([sealRecord()], 0, 'none');
    row.writeInt8(2, 65); // its only record's offset delta
    patchBatch(row, {});
    expectCode('badStructure', () => concatSealed([row], { codec: 'none' }));
  });

  test('a row that the disk spoiled', () => {
    const row = seal([sealRecord()], 0, 'none');
    row[row.length - 3]! ^= 0x40;
    expectCode('badCrc', () => concatSealed([seal([sealRecord()], 0), row], { codec: 'none' }));
  });
});

describe('checkSealed refuses', () => {
  const provenance = (facts: Partial<Record<keyof typeof PROVENANCE, string>> = {}): RecordHeader[] => {
    const values = { edge: EDGE, epoch: EPOCH, sequence: '5', source: 'x', ...facts };
    return (Object.keys(PROVENANCE) as (keyof typeof PROVENANCE)[])
      .filter((name) => values[name as 'edge'] !== undefined)
      .map((name) => [utf8(PROVENANCE[name]), utf8(values[name as 'edge'])]);
  };
  const [edge, epoch, sequence, source] = provenance() as [RecordHeader, RecordHeader, RecordHeader, RecordHeader];
  const own: RecordHeader = [utf8('own'), utf8('1')];
  const policy: RecordHeader = [utf8(PROVENANCE.policy), utf8('1')];
  const withHeaders = (headers: RecordHeader[]): Buffer => encodeBatch([record({ headers })], { codec: 'none' });

  test('nothing of what sealing makes', () => {
    for (const headers of [provenance(), [own, ...provenance()], [own, own, own, ...provenance(), policy]]) {
      expect(check(withHeaders(headers), 5, 5).count).toBe(1);
    }
  });

  test.each<[string, RecordHeader[]]>([
    ['no headers', []],
    ['own headers only', [own, own, own, own, own]],
    ['another edge', provenance({ edge: 'store-218' })],
    ['an edge that begins like it', provenance({ edge: `${EDGE}0` })],
    ['another epoch', provenance({ epoch: EPOCH.replace('7', '8') })],
    ['the sequence before', provenance({ sequence: '4' })],
    ['the same sequence otherwise written', provenance({ sequence: '05' })],
    ['one missing', [edge, epoch, sequence]],
    ['another order', [epoch, edge, sequence, source]],
    ['one twice', [edge, edge, epoch, sequence, source]],
    ['all twice', [...provenance(), ...provenance()]],
    ['a forged one among the own', [own, [utf8(PROVENANCE.edge), utf8('forged')], ...provenance()]],
    ['a forged policy among the own', [policy, ...provenance()]],
    ['an own one behind them', [...provenance(), own]],
    ['a policy that is null', [...provenance(), [policy[0], null]]],
    ['a source that is null', [edge, epoch, sequence, [source[0], null]]],
    ['a sequence that is null', [edge, epoch, [sequence[0], null], source]],
    ['a policy twice', [...provenance(), policy, policy]],
  ])('%s', (_, headers) => expectCode('badHeaders', () => check(withHeaders(headers), 5, 5)));

  test('a change in any byte of the names and values, however long the edge is', () => {
    for (const edge of ['a', 'ab', 'abc', 'abcd']) {
      const expected = { edge, epoch: EPOCH, first: 5, last: 5, maxRawBytes: MAX_RAW_BYTES };
      const headers = provenance({ edge });
      expect(checkSealed(withHeaders(headers), expected).count).toBe(1);
      headers.forEach((header, at) => {
        for (const part of [0, 1] as const) {
          if (at === 3 && part === 1) continue; // a source may be anything
          for (let i = 0; i < header[part]!.length; i++) {
            const bytes = Buffer.from(header[part]!);
            bytes[i]! ^= 1;
            const changed: RecordHeader = part === 0 ? [bytes, header[1]] : [header[0], bytes];
            expectCode('badHeaders', () => checkSealed(withHeaders(headers.with(at, changed)), expected));
          }
        }
      });
    }
  });

  test('a hole, a repeat, a swap of sequences', () => {
    const batch = (digits: string[]): Buffer =>
      encodeBatch(
        digits.map((one) => record({ headers: provenance({ sequence: one }) })),
        { codec: 'zstd' },
      );
    expect(check(batch(['5', '6', '7']), 5, 7).count).toBe(3);
    for (const digits of [
      ['5', '7', '8'],
      ['5', '5', '6'],
      ['6', '5', '7'],
    ]) {
      expectCode('badHeaders', () => check(batch(digits), 5, 7));
    }
  });

  test('another number of records than the sequences', () => {
    const batch = seal([sealRecord(), sealRecord()], 5);
    expect(check(batch, 5, 6).count).toBe(2);
    for (const [first, last] of [
      [5, 5],
      [5, 7],
      [5, 4],
      [5, 5 + 2 ** 32],
    ] as const) {
      expectCode('badCount', () => check(batch, first, last));
    }
  });

  /** A sealed batch of three, changed and with its CRC made right again by the real patcher. */
  const tampered = (change: (bytes: Buffer) => void, codec: 'none' | 'zstd' = 'none'): Buffer => {
    const batch = seal([sealRecord(), sealRecord(), sealRecord()], 5, codec);
    change(batch);
    patchBatch(batch, {});
    return batch;
  };

  test.each<[string, (b: Buffer) => void]>([
    ['log-append time', (b) => b.writeInt16BE(8, 21)],
    ['a transactional batch', (b) => b.writeInt16BE(16, 21)],
    ['a control batch', (b) => b.writeInt16BE(32, 21)],
    ['a delete horizon', (b) => b.writeInt16BE(64, 21)],
    ['a codec that sealing does not write', (b) => b.writeInt16BE(1, 21)],
    ['an attribute that nobody knows', (b) => b.writeInt16BE(128, 21)],
    ['a base offset', (b) => b.writeInt32BE(1, 4)],
    ['a producer id', (b) => b.writeBigInt64BE(0n, 43)],
    ['a producer epoch', (b) => b.writeInt16BE(0, 51)],
    ['a base sequence', (b) => b.writeInt32BE(0, 53)],
    ['a latest time that is not that of its records', (b) => b.writeBigInt64BE(1_850_000_000_000n, 35)],
    ['a record with attributes', (b) => void b.writeInt8(1, 63)],
    ['an offset delta that does not follow', (b) => void b.writeInt8(2, 65)],
  ])('%s', (_, change) => expectCode('badStructure', () => check(tampered(change), 5, 7)));

  test('a last offset delta of a longer batch', () => {
    expectCode('badCount', () =>
      check(
        tampered((b) => b.writeInt32BE(9, 23)),
        5,
        7,
      ),
    );
  });

  test('a lying count', () => {
    const lying = tampered((b) => {
      b.writeInt32BE(2 ** 31 - 1, 57);
      b.writeInt32BE(2 ** 31 - 2, 23);
    });
    expectCode('badCount', () => check(lying, 0, 2 ** 31 - 2));
    const fewer = tampered((b) => {
      b.writeInt32BE(2, 57);
      b.writeInt32BE(1, 23);
    });
    expectCode('badCount', () => check(fewer, 5, 6));
  });

  test('bytes behind the batch', () => {
    expectCode('badStructure', () => check(Buffer.concat([seal([sealRecord()], 5), Buffer.alloc(1)]), 5, 5));
  });

  test('a flipped bit anywhere', () => {
    const batch = seal([sealRecord(), sealRecord()], 5);
    for (let at = 17; at < batch.length; at++) {
      const bytes = Buffer.from(batch);
      bytes[at]! ^= 0x10;
      expect(() => check(bytes, 5, 6), `byte ${at}`).toThrow();
    }
  });

  test('more raw bytes than allowed', () => {
    const batch = seal([sealRecord({ value: Buffer.alloc(100_000) })], 5);
    expect(batch.length).toBeLessThan(1000);
    expectCode('tooLarge', () =>
      checkSealed(batch, { edge: EDGE, epoch: EPOCH, first: 5, last: 5, maxRawBytes: 100_000 }),
    );
  });
});

describe('readProvenance', () => {
  const headersOf = (batch: Buffer): readonly RecordHeader[] => readRecords(batch, READ)[0]!.headers;

  test('of a sealed record', () => {
    expect(readProvenance(headersOf(seal([sealRecord({ source: 'http:höhe/1', policy: '3' })], 2 ** 53 - 1)))).toEqual({
      edge: EDGE,
      epoch: EPOCH,
      sequence: 2 ** 53 - 1,
      source: 'http:höhe/1',
      policy: '3',
    });
  });

  test('null for anything else', () => {
    const headers = headersOf(seal([sealRecord({ headers: [[utf8('own'), null]] })], 12));
    const change = (i: number, header: RecordHeader): readonly RecordHeader[] => headers.with(i, header);
    for (const other of [
      [],
      headers.slice(0, 4),
      headers.slice(0, 1),
      [...headers, headers[0]!],
      [...headers, ...headers],
      change(1, [utf8('tributary.edge'), null]),
      change(3, [utf8('tributary.sequence'), utf8('0012')]),
      change(3, [utf8('tributary.sequence'), utf8('9007199254740992')]),
      change(3, [utf8('tributary.sequence'), utf8('-1')]),
    ]) {
      expect(readProvenance(other)).toBeNull();
    }
  });

  test('unsealing what was never sealed', () => {
    expectCode('badHeaders', () => unsealRecords(encodeBatch([record()], { codec: 'none' }), READ));
  });
});

test('zstd is worth it: a sealed batch of like records costs a fraction', () => {
  const records = Array.from({ length: 1000 }, (_, i) => sealRecord({ source: `kafka:orders/3/${i}` }));
  expect(seal(records).length * 10).toBeLessThan(seal(records, 0, 'none').length);
  expect(readHeader(seal(records)).codec).toBe('zstd');
});
