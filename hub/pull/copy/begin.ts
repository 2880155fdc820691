/** The decisions of the starter, without the asking: may a partition be copied now, and where does it begin. */
import { kafkaErrorName, type MetadataTopic } from '../../../shared/kafka/index.ts';
import { type Chunk, targetOf } from './chunk.ts';
import type { Flow } from './flow.ts';
import type { PullGap, PullPosition } from './ledger.ts';
import type { Partition } from './partition.ts';
import type { Plan } from './plan.ts';
import type { Failure } from './progress.ts';
import type { CopySettings, Elsewhere } from './settings.ts';
import { type TargetTopic, TOPIC_AUTHORIZATION_FAILED } from './targets.ts';

export interface LogFacts {
  readonly earliest: number;
  readonly latest: number;
  /** Where the leader epoch of the position ended; null: not known. */
  readonly truncatedTo: number | null;
  /** Where the first record lies that is young enough, if that was asked for; null: there is none. */
  readonly since?: number | null;
}

/** Takes over what metadata says. Null: nothing speaks against it. */
export function lookAt(
  partition: Partition,
  topic: MetadataTopic | undefined,
  target: TargetTopic | 'hidden' | null,
  { onRecreated }: Pick<CopySettings, 'onRecreated'>,
): Failure | null {
  const { spec, position, accepted, label } = partition;
  if (topic?.errorCode === TOPIC_AUTHORIZATION_FAILED) {
    const detail = `${label}: the source answers ${kafkaErrorName(topic.errorCode)} (${topic.errorCode})`;
    return { wait: 'sourceRefused', detail };
  }
  if (topic?.errorCode !== 0) return { wait: 'sourceMissing', detail: `the source has no topic ${spec.topic}` };
  const found = topic.partitions.find((p) => p.partition === spec.partition);
  if (!found) return { wait: 'sourceMissing', detail: `${spec.topic} has no partition ${spec.partition}` };
  if (found.leader < 0) return { wait: 'sourceLeaderless', detail: `${label} has no leader in the source` };
  if (spec.sourceId !== undefined && spec.sourceId !== topic.topicId) {
    const detail = `${spec.topic} was made again (id ${topic.topicId}), and its copy is not known yet`;
    return { wait: 'sourceRecreated', detail };
  }
  partition.topicId = topic.topicId;
  partition.leader = found.leader;
  partition.sourceLeaderEpoch = found.leaderEpoch;
  const recreated = position !== null && position.topicId !== topic.topicId;
  const renamed = position !== null && position.target.topic !== spec.targetTopic;
  const apart = onRecreated === 'new' && (spec.sourceId === undefined || renamed);
  if (recreated && !accepted && onRecreated !== 'follow' && !apart) {
    const detail = `${spec.topic} was deleted and made again (id ${position.topicId}, now ${topic.topicId})`;
    return { stop: 'recreated', detail };
  }
  if (target === 'hidden') {
    return { wait: 'targetRefused', detail: `the target gives no right to see or write ${spec.targetTopic}` };
  }
  if (!target) return { wait: 'targetMissing', detail: `the target has no topic ${spec.targetTopic}` };
  const leader = target.partitions.get(partition.targetPartition);
  if (leader === undefined) return { wait: 'targetMissing', detail: `the target has no ${partition.target}` };
  if (leader < 0) return { wait: 'targetUnavailable', detail: `${partition.target} has no leader in the target` };
  if (position && !renamed && position.target.topicId !== target.topicId && !accepted) {
    const was = position.target.topicId;
    const detail = `the target ${spec.targetTopic} was deleted and made again (id ${was}, now ${target.topicId})`;
    return { stop: 'targetReplaced', detail };
  }
  partition.targetTopicId = target.topicId;
  return null;
}

/** Null: it has a position, or the settings say where it begins without one. */
export function lacksPosition(partition: Partition, { settings, elsewhere }: Pick<Flow, 'settings' | 'elsewhere'>) {
  const { position, accepted, label, spec } = partition;
  if (settings.startAt !== 'none' || position || accepted) return null;
  if (elsewhere(spec.topic, spec.partition) !== null) return null;
  const detail = `${label} has no position, and auto.offset.reset is none; resumed, it begins at the earliest record`;
  return { stop: 'noPosition', detail } as const;
}

/** Null: goes on where it was. Otherwise a chunk without records that moves the position, or writes the first one. */
export function beginAt(flow: Flow, partition: Partition, facts: LogFacts): Chunk | null {
  const { position, topicId, targetTopicId, spec } = partition;
  const target = position?.target;
  const { next, gap, joined } = nextOf(flow, partition, facts);
  const newTarget =
    partition.accepted ||
    // Others wrote into it meanwhile.
    joined ||
    target?.topicId !== targetTopicId ||
    target.topic !== spec.targetTopic ||
    target.partition !== partition.targetPartition;
  if (position && next === position.next && position.topicId === topicId && !newTarget) return null;
  const leaderEpoch = gap || joined ? -1 : partition.leaderEpoch;
  partition.leaderEpoch = leaderEpoch;
  return {
    flow,
    partition,
    generation: partition.generation,
    from: partition.committed,
    plan: { ...NOTHING, next, leaderEpoch },
    topicId,
    target: targetOf(partition),
    gap,
    newTarget,
    urgent: true,
    fetchedAtMs: flow.clock.now(),
  };
}

const NOTHING: Omit<Plan, 'next' | 'leaderEpoch'> = {
  pieces: [],
  bytes: 0,
  records: 0,
  aborted: 0,
  returned: 0,
  rebuilt: new Map(),
  problem: null,
};

/** `joined`: goes on where another copier has come to. */
interface Begin {
  readonly next: number;
  readonly gap: PullGap | null;
  readonly joined: boolean;
}

function nextOf(
  { settings, elsewhere, clock }: Flow,
  { position, topicId, spec }: Partition,
  { earliest, latest, truncatedTo, since }: LogFacts,
): Begin {
  const gap = (cause: PullGap['cause'], from: number, to: number): Begin => ({
    next: to,
    gap: { cause, from, to, atMs: clock.now() },
    joined: false,
  });
  const other = elsewhere(spec.topic, spec.partition);
  if (!position) {
    const { startAt } = settings;
    const first = typeof startAt === 'object' ? (since ?? latest) : startAt === 'latest' ? latest : earliest;
    const wanted = other?.next ?? first;
    return wanted < earliest ? gap('retention', wanted, earliest) : { next: wanted, gap: null, joined: false };
  }
  const { next } = position;
  if (position.topicId !== topicId) return gap('recreated', next, earliest);
  const end = Math.min(latest, truncatedTo ?? latest);
  if (next <= end && other && wentOn(other, position) && other.next <= latest) {
    if (other.next < earliest) return gap('retention', other.next, earliest);
    return { next: other.next, gap: null, joined: true };
  }
  if (next < earliest) return gap('retention', next, earliest);
  // Retention may have moved on over the place where the logs part.
  if (end < next) return gap('truncated', next, Math.max(end, earliest));
  return { next, gap: null, joined: false };
}

/** The other copier is further on, in the same log: what it said before offsets began anew is about another one. */
function wentOn({ next, atMs }: Elsewhere, position: PullPosition): boolean {
  const anew = position.gaps.filter(({ cause }) => cause !== 'retention').map((gap) => gap.atMs);
  return next > position.next && atMs > Math.max(Number.NEGATIVE_INFINITY, ...anew);
}
