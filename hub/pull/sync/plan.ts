/** What both clusters say, made into plans. Reads only. */
import { TributaryError } from '../../../shared/errors.ts';
import {
  type AclBinding,
  type Cluster,
  type ConfigEntry,
  type DescribedConfigs,
  describeConfigs,
  describeTopicAcls,
  kafkaErrorName,
} from '../../../shared/kafka/index.ts';
import { topicRefusal } from '../../../shared/names/index.ts';
import { type AclPlan, planAcls } from './acls.ts';
import { type ConfigPlan, type ConfigRules, configsForNewTopic, planConfigs } from './configs.ts';
import type { PlanText } from './print.ts';
import { planTopics, type TopicPair, type TopicPlan, type TopicRules, type TopicShape } from './topics.ts';

export interface FlowRules extends TopicRules {
  readonly source: Cluster;
  readonly target: Cluster;
  readonly replicationFactor: number;
  readonly configs: ConfigRules;
  readonly aclDeletions: boolean;
  /** Which subjects are synchronized. */
  readonly sync: { readonly configs: boolean; readonly acls: boolean };
}
export type FlowPlan = PlanText;

/** Topics in one DescribeConfigs request. */
const PER_REQUEST = 500;
const UNKNOWN_TOPIC = 3;
const TOPIC_AUTHORIZATION_FAILED = 29;

/** Everything that would change now, for `--plan`. @throws TributaryError `brokerUnavailable`, `brokerRefused` */
export async function planFlow(rules: FlowRules): Promise<FlowPlan> {
  const topics = await readTopicPlan(rules);
  const made = await readNewTopicConfigs(rules, topics.create);
  const acls = rules.sync.acls ? await readAclPlan(rules, topics, []) : null;
  return {
    flow: flowOf(rules),
    topics,
    newTopics: { replicationFactor: rules.replicationFactor, configsOf: (topic) => made.get(topic) ?? {} },
    configs: rules.sync.configs ? await readConfigPlan(rules, existing(topics)) : null,
    acls,
  };
}

export const flowOf = ({ sourceAlias, targetAlias }: TopicRules): string => `${sourceAlias}->${targetAlias}`;

export async function readTopicPlan(rules: FlowRules): Promise<TopicPlan> {
  const [source, target] = await Promise.all([shapesIn(rules.source), shapesIn(rules.target)]);
  const namesOf = (shapes: readonly TopicShape[]) => new Set(shapes.map(({ name }) => name));
  const copied = source.filter(({ name }) => topicRefusal(rules, name) === null);
  await rules.copies?.decide(copied, { source: namesOf(source), target: namesOf(target) });
  return planTopics(rules, source, new Map(target.map(({ name, partitions }) => [name, partitions])));
}

/**
 * Pairs that were there and are not listed any more because the right to see them was withdrawn, on one side or the other,
 * stay as they were: each partition of them then says by itself what it waits for.
 */
export async function withHidden(rules: FlowRules, plan: TopicPlan, before: readonly TopicPair[]): Promise<TopicPlan> {
  const listed = new Set(plan.pairs.map(({ source }) => source));
  const copied = new Set(existing(plan).map(({ target }) => target));
  const [sources, copies] = await Promise.all([
    hiddenAmong(
      rules.source,
      before.map(({ source }) => source).filter((topic) => !listed.has(topic)),
    ),
    hiddenAmong(
      rules.target,
      before.map(({ target }) => target).filter((topic) => !copied.has(topic)),
    ),
  ]);
  const kept = before.filter(({ source }) => sources.has(source));
  const gone = kept.filter(({ target }) => !copied.has(target) && !copies.has(target));
  return {
    ...plan,
    pairs: [...plan.pairs, ...kept],
    create: [...plan.create.filter(({ target }) => !copies.has(target)), ...gone],
  };
}

async function hiddenAmong(cluster: Cluster, topics: readonly string[]): Promise<Set<string>> {
  if (topics.length === 0) return new Set();
  const found = (await cluster.metadata(topics)).topics;
  return new Set(topics.filter((topic) => found.get(topic)?.errorCode === TOPIC_AUTHORIZATION_FAILED));
}

