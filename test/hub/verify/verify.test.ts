import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Verified } from '../../../hub/stages.ts';
import { type VerifyMode, verifyShipment } from '../../../hub/verify/index.ts';
import { type EdgeId, sameTip, type Tip, tipAfterBatch } from '../../../shared/identity.ts';
import { limits } from '../../../shared/limits.ts';
import { HEADER_BYTES, patchBatch, readHeader, readRecords } from '../../../shared/records/index.ts';
import type { Shipment, WireSealed } from '../../../shared/wire/index.ts';
import { listen } from '../receive/lines.ts';
import { gapAfter, sealed, shipment, stream, TIME } from '../receive/shipments.ts';

const verify = (sent: Shipment, mode: VerifyMode = 'strict', edge = 'store-1'): Promise<Verified> =>
  verifyShipment(sent, { edge: edge as EdgeId, mode, bytes: 1_000, telemetry: listen().telemetry });

const kinds = (verified: Verified) => verified.parcels.map((parcel) => `${parcel.stream}:${parcel.kind}`);
const reasonOf = (verified: Verified): string => {
  const corrupt = verified.parcels.find((parcel) => parcel.kind === 'corrupt');
  return corrupt?.kind === 'corrupt' ? corrupt.reason : 'nothing was corrupt';
};
/** A batch whose envelope is made true again after its bytes were changed. */
const retipped = (batch: WireSealed, change: Partial<WireSealed> = {}): WireSealed => {
  const changed = { ...batch, ...change };
  return { ...changed, tip: tipAfterBatch(changed.previousTip, changed.blob) };
};
/** The batch with something patched, and its CRC right. */
const patched = (patch: Parameters<typeof patchBatch>[1], batch = sealed()): WireSealed => {
  patchBatch(batch.blob, patch);
  return retipped(batch);
};

describe('what is true', () => {
  it.each<VerifyMode>(['strict', 'envelope'])('passes %s, uncopied, with the records own times', async (mode) => {
    const batch = sealed({ count: 5 });
    const gap = gapAfter(batch, 10);
    const lying = { ...batch, minTimestamp: mode === 'strict' ? 1 : TIME, maxTimestamp: 2 };
    const verified = await verify(shipment({ parcels: [lying, gap] }), mode);
    const [first, second] = verified.parcels;
    expect(first).toMatchObject({ kind: 'sealed', first: 0, last: 4, minTimestamp: TIME, maxTimestamp: TIME + 4 });
    expect(first?.kind === 'sealed' && first.blob).toBe(batch.blob);
    expect(second).toMatchObject({ kind: 'gap', first: 5, last: 14, reason: 'expired', detail: 'older than a week' });
    expect(verified.streams[0]).toMatchObject({ edge: 'store-1', topic: 'orders', sourcePartitions: 3 });
  });

  it('keeps marks and the bytes that the shipment holds', async () => {
    const marks = [{ capturedAtMs: TIME, streams: [{ stream: 0, next: 3, withheld: 1, refused: 2 }] }];
    const verified = await verify(shipment({ marks }));
    expect(verified).toMatchObject({ edge: 'store-1', bytes: 1_000, marks });
  });
});

describe('what is not what it claims', () => {
  const cases: [string, () => WireSealed, string, VerifyMode[]][] = [
    ['one flipped bit', () => flipped(sealed(), 70), 'badTip', ['strict', 'envelope']],
    ['one flipped bit, hashed by a liar', () => retipped(flipped(sealed(), 70)), 'badCrc', ['strict', 'envelope']],
    [
      'a tip of something else',
      () => ({ ...sealed(), tip: Buffer.alloc(16, 7) as unknown as Tip }),
      'badTip',
      ['strict', 'envelope'],
    ],
    ['a count that is too high', () => ({ ...sealed({ count: 3 }), last: 3 }), 'badCount', ['strict', 'envelope']],
    ['a count that is too low', () => ({ ...sealed({ count: 3 }), last: 1 }), 'badCount', ['strict', 'envelope']],
    ['a base offset', () => patched({ baseOffset: 5 }), 'badStructure', ['strict', 'envelope']],
    ['the transactional bit', () => patched({ transactional: true }), 'badStructure', ['strict', 'envelope']],
    [
      'a producer',
      () => patched({ producerId: 7n, producerEpoch: 0, baseSequence: 0 }),
      'badStructure',
      ['strict', 'envelope'],
    ],
    ['bytes behind the batch', () => trailing(sealed()), 'badStructure', ['strict', 'envelope']],
    ['half a batch', () => cut(sealed()), 'truncated', ['strict', 'envelope']],
    ['records of another edge', () => sealed({ edge: 'store-2' }), 'badHeaders', ['strict']],
    ['records of another epoch', () => sealed({ epoch: 'ff'.repeat(12) }), 'badHeaders', ['strict']],
    [
      'other sequences than its records',
      () => ({ ...sealed({ first: 4 }), first: 0, last: 2 }),
      'badHeaders',
      ['strict'],
    ],
    ['a shift before 1970', () => ({ ...sealed(), shiftMs: -TIME - 1 }), 'badShift', ['strict', 'envelope']],
    ['a shift beyond any clock', () => ({ ...sealed(), shiftMs: 2 ** 52 }), 'badShift', ['strict', 'envelope']],
  ];
  for (const [what, make, code, modes] of cases) {
    it.each(modes)(`${what} is ${code} (%s)`, async (mode) => {
      expect(reasonOf(await verify(shipment({ parcels: [make()] }), mode))).toMatch(new RegExp(`^${code}: `));
    });
  }

  it('refuses a gap whose tip is not its hash', async () => {
    const batch = sealed();
    const gap = { ...gapAfter(batch, 2), reason: 'quarantined' as const };
    expect(reasonOf(await verify(shipment({ parcels: [batch, gap] })))).toMatch(/^badTip/);
  });

  it('takes a gap that stands for rows given up with the tip that they had', async () => {
    const batch = sealed();
    const gap = { ...gapAfter(batch, 2), reason: 'evicted' as const, tip: batch.previousTip };
    expect(kinds(await verify(shipment({ parcels: [batch, gap] })))).toEqual(['0:sealed', '0:gap']);
  });

  it('believes the records of a trusted edge', async () => {
    expect(kinds(await verify(shipment({ parcels: [sealed({ edge: 'store-2' })] }), 'envelope'))).toEqual(['0:sealed']);
  });

  it('checks the edge of the credential, not that of the body', async () => {
    const verified = await verify(shipment({ parcels: [sealed({ edge: 'store-1' })] }), 'strict', 'store-9');
    expect(reasonOf(verified)).toMatch(/^badHeaders/);
    expect(verified.edge).toBe('store-9');
  });

  it('refuses what would decompress beyond the cap', async () => {
    const bomb = bombed(sealed());
    expect(bomb.blob.length).toBeLessThan(10_000);
    expect(reasonOf(await verify(shipment({ parcels: [bomb] })))).toMatch(/^tooLarge/);
  });
});

