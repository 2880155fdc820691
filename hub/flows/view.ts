/** From what is known to what is answered: pure. */
import type { FlowFacts } from '../pull/run/index.ts';
import type { FlowList, FlowState, FlowStatus, FlowSummary, PartitionStateWord, PartitionStatus } from './schemas.ts';

type Snapshot = NonNullable<NonNullable<FlowFacts['snapshot']>['copy']>['partitions'][number];
type Report = FlowFacts['processes'][number];

export interface Now {
  readonly nowMs: number;
  readonly monotonicMs: number;
  /** This process. */
  readonly process: string;
}

const NOTHING = {
  owned: 0,
  copying: 0,
  paused: 0,
  waiting: 0,
  stopped: 0,
  lagOffsets: 0,
  records: 0,
  bytes: 0,
  gaps: 0,
  trouble: null,
};

/** Each process counts what it has: together that is the flow. */
export function summaryOf(facts: FlowFacts): FlowSummary {
  const { flow, source, target, origin, snapshot, processes } = facts;
  const counts = processes.map((one) => one.flows[flow] ?? NOTHING);
  const sum = (of: (one: (typeof counts)[number]) => number): number =>
    counts.reduce((total, one) => total + of(one), 0);
  const totals = {
    partitions: snapshot?.copy?.partitions.length ?? 0,
    owned: sum(({ owned }) => owned),
    copying: sum(({ copying }) => copying),
    paused: sum(({ paused }) => paused),
    waiting: sum(({ waiting }) => waiting),
    stopped: sum(({ stopped }) => stopped),
    lagOffsets: sum(({ lagOffsets }) => lagOffsets),
    records: sum(({ records }) => records),
    bytes: sum(({ bytes }) => bytes),
    gaps: sum(({ gaps }) => gaps),
  };
  const trouble = counts.find((one) => one.trouble !== null)?.trouble ?? null;
  const reason = facts.problem ?? partTrouble(facts) ?? trouble;
  return { flow, source, target, origin, state: stateOf(facts, reason), reason, ...totals };
}

function stateOf(facts: FlowFacts, reason: string | null): FlowState {
  if (facts.problem !== null) return 'unable';
  if (!facts.enabled) return 'off';
  if (facts.rule.paused) return 'paused';
  if (reason !== null) return 'troubled';
  return facts.snapshot?.copy ? 'running' : 'beginning';
}

function partTrouble({ snapshot }: FlowFacts): string | null {
  for (const [name, state] of Object.entries(snapshot?.parts ?? {})) {
    if (state.kind === 'waiting' || state.kind === 'failed') return `${name}: ${state.reason}`;
  }
  return null;
}

const processOf = ({ name, target, url, startedAtMs, shards }: Report) => ({
  name,
  target,
  url,
  startedAtMs,
  shards: [...shards],
});

export function listOf(flows: readonly FlowFacts[], version: string, { nowMs, process }: Now): FlowList {
  const processes = new Map(
    flows.flatMap((one) => one.processes.map((it) => [`${it.target} ${it.name}`, processOf(it)] as const)),
  );
  return { nowMs, version, process, processes: [...processes.values()], flows: flows.map(summaryOf) };
}

export interface Wanted {
  readonly topic?: string | undefined;
  readonly state?: PartitionStateWord | undefined;
  readonly limit: number;
}

export function statusOf(facts: FlowFacts, now: Now, { topic, state, limit }: Wanted): FlowStatus {
  const { snapshot, rule } = facts;
  const partitions = (snapshot?.copy?.partitions ?? [])
    .filter((one) => topic === undefined || one.topic === topic)
    .map((one) => partitionOf(one, facts, now))
    .filter((one) => state === undefined || one.state === state)
    .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
  const said = (wanted: boolean): string[] =>
    [...rule.topics].flatMap(([name, is]) => (is === wanted ? [name] : [])).sort();
  return {
    nowMs: now.nowMs,
    process: now.process,
    ...summaryOf(facts),
    parts: Object.entries(snapshot?.parts ?? {}).map(([name, part]) => ({
      name,
      state: part.kind,
      reason: 'reason' in part ? part.reason : null,
      retryAfterMs: 'retryAfterMs' in part ? Math.round(part.retryAfterMs) : null,
    })),
    pausedTopics: [...rule.pausedTopics],
    pausedPartitions: [...rule.pausedPartitions],
    addedTopics: said(true),
    removedTopics: said(false),
    limits: limitsIn(snapshot?.copy?.limits ?? rule.limits),
    processes: facts.processes.map(processOf),
    topics: partitions.slice(0, limit),
    left: Math.max(0, partitions.length - limit),
  };
}

type Limits = NonNullable<FlowStatus['limits']>;

function limitsIn(limits: FlowFacts['rule']['limits']): Limits | null {
  if (limits === null) return null;
  const { flow, topics } = limits;
  const named = topics && Object.fromEntries(Object.entries(topics).map(([topic, rate]) => [topic, { ...rate }]));
  return { ...(flow ? { flow: { ...flow } } : {}), ...(named ? { topics: named } : {}) };
}

function partitionOf(one: Snapshot, { processes }: FlowFacts, { monotonicMs, process }: Now): PartitionStatus {
  const { state } = one;
  const here = state.kind !== 'unowned';
  const owner = here
    ? process
    : (processes.find(({ name, shards }) => name !== process && shards.includes(one.shard))?.name ?? null);
  const troubled = state.kind === 'waiting' || state.kind === 'stopped' ? state : null;
  return {
    topic: one.topic,
    partition: one.partition,
    targetTopic: one.targetTopic,
    targetPartition: one.targetPartition,
    state: state.kind === 'unowned' ? (owner === null ? 'nobody' : 'elsewhere') : state.kind,
    paused: one.paused,
    process: owner,
    reason: troubled?.reason ?? null,
    detail: troubled?.detail ?? null,
    troubledForMs: troubled ? Math.max(0, Math.round(monotonicMs - troubled.sinceMs)) : null,
    retryInMs: state.kind === 'waiting' ? Math.max(0, Math.round(state.retryAtMs - monotonicMs)) : null,
    // What was known before the partition went elsewhere is old.
    position: here ? one.position : null,
    end: here ? one.highWatermark : null,
    lagOffsets: here ? one.lagOffsets : null,
    lagMs: here && one.lagMs !== null ? Math.round(one.lagMs) : null,
    records: one.records,
    bytes: one.bytes,
    deadLettered: one.deadLetteredRecords,
    rebuilt: { ...one.rebuiltBatches },
    gaps: [...one.gaps],
    gapCount: one.gapCount,
    lostOffsets: one.lostOffsets,
  };
}