async function shapesIn(cluster: Cluster): Promise<TopicShape[]> {
  const { topics } = await cluster.metadata(null);
  const known = [...topics.values()].filter(({ errorCode }) => errorCode === 0);
  return known.map(({ name, topicId, partitions }) => ({ name, topicId, partitions: partitions.length }));
}

/** Pairs whose copy is there. */
export function existing(plan: TopicPlan): TopicPair[] {
  const missing = new Set(plan.create.map(({ target }) => target));
  return plan.pairs.filter(({ target }) => !missing.has(target));
}

/** Settings for copies that have to be made; a topic that can't be described is made with what keeps it raw. */
export async function readNewTopicConfigs(
  rules: FlowRules,
  pairs: readonly TopicPair[],
): Promise<Map<string, Record<string, string>>> {
  const described = await describeAll(
    rules.source,
    pairs.map(({ source }) => source),
  );
  return new Map(
    pairs.map(({ source }) => {
      const found = described.get(source);
      const entries = found && found.errorCode === 0 ? found.entries : [];
      return [source, configsForNewTopic(rules.configs, entries)];
    }),
  );
}

export async function readConfigPlan(rules: FlowRules, pairs: readonly TopicPair[]): Promise<ConfigPlan> {
  const [source, target] = await Promise.all([
    describeAll(
      rules.source,
      pairs.map((pair) => pair.source),
    ),
    describeAll(
      rules.target,
      pairs.map((pair) => pair.target),
    ),
  ]);
  const left: { topic: string; reason: string }[] = [];
  const both: { topic: string; source: readonly ConfigEntry[]; target: readonly ConfigEntry[] }[] = [];
  for (const pair of pairs) {
    const [from, to] = [source.get(pair.source), target.get(pair.target)];
    // Just made, and not known to that broker yet; or just deleted.
    if (from?.errorCode === UNKNOWN_TOPIC || to?.errorCode === UNKNOWN_TOPIC) continue;
    const failed = notDescribed('source', from) ?? notDescribed('target', to);
    if (failed !== null) left.push({ topic: pair.target, reason: failed });
    else both.push({ topic: pair.target, source: from?.entries ?? [], target: to?.entries ?? [] });
  }
  return { ...planConfigs(rules.configs, both), left };
}

function notDescribed(where: string, described: DescribedConfigs | undefined): string | null {
  if (!described) return `the ${where} did not say its settings`;
  return described.errorCode === 0 ? null : `the ${where} answers ${kafkaErrorName(described.errorCode)}`;
}

async function describeAll(cluster: Cluster, topics: readonly string[]): Promise<Map<string, DescribedConfigs>> {
  const found = new Map<string, DescribedConfigs>();
  for (let at = 0; at < topics.length; at += PER_REQUEST) {
    const resources = topics.slice(at, at + PER_REQUEST).map((name) => ({ kind: 'topic' as const, name }));
    for (const described of await describeConfigs(cluster, resources)) found.set(described.name, described);
  }
  return found;
}

/**
 * No access rules are copied: a cluster without an authorizer has none and takes none; one that does not show them to this
 * user, as the default file asks for them and few users have that right. Topics are copied all the same.
 */
export type NoRules =
  | { readonly noAuthorizer: 'source' | 'target' }
  | { readonly unseen: 'source' | 'target'; readonly reason: string };

/** The target is not asked where the source has none. */
export async function readAclPlan(
  rules: FlowRules,
  topics: TopicPlan,
  before: readonly AclBinding[],
): Promise<AclPlan | NoRules> {
  const source = await rulesOf(rules, 'source');
  if (!Array.isArray(source)) return source;
  const target = await rulesOf(rules, 'target');
  if (!Array.isArray(target)) return target;
  const copies = new Map(topics.pairs.map((pair) => [pair.source, pair.target]));
  const aclRules = { copyOf: (topic: string) => copies.get(topic) ?? null, deletions: rules.aclDeletions };
  return planAcls(aclRules, source, target, before);
}

async function rulesOf(clusters: FlowRules, where: 'source' | 'target'): Promise<AclBinding[] | NoRules> {
  try {
    const found = await describeTopicAcls(clusters[where]);
    return found === null ? { noAuthorizer: where } : [...found];
  } catch (error) {
    if (!(error instanceof TributaryError) || error.code !== 'brokerRefused') throw error;
    return { unseen: where, reason: error.reason };
  }
}
