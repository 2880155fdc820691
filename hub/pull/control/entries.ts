/** What the control topic holds: keys, values, and what follows from all of them together. Pure. */

import type { RecordHeader } from '../../../shared/records/index.ts';
import type { FlowLimits } from '../copy/index.ts';
import { type Copies, type CopyEntry, copiesOf } from './copies.ts';

/** What an operation is about: a flow, one of its topics (of the source), one partition of that. */
export interface Scope {
  /** `source->target`. */
  readonly flow: string;
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
}

interface Said {
  readonly v: 1;
  readonly atMs: number;
  /** The operator; null: somebody on the same machine. */
  readonly by: string | null;
}

/** A flow that is in no file, as hub.yaml would have it; without anything secret. */
export interface FlowEntry extends Said {
  readonly kind: 'flow';
  readonly flow: string;
  readonly config: Readonly<Record<string, unknown>>;
}
export interface PauseEntry extends Said {
  readonly kind: 'pause';
  readonly scope: Scope;
}
/** A topic that is copied, or is not, whatever the flow's lists say. */
export interface TopicEntry extends Said {
  readonly kind: 'topic';
  readonly flow: string;
  readonly topic: string;
  readonly wanted: boolean;
}
/** Rates, instead of those that the flow was written with. */
export interface LimitsEntry extends Said {
  readonly kind: 'limits';
  readonly flow: string;
  readonly limits: FlowLimits;
}
/** Said once, to those that run now. `accept`: what a partition has stopped for is to be taken as it is. */
export interface WordEntry extends Said {
  readonly kind: 'word';
  readonly word: 'restart' | 'accept';
  readonly scope: Scope;
}

export interface FlowCounts {
  /** Partitions that this process has now. */
  readonly owned: number;
  readonly copying: number;
  readonly paused: number;
  readonly waiting: number;
  readonly stopped: number;
  readonly lagOffsets: number;
  readonly records: number;
  readonly bytes: number;
  readonly gaps: number;
  /** Of one that waits or has stopped. */
  readonly trouble: string | null;
}
/** One of the processes that share the work. Written by itself again and again; one that falls silent is gone. */
export interface ProcessEntry {
  readonly v: 1;
  readonly kind: 'process';
  readonly name: string;
  /** Alias of the cluster whose flows this is about. */
  readonly target: string;
  /** Where it can be asked; null: nowhere. */
  readonly url: string | null;
  readonly startedAtMs: number;
  readonly atMs: number;
  /** Everything below this offset of the control topic is done there. */
  readonly applied: number;
  readonly shards: readonly number[];
  readonly flows: Readonly<Record<string, FlowCounts>>;
  /** Flows of its file that copy into this cluster, whatever the alias; absent: of a version that did not say so. */
  readonly knows?: readonly string[];
  /** It takes shards, or would. */
  readonly joined?: boolean;
}
export type ControlEntry = FlowEntry | PauseEntry | TopicEntry | LimitsEntry | WordEntry | ProcessEntry | CopyEntry;

/** The flow comes last: aliases may hold anything, a slash too. */
const scopeKey = ({ flow, topic, partition }: Scope): string => {
  if (topic === undefined) return `flow/${flow}`;
  return partition === undefined ? `topic/${topic}/${flow}` : `partition/${partition}/${topic}/${flow}`;
};

export const keyOf = {
  flow: (flow: string): string => `flow/${flow}`,
  pause: (scope: Scope): string => `pause/${scopeKey(scope)}`,
  topic: (flow: string, topic: string): string => `topic/${topic}/${flow}`,
  limits: (flow: string): string => `limits/${flow}`,
  word: (scope: Scope): string => `word/${scopeKey(scope)}`,
  process: (name: string, target: string): string => `process/${name}/${target}`,
  copy: (id: string, topic: string, flow: string): string => `copy/${id}/${topic}/${flow}`,
} as const;

const KINDS = new Set(['flow', 'pause', 'topic', 'limits', 'word', 'process', 'copy']);

/** Null: of a newer version, or not ours. It is passed over and said, as nothing that is copied depends on guessing. */
export function decodeEntry(value: Buffer): ControlEntry | null {
  try {
    const entry: unknown = JSON.parse(value.toString('utf8'));
    if (typeof entry !== 'object' || entry === null || !('v' in entry) || !('kind' in entry)) return null;
    return entry.v === 1 && KINDS.has(String(entry.kind)) ? (entry as ControlEntry) : null;
  } catch {
    return null;
  }
}

const ID_HEADER = 'id';
/** By which a writer finds its own record again, a tombstone too. */
export const idHeader = (id: string): RecordHeader => [Buffer.from(ID_HEADER), Buffer.from(id)];
export function idIn(headers: readonly RecordHeader[]): string | null {
  const found = headers.find(([name]) => name.toString() === ID_HEADER);
  return found?.[1]?.toString() ?? null;
}

/** By key. */
export type ControlState = ReadonlyMap<string, ControlEntry>;

function of<K extends ControlEntry['kind']>(state: ControlState, kind: K): Extract<ControlEntry, { kind: K }>[] {
  return [...state.values()].filter((entry): entry is Extract<ControlEntry, { kind: K }> => entry.kind === kind);
}

export const flowEntries = (state: ControlState): FlowEntry[] => of(state, 'flow');
export const processEntries = (state: ControlState): ProcessEntry[] => of(state, 'process');

/** What is said of one flow. */
export interface FlowRule {
  readonly paused: boolean;
  readonly pausedTopics: readonly string[];
  /** `orders/3` */
  readonly pausedPartitions: readonly string[];
  isPaused(topic: string, partition: number): boolean;
  /** Topics that are copied (true) or not, whatever the flow's lists say. */
  readonly topics: ReadonlyMap<string, boolean>;
  /** Null: as the flow was written. */
  readonly limits: FlowLimits | null;
  /** Which copy a topic has, where that was decided. */
  readonly copies: Copies;
}

export function ruleOf(state: ControlState, flow: string): FlowRule {
  const scopes = of(state, 'pause').flatMap(({ scope }) => (scope.flow === flow ? [scope] : []));
  const paused = scopes.some(({ topic }) => topic === undefined);
  const topics = new Set(
    scopes.flatMap(({ topic, partition }) => (topic !== undefined && partition === undefined ? [topic] : [])),
  );
  const partitions = new Set(
    scopes.flatMap(({ topic, partition }) => (partition === undefined ? [] : [`${topic}/${partition}`])),
  );
  return {
    paused,
    pausedTopics: [...topics].sort(),
    pausedPartitions: [...partitions].sort(),
    isPaused: (topic, partition) => paused || topics.has(topic) || partitions.has(`${topic}/${partition}`),
    limits: of(state, 'limits').find((one) => one.flow === flow)?.limits ?? null,
    copies: copiesOf(state, flow),
    topics: new Map(of(state, 'topic').flatMap((one) => (one.flow === flow ? [[one.topic, one.wanted] as const] : []))),
  };
}

/** Everything that is said of a flow: what goes with it when it is removed. Not its copies: they stay, as positions do. */
export const keysOfFlow = (state: ControlState, flow: string): string[] =>
  [...state].flatMap(([key, entry]) => {
    if (entry.kind === 'pause' || entry.kind === 'word') return entry.scope.flow === flow ? [key] : [];
    return entry.kind !== 'process' && entry.kind !== 'copy' && entry.flow === flow ? [key] : [];
  });
