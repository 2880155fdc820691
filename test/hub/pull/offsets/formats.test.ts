/** Bytes of offset syncs, checkpoints and heartbeats; titles carry the names of MirrorMaker 2's own tests. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../../../hub/pull/offsets/checkpoint.ts';
import { decodeHeartbeat, encodeHeartbeat } from '../../../../hub/pull/offsets/heartbeat.ts';
import { decodeOffsetSync, encodeOffsetSync } from '../../../../hub/pull/offsets/offsetSync.ts';
import { type MirrorOracle, mirrorOracle, type NoOracle } from '../../../support/mirror/oracle.ts';

const sync = { topic: 'topic-1', partition: 2, upstream: 3, downstream: 4 };
const heartbeat = { source: 'source-1', target: 'target-2', timestamp: 1234567890 };
const checkpoint = {
  ...{ group: 'group-1', topic: 'topic-2', partition: 3 },
  ...{ upstream: 4, downstream: 5, metadata: 'metadata-6' },
};
const VECTORS = {
  syncKey: '0007746f7069632d3100000002',
  syncValue: '00000000000000030000000000000004',
  checkpointKey: '000767726f75702d310007746f7069632d3200000003',
  checkpointValue: '000000000000000000040000000000000005000a6d657461646174612d36',
  heartbeatKey: '0008736f757263652d3100087461726765742d32',
  heartbeatValue: '000000000000499602d2',
};
const hex = ({ key, value }: { key: Buffer; value: Buffer }): string[] => [key.toString('hex'), value.toString('hex')];

it('OffsetSyncTest.testSerde', () => {
  const bytes = encodeOffsetSync(sync);
  expect(hex(bytes)).toEqual([VECTORS.syncKey, VECTORS.syncValue]);
  expect(decodeOffsetSync(bytes)).toEqual(sync);
});

it('CheckpointTest.testSerde', () => {
  const bytes = encodeCheckpoint(checkpoint);
  expect(hex(bytes)).toEqual([VECTORS.checkpointKey, VECTORS.checkpointValue]);
  expect(decodeCheckpoint(bytes)).toEqual(checkpoint);
});

it('HeartbeatTest.testSerde', () => {
  const bytes = encodeHeartbeat(heartbeat);
  expect(hex(bytes)).toEqual([VECTORS.heartbeatKey, VECTORS.heartbeatValue]);
  expect(decodeHeartbeat(bytes)).toEqual(heartbeat);
});

describe('what is not of the format', () => {
  const bytes = encodeCheckpoint(checkpoint);
  it('ends early: null, at every length', () => {
    const cut = Array.from({ length: bytes.value.length }, (_, n) => ({
      key: bytes.key,
      value: bytes.value.subarray(0, n),
    }));
    expect(cut.map(decodeCheckpoint)).toEqual(cut.map(() => null));
    expect(decodeOffsetSync({ key: Buffer.alloc(0), value: Buffer.alloc(0) })).toBeNull();
    expect(decodeHeartbeat({ key: Buffer.from([0x7f, 0xff]), value: Buffer.alloc(10) })).toBeNull();
  });

  it('a negative string length: null', () => {
    expect(decodeOffsetSync({ key: Buffer.from('ffff00000000', 'hex'), value: Buffer.alloc(16) })).toBeNull();
  });

  it('a number beyond 2^53: null', () => {
    const value = Buffer.from('7fffffffffffffff0000000000000004', 'hex');
    expect(decodeOffsetSync({ key: Buffer.from(VECTORS.syncKey, 'hex'), value })).toBeNull();
  });

  it('another version is read as this one, as MirrorMaker 2 does', () => {
    const value = Buffer.from(bytes.value);
    value.writeInt16BE(7, 0);
    expect(decodeCheckpoint({ key: bytes.key, value })).toEqual(checkpoint);
  });

  it('a string that its length field cannot say is refused, not cut', () => {
    expect(() => encodeCheckpoint({ ...checkpoint, metadata: 'x'.repeat(32_768) })).toThrow(/32768 bytes/);
    const longest = { ...checkpoint, metadata: 'é'.repeat(16_383) };
    expect(decodeCheckpoint(encodeCheckpoint(longest))).toEqual(longest);
  });
});

describe('beside the real one', () => {
  let oracle: MirrorOracle | NoOracle | undefined;
  beforeAll(async () => {
    oracle = await mirrorOracle('MirrorOracle');
  });
  afterAll(() => {
    if (oracle && 'close' in oracle) oracle.close();
  });

  it('writes the same bytes', async ({ skip }) => {
    if (!oracle || 'missing' in oracle) return skip(oracle?.missing);
    const [answer] = await oracle.ask(['serde']);
    const ours = [encodeOffsetSync(sync), encodeCheckpoint(checkpoint), encodeHeartbeat(heartbeat)];
    expect(answer?.split(',')).toEqual(ours.flatMap(hex));
  });
});
