import { expect, test } from 'vitest';
import { readMm2 } from '../../../../hub/pull/config/index.ts';
import { isOwnTopic, loopsOf } from '../../../../hub/pull/run/refusals.ts';

const settingsOf = (...lines: string[]) => {
  const text = ['clusters = A, B', 'A.bootstrap.servers = a:9092', 'B.bootstrap.servers = b:9092', ...lines].join('\n');
  return readMm2(Buffer.from(text), { file: 'mm2.properties' }).settings;
};
const IDENTITY = 'replication.policy.class = org.apache.kafka.connect.mirror.IdentityReplicationPolicy';

test('with names kept, topics of both directions are loops; with prefixes none is', () => {
  const both = ['A->B.enabled = true', 'B->A.enabled = true', 'A->B.topics = a.*', 'B->A.topics = .*b'];
  const kept = settingsOf(IDENTITY, ...both);
  const loops = loopsOf(kept.flows[0]!, kept);
  expect(['ab', 'a', 'b'].map(loops)).toEqual([true, false, true]);
  const one = settingsOf(IDENTITY, ...both, 'A->B.tributary.provenance.headers = true');
  expect(one.flows.map((flow) => loopsOf(flow, one)('ab'))).toEqual([true, true]);
  const broken = settingsOf(IDENTITY, ...both, 'tributary.provenance.headers = true');
  expect(broken.flows.map((flow) => loopsOf(flow, broken)('ab'))).toEqual([false, false]);
  const prefixed = settingsOf(...both);
  expect(loopsOf(prefixed.flows[0]!, prefixed)('ab')).toBe(false);
});

test('what a process of pulls writes for itself is not copied, whatever the list says; the rest of ours only by its very name', () => {
  const { flows } = settingsOf('A->B.enabled = true', 'A->B.topics = .*, tributary.pulls, tributary.deadletter');
  const [flow] = flows;
  const own = (topic: string, ledger?: string) => isOwnTopic(topic, flow!, ledger);
  const pulls = ['tributary.pulls', 'tributary.pulls.control', 'tributary.pulls.maps', 'tributary.pulls.deadletter'];
  expect(pulls.map((topic) => own(topic))).toEqual([true, true, true, true]);
  expect(own('tributary.ledger')).toBe(true);
  expect(own('tributary.deadletter')).toBe(false);
  expect(own('tributaries')).toBe(false);
  expect(own('A.tributary.pulls')).toBe(false);
  expect(['mine', 'mine.maps', 'mine.orders'].map((topic) => own(topic, 'mine'))).toEqual([true, true, false]);
});
