import { expect, it } from 'vitest';
import { Contacts } from '../../../hub/receive/index.ts';
import type { EdgeId } from '../../../shared/identity.ts';
import { encodeHeartbeat, type Heartbeat } from '../../../shared/wire/index.ts';

const clock = { now: () => 5_000, monotonicMs: () => 5_000 };
const edge = (i: number): EdgeId => `edge-${i}` as EdgeId;
const report = (i: number): Buffer => {
  const rest = { agentVersion: '1', wallMs: 5_250, startedAtMs: 1, linkState: 'up', linkSinceMs: 1, bufferBytes: 1 };
  const heartbeat: Heartbeat = {
    version: 1,
    edge: edge(i),
    ...rest,
    bufferMaxBytes: 9,
    bufferOldestAgeMs: i,
    places: [],
    placesLeftOut: 0,
    sources: [],
  };
  return encodeHeartbeat(heartbeat);
};

it('keeps what an edge said last beside what it said before', () => {
  const contacts = new Contacts(clock);
  contacts.heard(edge(1), 'there', { agentVersion: '1', wallMs: 5_250, report: report(1) });
  contacts.heard(edge(1), 'elsewhere');
  const known = contacts.get(edge(1));
  expect(known).toMatchObject({ remote: 'elsewhere', agentVersion: '1', clockAheadMs: 250, heartbeatAtMs: 5_000 });
  expect(known?.heartbeat()).toMatchObject({ bufferOldestAgeMs: 1 });
  expect(contacts.get(edge(2))).toBeNull();
});

it('is bounded: who was heard of longest ago loses its report first, then its place', () => {
  const contacts = new Contacts(clock, { edges: 3, reportBytes: 2 * report(1).length });
  for (let i = 1; i <= 3; i++) contacts.heard(edge(i), '', { report: report(i) });
  const reported = () => [...contacts.edges()].filter((name) => contacts.get(name)?.heartbeat());
  expect(reported()).toEqual([edge(2), edge(3)]);
  expect([...contacts.edges()]).toEqual([edge(1), edge(2), edge(3)]);
  contacts.heard(edge(2), '');
  contacts.heard(edge(4), '', { report: report(4) });
  expect([...contacts.edges()]).toEqual([edge(3), edge(2), edge(4)]);
  expect(reported()).toEqual([edge(2), edge(4)]);
});