describe('one bad parcel', () => {
  it('ends its stream, and no other', async () => {
    const good = sealed({ stream: 0 });
    const streams = [stream(), stream({ partition: 1 })];
    const bad = flipped(sealed({ stream: 1 }), 80);
    const behind = sealed({ stream: 1, first: 3, previousTip: bad.tip });
    const later = sealed({ stream: 0, first: 3, previousTip: good.tip });
    const verified = await verify(shipment({ streams, parcels: [good, bad, behind, later] }));
    expect(kinds(verified)).toEqual(['0:sealed', '1:corrupt', '0:sealed']);
    expect(verified.parcels[1]).toMatchObject({ first: 0, last: 2 });
  });

  it('is counted by its code and logged without its bytes', async () => {
    const { telemetry, named, metric } = listen();
    const parcels = [flipped(sealed(), 80)];
    await verifyShipment(shipment({ parcels }), { edge: 'store-1' as EdgeId, mode: 'strict', bytes: 1, telemetry });
    expect(await metric('tributary_hub_verify_failures_total', { code: 'badTip' })).toBe(1);
    expect(named('parcel_failed_verification')).toMatchObject([{ edge: 'store-1', first: 0, last: 2, level: 'warn' }]);
  });
});

describe('a shifted clock', () => {
  it.each<VerifyMode>(['strict', 'envelope'])('moves the records times, not the tip (%s)', async (mode) => {
    const batch = { ...sealed({ count: 2 }), shiftMs: -5_000 };
    const { parcels } = await verify(shipment({ parcels: [batch] }), mode);
    const [parcel] = parcels;
    if (parcel?.kind !== 'sealed') throw new Error(`${parcel?.kind}`);
    expect(parcel).toMatchObject({ minTimestamp: TIME - 5_000, maxTimestamp: TIME + 1 - 5_000 });
    expect(sameTip(parcel.tip, batch.tip)).toBe(true);
    expect(readHeader(parcel.blob)).toMatchObject({ maxTimestamp: TIME + 1 - 5_000 });
    const times = readRecords(parcel.blob, { maxRawBytes: 10_000 }).map(({ timestamp }) => timestamp);
    expect(times).toEqual([TIME - 5_000, TIME + 1 - 5_000]);
  });
});

it('lets others run while a large shipment is verified', async () => {
  let turns = 0;
  const parcels = Array.from({ length: 40 }, (_, partition) =>
    sealed({ stream: partition, count: 5_000, valueBytes: 50 }),
  );
  const streams = parcels.map((_, partition) => stream({ partition }));
  const others = setInterval(() => {
    turns += 1;
  }, 0);
  const verified = await verify(shipment({ streams, parcels }));
  clearInterval(others);
  expect(verified.parcels.every(({ kind }) => kind === 'sealed')).toBe(true);
  expect(turns).toBeGreaterThan(0);
});

function flipped(batch: WireSealed, at: number): WireSealed {
  const blob = Buffer.from(batch.blob);
  blob[at]! ^= 1;
  return { ...batch, blob };
}
const trailing = (batch: WireSealed) => retipped({ ...batch, blob: Buffer.concat([batch.blob, Buffer.from([0])]) });
const cut = (batch: WireSealed) => retipped({ ...batch, blob: batch.blob.subarray(0, batch.blob.length - 9) });
/** Few bytes that become more than anybody looks at. */
function bombed(batch: WireSealed): WireSealed {
  const raw = zstdCompressSync(Buffer.alloc(limits.maxBatchRawBytes + 1));
  const blob = Buffer.concat([batch.blob.subarray(0, HEADER_BYTES), raw]);
  blob.writeInt32BE(blob.length - 12, 8);
  patchBatch(blob, { baseOffset: 0, transactional: false });
  return retipped(batch, { blob });
}
