/**
 * Topics and configurations. Each call answers with what became of each object, in the order of the request; callers
 * decide what an error means.
 */
import { TributaryError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import type { RawConnection } from './connection.ts';
import { answeredWith } from './failures.ts';
import { type Patience, patiently, TryAgain } from './patience.ts';
import type { WireApi } from './wire/api.ts';
import {
  type ConfigChange,
  type ConfigChangeResult,
  type ConfigResource,
  type DescribedConfigs,
  describeConfigsApi,
  incrementalAlterConfigsApi,
} from './wire/configs.ts';
import { createPartitionsApi } from './wire/createPartitions.ts';
import { createTopicsApi, type NewTopic, type TopicResult } from './wire/createTopics.ts';
import { deleteTopicsApi } from './wire/deleteTopics.ts';

const PATIENCE: Patience = { withinMs: 15_000, firstDelayMs: 50, maxDelayMs: 500 };
const TIMEOUT_MS = 15_000;
const NOT_CONTROLLER = 41;
const THROTTLED = 89;

/** Code 36 where a topic exists already. @throws TributaryError `brokerUnavailable` */
export async function createTopics(
  cluster: Cluster,
  topics: readonly NewTopic[],
  options: { validateOnly?: boolean } = {},
): Promise<TopicResult[]> {
  const request = { topics, timeoutMs: TIMEOUT_MS, validateOnly: options.validateOnly ?? false };
  const results = await atController(cluster, createTopicsApi, request);
  return inOrder(results, topics);
}

/** Grows topics to `count` partitions; code 37 where they have as many or more. */
export async function createPartitions(
  cluster: Cluster,
  topics: readonly { name: string; count: number }[],
): Promise<{ name: string; errorCode: number; errorMessage: string | null }[]> {
  const results = await atController(cluster, createPartitionsApi, { topics, timeoutMs: TIMEOUT_MS });
  return inOrder(results, topics);
}

/** Code 3 where a topic does not exist. Deletion goes on in the background after this answers. */
export async function deleteTopics(cluster: Cluster, names: readonly string[]): Promise<TopicResult[]> {
  const results = await atController(cluster, deleteTopicsApi, { names, timeoutMs: TIMEOUT_MS });
  for (const name of names) cluster.forget(name);
  return inOrder(
    results,
    names.map((name) => ({ name })),
  );
}

export async function incrementalAlterConfigs(
  cluster: Cluster,
  changes: readonly ConfigChange[],
): Promise<ConfigChangeResult[]> {
  return inOrder(await atController(cluster, incrementalAlterConfigsApi, changes), changes);
}

/** Null keys: all settings. A broker's settings are asked at that broker, topics' at any. */
export async function describeConfigs(
  cluster: Cluster,
  resources: readonly ConfigResource[],
  keys: readonly string[] | null = null,
): Promise<DescribedConfigs[]> {
  const byNode = new Map<number | null, ConfigResource[]>();
  for (const resource of resources) {
    const nodeId = resource.kind === 'broker' ? Number(resource.name) : null;
    byNode.set(nodeId, [...(byNode.get(nodeId) ?? []), resource]);
  }
  const answers = await Promise.all(
    [...byNode].map(async ([nodeId, members]) => {
      const at = nodeId === null ? await cluster.anyConnection() : await cluster.connection(nodeId, 'admin');
      return at.send(describeConfigsApi, { resources: members, keys });
    }),
  );
  return inOrder(answers.flat(), resources);
}

/** New clusters name any broker as the place for such requests, another one each time: also one that is silent. */
async function toController(cluster: Cluster): Promise<{ nodeId: number; connection: RawConnection }> {
  const nodeId = await cluster.controller();
  try {
    return { nodeId, connection: await cluster.connection(nodeId, 'admin') };
  } catch (error) {
    if (error instanceof TributaryError && error.code === 'brokerUnavailable') throw new TryAgain(error);
    throw error;
  }
}

/** Kafka answers in any order. */
function inOrder<R extends Named>(results: readonly R[], asked: readonly Named[]): R[] {
  const keyOf = (object: Named): string => `${object.kind ?? ''}/${object.name}`;
  const byKey = new Map(results.map((result) => [keyOf(result), result]));
  return asked.map((object) => byKey.get(keyOf(object))).filter((result) => result !== undefined);
}
interface Named {
  readonly name: string;
  readonly kind?: string;
}

export function atController<Q, A extends { readonly errorCode: number }>(
  cluster: Cluster,
  api: WireApi<Q, A[]>,
  request: Q,
): Promise<A[]> {
  return patiently(PATIENCE, async () => {
    const { nodeId, connection } = await toController(cluster);
    const answers = await connection.send(api, request);
    const moved = answers.find((answer) => answer.errorCode === NOT_CONTROLLER || answer.errorCode === THROTTLED);
    if (moved) throw new TryAgain(answeredWith(`${api.name} request`, `node ${nodeId}`, moved.errorCode));
    return answers;
  });
}
