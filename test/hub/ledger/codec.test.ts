import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeChange, encodeChange, type LedgerChange } from '../../../hub/ledger/codec.ts';
import { edgePlaceKey, keyText, parseKey, parsePlaceKey, parseStreamKey } from '../../../hub/ledger/keys.ts';
import { type EdgeId, type Epoch, streamKey } from '../../../shared/identity.ts';
import { limits } from '../../../shared/limits.ts';

const stream = fc.record({
  edge: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/) as fc.Arbitrary<EdgeId>,
  epoch: fc.stringMatching(/^[0-9a-f]{24}$/) as fc.Arbitrary<Epoch>,
  lane: fc.constantFrom('main', 'backfill'),
  partition: fc.nat(2 ** 31 - 1),
  topic: fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,60}$/),
});

test('keys of streams, places and gaps survive being written and read', () => {
  fc.assert(
    fc.property(stream, fc.nat(), (one, first) => {
      const { edge, epoch: _, ...place } = one;
      expect(parseStreamKey(streamKey(one))).toEqual(one);
      expect(parsePlaceKey(edgePlaceKey(edge, place))).toEqual({ edge, ...place });
      for (const key of [
        { kind: 'stream', id: streamKey(one), edge } as const,
        { kind: 'place', id: edgePlaceKey(edge, place), edge } as const,
        { kind: 'gap', id: streamKey(one), edge, first } as const,
        { kind: 'incident', id: streamKey(one), edge } as const,
        { kind: 'edge', id: edge } as const,
        { kind: 'claim', id: '' } as const,
      ]) {
        expect(parseKey(keyText(key))).toEqual(key);
      }
    }),
    { numRuns: 100 },
  );
});

test.each(['', 'edge/', 'edge/Store', 'stream/a/b', 'gap/x/1', 'place/e/main/x/t', 'elsewhere/e', 'stream//////'])(
  '"%s" is no key',
  (text) => {
    expect(parseKey(text)).toBeNull();
  },
);

const edge: LedgerChange = {
  kind: 'edge',
  id: 'store-1' as EdgeId,
  value: { v: 1, knownSinceMs: 1, epochs: [], forks: [], forksTotal: 0 },
};
const read = (key: string, value: unknown) =>
  decodeChange({ key: Buffer.from(key), value: Buffer.from(JSON.stringify(value)) }, 'ledger/0 at 7');

test('an entry survives; a tombstone takes it away', () => {
  expect(decodeChange(encodeChange(edge), 'x')).toEqual(edge);
  expect(decodeChange({ key: encodeChange(edge).key, value: null }, 'x')).toEqual({ ...edge, value: null });
});

test('what a newer version wrote is refused, and so is what none can have written', () => {
  expect(() => read('edge/store-1', { v: 2 })).toThrow(/format 2.*Start at least the version/);
  expect(() => read('edge/store-1', { v: 1 })).toThrow(/not complete/);
  expect(() => read('edge/store-1', 'text')).toThrow(/not a JSON object/);
  expect(() => read('what/ever', { v: 1 })).toThrow(/ledger\/0 at 7.*what\/ever/);
});

test('an entry that grew beyond its bound is not written', () => {
  const forks = Array.from({ length: limits.ledgerEntryBytes / 10 }, () => 'x'.repeat(10));
  const huge = { ...edge, value: { ...edge.value, forks } } as unknown as LedgerChange;
  expect(() => encodeChange(huge)).toThrow(/are allowed/);
});
