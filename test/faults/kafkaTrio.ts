/** Three brokers, one cluster, every topic on all of them: one may be away at any time. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalKafka, startKafka } from '../../deploy/dev/kafka/launch.ts';
import { freePorts } from '../../deploy/dev/kafka/ports.ts';

const BROKERS = 3;
const INTERNAL = ['offsets.topic', 'transaction.state.log', 'share.coordinator.state.topic', 'default'];

export interface KafkaTrio {
  readonly brokers: readonly string[];
  readonly members: readonly LocalKafka[];
  stop(): Promise<void>;
}

export async function startTrio(dir: string, print: (line: string) => void): Promise<KafkaTrio> {
  const ports = await freePorts(2 * BROKERS);
  const nodes = Array.from({ length: BROKERS }, (_, at) => {
    return { id: at + 1, broker: ports[2 * at] ?? 0, controller: ports[2 * at + 1] ?? 0 };
  });
  const clusterId = `T${randomBytes(16).toString('base64url').slice(0, 20)}w`;
  const common = {
    ...Object.fromEntries(INTERNAL.map((name) => [`${name}.replication.factor`, String(BROKERS)])),
    'transaction.state.log.min.isr': '2',
    'min.insync.replicas': '2',
    'controller.quorum.voters': nodes.map(({ id, controller }) => `${id}@127.0.0.1:${controller}`).join(','),
  };
  const members = await Promise.all(
    nodes.map(({ id, broker, controller }) => {
      const own = join(dir, `broker-${id}`);
      mkdirSync(own, { recursive: true });
      writeFileSync(join(own, 'launch.json'), JSON.stringify({ ports: { broker, controller }, clusterId, extra: [] }));
      const onProgress = (line: string): void => print(`target Kafka ${id}: ${line}`);
      return startKafka({ dir: own, properties: { ...common, 'node.id': String(id) }, onProgress });
    }),
  );
  return {
    brokers: members.flatMap(({ brokers }) => brokers),
    members,
    stop: async () => {
      await Promise.all(members.map((member) => member.stop()));
    },
  };
}
