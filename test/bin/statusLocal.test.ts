import { expect, test } from 'vitest';
import type { AgentStatus } from '../../agent/control/operator.ts';
import { localText } from '../../bin/commands/statusLocal.ts';
import type { EdgeId } from '../../shared/identity.ts';

const NOW = 1_700_000_000_000;
const STATUS: AgentStatus = {
  ...{
    edge: 'store-1' as EdgeId,
    startedAtMs: NOW,
    captured: 9,
    delivered: 1,
    buffered: 8,
    gaps: 0,
    maybeDuplicate: 0,
  },
  ...{ bufferBytes: 4_096, bufferMaxBytes: 2 ** 30, oldestAgeMs: 600_000 },
  ...{ bufferState: 'open', bufferSinceMs: NOW, bufferReason: '' },
  retained: { records: 0, bytes: 0, oldestAgeMs: 0 },
  ...{ link: 'down', linkSinceMs: NOW - 90_000, linkReason: 'no route', sources: [], places: [] },
  outlook: {
    ...{ linkBytesPerSecond: 2_048, intakePerSecond: 10, drainPerSecond: 0, drainMs: null, fullMs: 7_200_000 },
    topics: [{ topic: 'orders', buffered: 6, bytes: 3_072, oldestAgeMs: 600_000 }],
    ...{ topicsLeftOut: 1, leftOutBytes: 1_024 },
  },
};

test('an agent says how full it is, and what becomes of it', () => {
  expect(localText(STATUS, NOW).split('\n')).toEqual([
    'store-1: link down for 90 s: no route',
    'buffer: 8 records, 4.0 KiB of 1.0 GiB, oldest 10 min',
    'rates: 10 records/s in, 0 records/s out; the link carries 2.0 KiB/s',
    'drained: not as it goes now, or too early to say',
    'full: in 2 h',
    '',
    'TOPIC       BUFFERED  BYTES    OLDEST',
    'orders             6  3.0 KiB  10 min',
    'and 1 more            1.0 KiB',
  ]);
});

test('an agent that has nothing to send says no more than that', () => {
  const idle = { ...STATUS, link: 'idle', linkReason: '', buffered: 0, outlook: null } as const;
  expect(localText(idle, NOW).split('\n')).toEqual([
    'store-1: link idle for 90 s',
    'buffer: 0 records, 4.0 KiB of 1.0 GiB',
  ]);
});

test('an agent that has no room says since when and why', () => {
  const full = { bufferState: 'diskFull', bufferSinceMs: NOW - 60_000, bufferReason: 'the disk is full' } as const;
  expect(localText({ ...STATUS, ...full }, NOW).split('\n')[2]).toBe(
    'no room for 60 s: the disk is full; sources wait',
  );
});
