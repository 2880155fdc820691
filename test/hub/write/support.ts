/** Shards over a real Kafka for tests: a ledger of their own, routes by edge, everything gone at the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { LedgerSettings } from '../../../hub/ledger/topics.ts';
import { auditTopicOf, openLedger } from '../../../hub/ledger/topics.ts';
import type { ShippedStream } from '../../../hub/stages.ts';
import {
  type OwnerParts,
  type RouteTarget,
  type Routing,
  ShardOwner,
  Shards,
  Targets,
} from '../../../hub/write/index.ts';
import { systemClock } from '../../../shared/clock.ts';
import { type EdgeId, placeKey } from '../../../shared/identity.ts';
import { Cluster, deleteTopics, type KafkaSettings } from '../../../shared/kafka/index.ts';
import { encodeSealed } from '../../../shared/records/index.ts';
import type { EventType } from '../../../shared/telemetry/event.ts';
import { ProcessTelemetry, type Telemetry } from '../../../shared/telemetry/telemetry.ts';
import { brokers, cluster, uniqueTopic } from '../../support/kafka.ts';
import { answerOf, ModelAgent, type Seal } from '../sequence/modelAgent.ts';

export interface Emitted {
  readonly name: string;
  readonly facts: Record<string, unknown>;
}

/** Remembers what was emitted; TRIBUTARY_TEST_LOG=1 prints it too. */
export function recordingTelemetry(): { telemetry: Telemetry; emitted: Emitted[] } {
  const emitted: Emitted[] = [];
  const print = process.env.TRIBUTARY_TEST_LOG ? undefined : { write: () => {} };
  const inner = new ProcessTelemetry(print ? { destination: print } : { level: 'debug' });
  const telemetry: Telemetry = {
    registry: inner.registry,
    emit<F>(type: EventType<F>, facts: F) {
      emitted.push({ name: type.name, facts: facts as Record<string, unknown> });
      inner.emit(type, facts);
    },
  };
  return { telemetry, emitted };
}

/** `<prefix>.<edge>.<topic>`, so that no two tests share a target. */
export function routesByEdge(prefix: string, over: Partial<RouteTarget> = {}): Routing {
  return {
    target: (stream: ShippedStream) => ({
      topic: `${prefix}.${stream.edge}.${stream.topic}`,
      partition: stream.partition,
      partitions: Math.max(stream.sourcePartitions, stream.partition + 1),
      replicationFactor: 1,
      onRefused: 'deadLetter',
      ...over,
    }),
  };
}

export interface TestHub {
  readonly prefix: string;
  readonly ledger: LedgerSettings;
  readonly topics: OwnerParts['topics'];
  readonly targetOf: (edge: string, topic: string) => string;
  readonly parts: (over?: Partial<OwnerParts>) => Promise<OwnerParts>;
  readonly emitted: Emitted[];
  readonly telemetry: Telemetry;
}

/** Names and settings of one hub's world; its topics are deleted when the test ends. */
export function testHub(shards = 1): TestHub {
  const prefix = uniqueTopic('hubcore');
  const topic = `${prefix}-ledger`;
  const deadLetterTopic = `${prefix}-dead`;
  const ledger = { topic, shards, replicationFactor: 1, auditRetentionMs: 3_600_000, deadLetterTopic };
  const topics = { ledger: topic, audit: auditTopicOf(topic), deadLetter: deadLetterTopic };
  const { telemetry, emitted } = recordingTelemetry();
  let owners = 0;
  onTestFinished(async () => {
    const all = await cluster().metadata(null);
    await deleteTopics(
      cluster(),
      [...all.topics.keys()].filter((name) => name.startsWith(prefix)),
    );
  });
  const parts = async (over: Partial<OwnerParts> = {}): Promise<OwnerParts> => {
    owners += 1;
    const own = over.cluster ?? cluster();
    const targets = over.targets ?? new Targets({ cluster: own, clock: systemClock, telemetry, reserved: [] });
    onTestFinished(() => targets.close());
    return {
      cluster: own,
      identity: await openLedger(own, ledger, telemetry),
      topics,
      routing: routesByEdge(prefix),
      targets,
      clock: systemClock,
      telemetry,
      owner: `owner-${owners}`,
      transactionTimeoutMs: 30_000,
      maxQueueBytes: 64 * 1024 * 1024,
      ...over,
    };
  };
  const targetOf = (edge: string, name: string): string => `${prefix}.${edge}.${name}`;
  return { prefix, ledger, topics, targetOf, parts, emitted, telemetry };
}

/** An open owner of shard 0, closed when the test ends. `lost`: why it was lost. */
export async function openOwner(parts: OwnerParts): Promise<{ owner: ShardOwner; lost: string[] }> {
  const lost: string[] = [];
  const owner = await ShardOwner.open(parts, 0, (cause) => lost.push(cause));
  onTestFinished(() => owner.close());
  return { owner, lost };
}

/** Another connection to the same brokers, perhaps through a proxy. */
export function ownCluster(settings: Partial<KafkaSettings> = {}): Cluster {
  const own = Cluster.open({ brokers: brokers(), clientId: 'tributary-test', ...settings });
  onTestFinished(() => own.close());
  return own;
}

/** Seals as an agent does: key and value say the record's id. */
export const sealForKafka: Seal = (stream, first, ids) =>
  encodeSealed({
    edge: stream.edge,
    epoch: stream.epoch,
    firstSequence: first,
    codec: 'zstd',
    records: ids.map((id) => ({
      key: Buffer.from(id),
      value: Buffer.from(`value of ${id}`),
      // Not older than the broker's retention, which would delete it at once.
      timestamp: Date.now(),
      headers: [[Buffer.from('own'), Buffer.from('header')]],
      source: `test:${placeKey(stream)}/${id}`,
    })),
  });

export const kafkaAgent = (edge: string, seal: Seal = sealForKafka): ModelAgent => new ModelAgent(edge as EdgeId, seal);

type Hub = Pick<ShardOwner, 'submit' | 'register'> | Pick<Shards, 'submit' | 'register'>;

export async function openSession(hub: Hub, agent: ModelAgent): Promise<void> {
  const answer = await hub.register(agent.edge, agent.lineage());
  agent.told('epochs' in answer ? answer.epochs : answer);
}

/** Ships rows and settles the answer. Answers the refusals' codes by stream, in order. */
export async function shipOnce(hub: Hub, agent: ModelAgent, from = 0, count = 100): Promise<(string | null)[]> {
  const shipment = agent.ship(from, count);
  const { streams } = await hub.submit(shipment);
  return streams.map((receipt) => agent.settle(shipment.streams[receipt.stream ?? 0]!, answerOf(receipt)));
}

/** Ships until the agent has nothing left. */
export async function shipAll(hub: Hub, agent: ModelAgent): Promise<void> {
  await until(async () => {
    await openSession(hub, agent);
    while (agent.rows.length > 0) {
      const before = agent.rows.length;
      await shipOnce(hub, agent);
      if (agent.rows.length === before) break;
    }
    return agent.rows.length === 0;
  }, `${agent.edge} is drained`);
}

/** Polls for a condition. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, withinMs = 30_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(10);
  }
}

export const ids = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

export function openShards(
  hub: TestHub,
  instance: string,
  own: Cluster,
  over: { sessionTimeoutMs?: number } = {},
): Shards {
  const shards = Shards.open(
    { ledger: hub.ledger, instance, sessionTimeoutMs: 6_000, ...over },
    { cluster: own, routing: routesByEdge(hub.prefix), clock: systemClock, telemetry: hub.telemetry },
  );
  onTestFinished(() => shards.close());
  return shards;
}
