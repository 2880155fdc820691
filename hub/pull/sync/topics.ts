/** Which topics and partitions the target lacks. */
import { type TopicRefusal, type TopicRule, topicRefusal } from '../../../shared/names/index.ts';

export interface TopicShape {
  readonly name: string;
  readonly partitions: number;
}

/** One accepted topic of the source and its copy. */
export interface TopicPair {
  readonly source: string;
  readonly target: string;
  readonly partitions: number;
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
}

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
  for (const { name, partitions } of [...source].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const refusal = topicRefusal(rules, name);
    if (refusal === 'cycle') left.push({ topic: name, reason: REASONS.cycle });
    if (refusal !== null) continue;
    const copy = rules.policy.formatRemoteTopic(rules.sourceAlias, name);
    const other = taken.get(copy);
    if (copy.length > MAX_NAME)
      left.push({ topic: name, reason: `its copy's name would have ${copy.length} characters` });
    else if (other !== undefined)
      left.push({ topic: name, reason: `${other} has the same name on the target: ${copy}` });
    else pairs.push({ source: name, target: copy, partitions });
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
export function dealPartitions(topics: readonly TopicShape[], tasks: number): { topic: string; partition: number }[][] {
  const all = topics.flatMap(({ name, partitions }) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition })),
  );
  const hands = Array.from({ length: Math.min(tasks, all.length) }, (): { topic: string; partition: number }[] => []);
  all.forEach((one, i) => {
    hands[i % hands.length]?.push(one);
  });
  return hands;
}
