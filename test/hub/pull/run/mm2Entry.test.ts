import { expect, test } from 'vitest';
import { decodeMm2, encodeMm2 } from '../../../../hub/pull/run/mm2Entry.ts';

const bytes = (json: unknown): Buffer | null => (json === null ? null : Buffer.from(JSON.stringify(json)));

test.each([
  [['MirrorSourceConnector', { cluster: 'A', partition: 1, topic: 't' }], { offset: 4 }, { partition: 1, next: 5 }],
  [['MirrorSourceConnector', { topic: 't', partition: 1, cluster: 'A' }], null, { partition: 1, next: null }],
  [['MirrorSourceConnector', { cluster: 'B', partition: 1, topic: 't' }], { offset: 4 }, null],
  [['MirrorHeartbeatConnector', { cluster: 'A', partition: 1, topic: 't' }], { offset: 4 }, null],
  [['MirrorSourceConnector', { cluster: 'A', partition: -1, topic: 't' }], { offset: 4 }, null],
  ['other', { offset: 4 }, null],
])('positions of MirrorMaker 2: %j %j', (key, value, found) => {
  expect(decodeMm2(bytes(key), bytes(value), 'A')).toEqual(found && { topic: 't', ...found });
});

test('what is no JSON is passed over', () => {
  expect(decodeMm2(Buffer.from('{'), null, 'A')).toBeNull();
  expect(decodeMm2(null, Buffer.from('1'), 'A')).toBeNull();
});

/** Connect finds an entry by these bytes; `npm run faults -- migrate` compares them with its own. */
test('is written byte for byte as Connect does', () => {
  const { key, value } = encodeMm2('A', { topic: 'orders', partition: 3, next: 42 });
  expect(String(key)).toBe('["MirrorSourceConnector",{"cluster":"A","partition":3,"topic":"orders"}]');
  expect(String(value)).toBe('{"offset":41}');
});
