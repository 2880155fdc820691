/** Which topics and partitions the target lacks. */
import { type TopicRefusal, type TopicRule, topicRefusal } from '../../../shared/names/index.ts';

export interface TopicShape {
  readonly name: string;
  readonly topicId: string;
  readonly partitions: number;
}

/** One accepted topic of the source and its copy. */
export interface TopicPair {
  readonly source: string;
  readonly target: string;
  readonly partitions: number;
  /** The topic of that name that the copy is for; absent: any. */
  readonly sourceId?: string;
}

export interface TopicPlan {
  /** All accepted topics, by name. */
  readonly pairs: readonly TopicPair[];
  readonly create: readonly TopicPair[];
  /** `from`: what the copy has. */
  readonly grow: readonly (TopicPair & { readonly from: number })[];
  /** Copies that have more partitions than their topic; they stay. */
  readonly larger: readonly (TopicPair & { readonly from: number })[];
  /** Accepted topics that have no copy, with the reason. */
  readonly left: readonly { readonly topic: string; readonly reason: string }[];
}

export interface TopicRules extends TopicRule {
  readonly sourceAlias: string;
  /** Absent: a name has one copy. */
  readonly copies?: CopyNumbers;
}

/** For topics that were made again: which copy is whose. The first one has the policy's name, others their number behind it. */
export interface CopyNumbers {
  /** Null: none was given to a topic of that name. */
  of(topic: string, topicId: string): number | null;
  /** Gives numbers to those that need one, and writes them down. @throws TributaryError where it can't be written */
  decide(topics: readonly TopicShape[], taken: TakenNames): Promise<void>;
}
export interface TakenNames {
  readonly source: ReadonlySet<string>;
  readonly target: ReadonlySet<string>;
}

/** A dot whatever the policy's separator: as part of the topic's own name it does not look like another cluster's. */
export const numberedTopic = (topic: string, number: number): string => (number === 1 ? topic : `${topic}.${number}`);

/** Kafka's own limit. */
const MAX_NAME = 249;

export function planTopics(
  rules: TopicRules,
  source: readonly TopicShape[],
  target: ReadonlyMap<string, number>,
): TopicPlan {
  const left: { topic: string; reason: string }[] = [];
  const pairs: TopicPair[] = [];
  const taken = new Map<string, string>();
  const numbers = new Map(source.map(({ name, topicId }) => [name, rules.copies?.of(name, topicId) ?? null]));
  // What was given its name before has it.
  const given = (name: string): boolean => (numbers.get(name) ?? 1) > 1;
  const byName = [...source].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, partitions, topicId } of [
    ...byName.filter((one) => given(one.name)),
    ...byName.filter((one) => !given(one.name)),
  ]) {
    const refusal = topicRefusal(rules, name);
    if (refusal === 'cycle') left.push({ topic: name, reason: REASONS.cycle });
    if (refusal !== null) continue;
    const number = numbers.get(name) ?? null;
    const copy = rules.policy.formatRemoteTopic(rules.sourceAlias, numberedTopic(name, number ?? 1));
    const other = taken.get(copy);
    if (copy.length > MAX_NAME)
      left.push({ topic: name, reason: `its copy's name would have ${copy.length} characters` });
    else if (other !== undefined)
      left.push({ topic: name, reason: `${other} has the same name on the target: ${copy}` });
    else pairs.push({ source: name, target: copy, partitions, ...(number === null ? {} : { sourceId: topicId }) });
    taken.set(copy, other ?? name);
  }
  const withCopy = pairs.flatMap((pair) => {
    const from = target.get(pair.target);
    return from === undefined ? [] : [{ ...pair, from }];
  });
  return {
    pairs,
    create: pairs.filter((pair) => !target.has(pair.target)),
    grow: withCopy.filter(({ from, partitions }) => from < partitions),
    larger: withCopy.filter(({ from, partitions }) => from > partitions),
    left,
  };
}

/**
 * The plan once it was applied, but for the copies that were refused. Not asked of the target again: brokers hear of new
 * topics a moment after the controller made them, and the next look may be ten minutes away.
 */
export function afterwards(plan: TopicPlan, refused: ReadonlySet<string>): TopicPlan {
  const asBefore = plan.grow.filter(({ target }) => refused.has(target));
  const partitions = new Map(asBefore.map(({ target, from }) => [target, from]));
  return {
    ...plan,
    pairs: plan.pairs.map((pair) => ({ ...pair, partitions: partitions.get(pair.target) ?? pair.partitions })),
    create: plan.create.filter(({ target }) => refused.has(target)),
    grow: asBefore,
  };
}

const REASONS: Readonly<Record<TopicRefusal, string>> = {
  notIncluded: 'the lists leave it out',
  internal: 'it is an internal topic',
  cycle: 'it came from the target: copying it back would be a loop',
};

/** The partitions of accepted topics, dealt one by one to so many tasks, as MirrorMaker 2 does. */
export function dealPartitions(
  topics: readonly Pick<TopicShape, 'name' | 'partitions'>[],
  tasks: number,
): { topic: string; partition: number }[][] {
  const all = topics.flatMap(({ name, partitions }) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition })),
  );
  const hands = Array.from({ length: Math.min(tasks, all.length) }, (): { topic: string; partition: number }[] => []);
  all.forEach((one, i) => {
    hands[i % hands.length]?.push(one);
  });
  return hands;
}
