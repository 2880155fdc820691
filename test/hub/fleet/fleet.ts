/** A fleet as the ledger and the agents would show it. */
import type { FleetParts } from '../../../hub/fleet/index.ts';
import type { EdgeEntry, PlaceEntry, StreamEntry } from '../../../hub/ledger/entries.ts';
import { Contacts } from '../../../hub/receive/index.ts';
import { applyChange, edgesOf, edgeView, emptyState, type ShardState } from '../../../hub/sequence/index.ts';
import type { EdgeId, Epoch } from '../../../shared/identity.ts';
import type { Heartbeat, PlaceReport } from '../../../shared/wire/index.ts';
import { HUB } from '../receive/shipments.ts';

export const OLD = '0a'.repeat(12) as Epoch;
export const NEW = '0b'.repeat(12) as Epoch;
export const NOW = 1_800_000_000_000;
const TIP = 'ab'.repeat(16);

export const clock = { now: () => NOW, monotonicMs: () => NOW };

const target = { topic: 'store-1.orders', topicId: 'id', partition: 0, lastOffset: 41, leaderEpoch: 3 };

export const edgeEntry = (change: Partial<EdgeEntry> = {}): EdgeEntry => ({
  v: 1,
  knownSinceMs: NOW - 9_000,
  epochs: [
    { epoch: OLD, predecessor: null, state: 'closed', reason: '', sinceMs: 1, accepted: false },
    { epoch: NEW, predecessor: OLD, state: 'open', reason: '', sinceMs: 2, accepted: false },
  ],
  forks: [],
  forksTotal: 0,
  ...change,
});

export const placeEntry: PlaceEntry = {
  v: 1,
  open: [NEW],
  ancestors: [
    {
      epoch: OLD,
      next: 40,
      tip: TIP,
      counts: { records: 30, deadLettered: 4, gapped: 6 },
      target,
      successor: NEW,
      closedAtMs: NOW - 5_000,
    },
  ],
  dropped: 0,
  totals: { records: 30, deadLettered: 4, gapped: 6 },
  position: null,
};

export const streamEntry: StreamEntry = {
  v: 1,
  next: 12,
  tip: TIP,
  ring: [[1, 12, TIP]],
  counts: { records: 12, deadLettered: 0, gapped: 0 },
  target,
  position: null,
  previous: { epoch: OLD, next: 40, tip: TIP },
  sourcePartitions: 3,
  openedAtMs: NOW - 5_000,
  updatedAtMs: NOW - 1_000,
  maxTimestamp: NOW - 2_000,
};

export function addEdge(state: ShardState, name: string, entry: EdgeEntry = edgeEntry(), topic = 'orders'): void {
  const edge = name as EdgeId;
  const id = `${name}/main/0/${topic}`;
  applyChange(state, { kind: 'edge', id: edge, value: entry });
  applyChange(state, { kind: 'place', id, edge, value: placeEntry });
  applyChange(state, { kind: 'stream', id: `${name}/${NEW}/main/0/${topic}`, edge, value: streamEntry });
}

export const report = (change: Partial<PlaceReport> = {}): PlaceReport => ({
  topic: 'orders',
  partition: 0,
  lane: 'main',
  captured: 60,
  delivered: 42,
  buffered: 8,
  gaps: 10,
  oldestAgeMs: 1_500,
  state: 'running',
  maybeDuplicate: 1,
  ...change,
});

export const heartbeat = (edge: string, change: Partial<Heartbeat> = {}): Heartbeat => ({
  version: 1,
  edge: edge as EdgeId,
  agentVersion: '0.1.0',
  wallMs: NOW + 250,
  startedAtMs: NOW - 60_000,
  linkState: 'connected',
  linkSinceMs: NOW - 50_000,
  bufferBytes: 4_096,
  bufferMaxBytes: 1_000_000,
  bufferOldestAgeMs: 1_500,
  places: [report()],
  placesLeftOut: 0,
  sources: [{ name: 'kafka:main', state: 'running', reason: '' }],
  outlook: {
    ...{ linkBytesPerSecond: 5_000, intakePerSecond: 1.5, drainPerSecond: 20, drainMs: 90_000, fullMs: null },
    topics: [{ topic: 'orders', buffered: 8, bytes: 800, oldestAgeMs: 1_500 }],
    ...{ topicsLeftOut: 2, leftOutBytes: 10 },
  },
  ...change,
});

export interface Fleet extends FleetParts {
  readonly state: ShardState;
  readonly contactsOf: Contacts;
  readonly connected: Set<string>;
  readonly decided: unknown[];
}

export function fleet(expected: readonly string[] = []): Fleet {
  const state = emptyState();
  const contactsOf = new Contacts(clock);
  const connected = new Set<string>();
  const decided: unknown[] = [];
  return {
    state,
    contactsOf,
    connected,
    decided,
    version: '0.1.0',
    identity: () => HUB,
    shards: () => [{ shard: 0, state: 'serving', reason: null, term: 7, owner: 'hub-1', edges: state.edges.size }],
    edges: () => edgesOf(state),
    edge: (edge) => edgeView(state, edge),
    decideEpoch: async (edge, epoch, decision) => {
      const known = state.edges.get(edge)?.epochs.some((candidate) => candidate.epoch === epoch);
      if (!known) return null;
      decided.push([edge, epoch, decision]);
      return { state: decision === 'accept' ? 'open' : 'held', reason: `${decision}ed by the operator` };
    },
    contacts: () => contactsOf.edges(),
    contact: (edge) => contactsOf.get(edge),
    isConnected: (edge) => connected.has(edge),
    expected: () => expected as readonly EdgeId[],
  };
}
