/**
 * A process of pulls for one test, in this process, from MirrorMaker 2's own file: with its log lines and its states. Brokers
 * are the test's own, as the pull ledger's name is fixed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { readMm2 } from '../../hub/pull/config/index.ts';
import type { PartitionSnapshot } from '../../hub/pull/copy/index.ts';
import { PullRun } from '../../hub/pull/run/index.ts';
import { appendRecords, Cluster, createTopics } from '../../shared/kafka/index.ts';
import { uniqueTopic } from './kafka.ts';
import { keysAt } from './kafkaPair.ts';
import { type LogLine, rigTelemetry } from './rigTelemetry.ts';

const POLL = { timeout: 60_000, interval: 50 };

/** What every such test wants of a file: one broker a cluster, quick looks, nothing but copies. */
export const COMMON = `
replication.factor = 1
offset-syncs.topic.replication.factor = 1
emit.heartbeats.enabled = false
emit.checkpoints.enabled = false
sync.topic.configs.enabled = false
sync.topic.acls.enabled = false
refresh.topics.interval.seconds = 1
`;

export function ownFolder(name: string): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `tributary-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export class PullFlows {
  readonly lines: LogLine[] = [];
  readonly #run: PullRun;

  private constructor(text: string) {
    const { settings } = readMm2(Buffer.from(text), { file: 'mm2.properties' });
    this.#run = PullRun.open({ settings, instance: uniqueTopic('pull'), telemetry: rigTelemetry('pull', this.lines) });
  }

  /** Ends with the test. */
  static open(text: string): PullFlows {
    const flows = new PullFlows(text);
    onTestFinished(() => flows.#run.close());
    return flows;
  }

  said(event: string): LogLine[] {
    return this.lines.filter((line) => line.event === event);
  }

  partition(flow: string, topic: string, partition = 0): PartitionSnapshot | undefined {
    const found = this.#run.flows().find((one) => one.flow === flow);
    return found?.copy?.partitions.find((one) => one.topic === topic && one.partition === partition);
  }

  /** Until its state is that. */
  async becomes(flow: string, topic: string, state: Readonly<Record<string, unknown>>): Promise<void> {
    await expect.poll(() => this.partition(flow, topic)?.state, POLL).toMatchObject(state);
  }
}

/** A cluster of the test's own, as its producers and consumers see it. */
export class Side {
  readonly cluster: Cluster;

  constructor(brokers: readonly string[]) {
    this.cluster = Cluster.open({ brokers, clientId: 'tributary-test' });
  }

  async makeTopic(prefix: string, partitions = 1): Promise<string> {
    const name = uniqueTopic(prefix);
    const [made] = await createTopics(this.cluster, [{ name, partitions, replicationFactor: 1 }]);
    if (made?.errorCode !== 0) throw new Error(`topic ${name}: ${made?.errorMessage}`);
    return name;
  }

  async append(topic: string, partition: number, keys: readonly string[]): Promise<void> {
    const plain = keys.map((key) => ({ key: Buffer.from(key), value: null, timestamp: Date.now(), headers: [] }));
    await appendRecords(this.cluster, topic, partition, plain);
  }

  /** Until a partition holds exactly these, for `read_committed`, in this order. */
  async holds(topic: string, partition: number, keys: readonly string[]): Promise<void> {
    await expect.poll(() => this.#keys(topic, partition), POLL).toEqual(keys);
  }

  /** A copy may not be made yet. */
  async #keys(topic: string, partition: number): Promise<string[]> {
    const { topics } = await this.cluster.metadata([topic]);
    return topics.get(topic)?.errorCode === 0 ? keysAt(this.cluster, topic, partition) : [];
  }

  close(): void {
    this.cluster.close();
  }
}
