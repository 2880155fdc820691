/** Carries plans out. What fails is answered with its reason; the rest is done. */
import {
  type Cluster,
  createAcls,
  createPartitions,
  createTopics,
  deleteAcls,
  incrementalAlterConfigs,
  kafkaErrorName,
  type NewTopic,
} from '../../../shared/kafka/index.ts';
import { type AclPlan, keyOf } from './acls.ts';
import type { ConfigPlan } from './configs.ts';
import type { TopicPlan } from './topics.ts';

export interface Failure {
  /** A topic, or a topic and a rule's principal. */
  readonly subject: string;
  readonly reason: string;
}

const TOPIC_ALREADY_EXISTS = 36;
/** As many partitions as wanted, or more: somebody else was quicker. */
const INVALID_PARTITIONS = 37;
/** Objects in one request to the controller. */
const PER_REQUEST = 200;

interface Answer {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export interface TopicSettings {
  readonly replicationFactor: number;
  readonly configsOf: (sourceTopic: string) => Readonly<Record<string, string>>;
}

/** `done`: copies that were made or grown just now, not those that somebody else was quicker with. */
export async function applyTopics(
  target: Cluster,
  plan: TopicPlan,
  settings: TopicSettings,
): Promise<{ done: ReadonlySet<string>; failures: Failure[] }> {
  const done = new Set<string>();
  const note = (answers: readonly (Answer & { readonly name: string })[]): typeof answers => {
    for (const { name, errorCode } of answers) if (errorCode === 0) done.add(name);
    return answers;
  };
  const made = await inChunks(plan.create, async (pairs) => {
    const topics = pairs.map(
      ({ source, target: name, partitions }): NewTopic => ({
        ...{ name, partitions, replicationFactor: settings.replicationFactor },
        configs: settings.configsOf(source),
      }),
    );
    return failuresOf(topics, note(await createTopics(target, topics)), [TOPIC_ALREADY_EXISTS]);
  });
  const grown = await inChunks(plan.grow, async (pairs) => {
    const topics = pairs.map(({ target: name, partitions: count }) => ({ name, count }));
    return failuresOf(topics, note(await createPartitions(target, topics)), [INVALID_PARTITIONS]);
  });
  for (const { target: name } of [...plan.create, ...plan.grow]) target.forget(name);
  return { done, failures: [...made, ...grown] };
}

export async function applyConfigs(target: Cluster, plan: Pick<ConfigPlan, 'changes'>): Promise<Failure[]> {
  return inChunks(plan.changes, async (changes) => {
    const requests = changes.map(({ topic, set }) => ({
      ...{ kind: 'topic' as const, name: topic },
      set: Object.fromEntries(set),
    }));
    return failuresOf(requests, await incrementalAlterConfigs(target, requests), []);
  });
}

export async function applyAcls(target: Cluster, plan: Pick<AclPlan, 'create' | 'remove'>): Promise<Failure[]> {
  const named = (bindings: AclPlan['create']) => bindings.map((one) => ({ name: keyOf(one).replaceAll('\n', ' ') }));
  const made = await inChunks(plan.create, async (bindings) =>
    failuresOf(named(bindings), await createAcls(target, bindings), []),
  );
  const removed = await inChunks(plan.remove, async (bindings) =>
    failuresOf(named(bindings), await deleteAcls(target, bindings), []),
  );
  return [...made, ...removed];
}

async function inChunks<T>(all: readonly T[], apply: (some: readonly T[]) => Promise<Failure[]>): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (let at = 0; at < all.length; at += PER_REQUEST) failures.push(...(await apply(all.slice(at, at + PER_REQUEST))));
  return failures;
}

/** Answers are in the order of what was asked. */
function failuresOf(
  asked: readonly { name: string }[],
  answers: readonly Answer[],
  fine: readonly number[],
): Failure[] {
  return asked.flatMap(({ name }, i) => {
    const answer = answers[i];
    if (answer && (answer.errorCode === 0 || fine.includes(answer.errorCode))) return [];
    const text = answer?.errorMessage ? `: ${answer.errorMessage.replace(/\.$/, '')}` : '';
    const reason = answer ? `Kafka answers ${kafkaErrorName(answer.errorCode)}${text}` : 'Kafka did not answer for it';
    return [{ subject: name, reason }];
  });
}
