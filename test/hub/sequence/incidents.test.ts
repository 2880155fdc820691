/** What is written down of lost targets, and what a stream believes in after that. */
import { expect, test } from 'vitest';
import { type Divergence, LOST_TOPIC } from '../../../hub/sequence/index.ts';
import { streamKey } from '../../../shared/identity.ts';
import { Chain, chainOf, type Hub, hubWith, READY } from './handMade.ts';
import { nextEpoch } from './modelAgent.ts';

/** A stream with something in its target, and what was found of that. */
function written(): { hub: Hub; chain: Chain; key: string; found: Divergence } {
  const { hub, chain } = hubWith(2);
  const key = streamKey(chain.stream);
  const entry = hub.state.streams.get(key)!;
  const target = { ...entry.target, lastOffset: 9, leaderEpoch: 3 };
  hub.state.streams.set(key, { ...entry, target });
  return { hub, chain, key, found: { stream: key, cause: 'truncated', target, foundTopicId: 'id', lostFrom: 7 } };
}

test('a cut log: the stream keeps its topic and believes in nothing there; the same finding again is old', () => {
  const { hub, key, found } = written();
  hub.lost(found);
  hub.lost(found);
  expect(hub.state.incidents.get(key)).toMatchObject({ cause: 'truncated', lostFrom: 7, next: 4, total: 1, atMs: 5 });
  expect(hub.state.streams.get(key)?.target).toMatchObject({ topicId: 'id', lastOffset: -1, leaderEpoch: -1 });
});

test('what was written behind the loss since it was looked for stays believed', () => {
  const { hub, key, found } = written();
  const entry = hub.state.streams.get(key)!;
  hub.state.streams.set(key, { ...entry, target: { ...entry.target, lastOffset: 20 } });
  hub.lost(found);
  expect(hub.state.incidents.get(key)?.total).toBe(1);
  expect(hub.state.streams.get(key)?.target.lastOffset).toBe(20);
});

test('a deleted topic: the next record binds the stream to the one that is there then', () => {
  const { hub, chain, key, found } = written();
  hub.lost({ ...found, cause: 'deleted', foundTopicId: null, lostFrom: 0 });
  expect(hub.state.streams.get(key)?.target.topicId).toBe(LOST_TOPIC);
  hub.destination = { ...READY, topicId: 'new' } as typeof READY;
  expect(hub.one(chain)).toMatchObject({ code: null, next: 12 });
  expect(hub.state.streams.get(key)?.target.topicId).toBe('new');
  hub.lost(found);
  expect(hub.state.incidents.get(key)?.total).toBe(1);
});

test('a stream whose successor goes to another topic of the same name was lost with its own', () => {
  const { hub, chain, key } = written();
  hub.one(chain);
  const next = nextEpoch();
  hub.register(chain.stream.epoch, next);
  hub.destination = { ...READY, topicId: 'new' } as typeof READY;
  expect(hub.one(new Chain(next, chain).batch(1))).toMatchObject({ code: null, taken: 1 });
  expect(hub.state.streams.has(key)).toBe(false);
  expect(hub.state.incidents.get(key)).toMatchObject({ cause: 'replaced', foundTopicId: 'new', next: 12 });
});

test('a stream that nobody knows has no incidents', () => {
  const { hub, found } = written();
  hub.lost({ ...found, stream: streamKey(chainOf(1).stream) });
  expect(hub.state.incidents.size).toBe(0);
});
