/**
 * From the real MirrorMaker 2 to `tributary pull` and back, with one file, while a producer runs: MirrorMaker 2, Tributary,
 * MirrorMaker 2, Tributary, MirrorMaker 2, each stopped in order once it has copied a part. Two brokers. At the end each record
 * is in the target once and in order, and the positions that were written for MirrorMaker 2 are the bytes that it writes.
 * `--victims pull`: Tributary is killed instead of stopped. Then MirrorMaker 2 repeats some, which is printed, and loses none.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '../../deploy/dev/kafka/launch.ts';
import { decodeMm2, encodeMm2 } from '../../hub/pull/run/mm2Entry.ts';
import { mm2Runs } from '../../hub/pull/run/mm2Offsets.ts';
import { Cluster, createTopics, IdempotentProducer, LATEST, listOffsets } from '../../shared/kafka/index.ts';
import { partitionOfKey } from '../../shared/kafka/murmur2.ts';
import { encodeBatch } from '../../shared/records/index.ts';
import { MirrorMaker } from '../support/mirror/mirrorMaker.ts';
import { PullChild } from './pullChild.ts';
import { type Read, readTopic } from './readTopic.ts';
import type { FaultOptions } from './run.ts';
import { type RoundResult, resultText, Tally } from './tally.ts';

const TOPIC = 'orders';
const PARTITIONS = 4;
const OFFSETS = 'mm2-offsets.A.internal';
/** What each copies before it is stopped. */
const PART = 2_000;
const COPIED_WITHIN_MS = 180_000;

interface Clusters {
  readonly source: Cluster;
  readonly target: Cluster;
}
interface Copying {
  stop(): Promise<void>;
}

export async function run(options: FaultOptions): Promise<Tally> {
  const tally = new Tally();
  for (let round = 0; round < (options.rounds ?? 1); round += 1) {
    const dir = mkdtempSync(join(tmpdir(), 'tributary-migrate-'));
    const brokers = await Promise.all(
      ['source', 'target'].map((name) => startKafka({ dir: join(dir, name), onProgress: options.print })),
    );
    const [source, target] = brokers.map((kafka) => Cluster.open({ brokers: kafka.brokers, clientId: 'migrate' }));
    try {
      const file = join(dir, 'mm2.properties');
      writeFileSync(file, properties(brokers[0]!.brokers, brokers[1]!.brokers));
      const kill = options.victims?.includes('pull') ?? false;
      const found = await oneRound({ source: source!, target: target! }, { dir, file, kill }, options.print);
      const result = kill ? { ...found, twice: 0, disorder: 0 } : found;
      if (kill) options.print(`Tributary was killed: ${found.twice} records came twice`);
      tally.add(result);
      options.print(`round ${round} ${resultText(result)}`);
    } finally {
      await Promise.all([source?.close(), target?.close()]);
      await Promise.all(brokers.map((kafka) => kafka.stop()));
      if (tally.clean && !options.keep) rmSync(dir, { recursive: true, force: true });
      else options.print(`files kept in ${dir}`);
    }
  }
  return tally;
}

async function oneRound(
  clusters: Clusters,
  { dir, file, kill }: { readonly dir: string; readonly file: string; readonly kill: boolean },
  print: (line: string) => void,
): Promise<RoundResult> {
  await createTopics(clusters.source, [{ name: TOPIC, partitions: PARTITIONS, replicationFactor: 1, configs: {} }]);
  const load = new RunningLoad(clusters.source);
  const starts: [string, () => Promise<Copying>][] = [
    ['MirrorMaker 2', () => MirrorMaker.start(dir, file)],
    ['Tributary', () => PullChild.start(dir, file)],
  ];
  let written: Read[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    const [name, start] = starts[turn % 2]!;
    const before = await endOf(clusters.target, `A.${TOPIC}`);
    const copying = await start();
    try {
      if (turn === 4) await load.stop();
      await untilCopied(clusters, before, turn === 4 ? load.sent : null);
      const seen = await mm2Runs({ cluster: clusters.target, name: OFFSETS, source: 'A' });
      if (seen !== (turn % 2 === 0)) throw new Error(`${name} copies, and a MirrorMaker 2 is said to run: ${seen}`);
    } finally {
      await (kill && copying instanceof PullChild ? copying.kill9() : copying.stop());
    }
    const copied = (await endOf(clusters.target, `A.${TOPIC}`)) - before;
    print(`${name}: offset ${before} and ${copied} more in the target`);
    if (name === 'Tributary') written = await readTopic(clusters.target, OFFSETS);
  }
  if (!kill) checkPositions(written);
  return compare(await readTopic(clusters.source, TOPIC), await readTopic(clusters.target, `A.${TOPIC}`));
}

/** Both have written there: the bytes and the partition of every key must be those that we would choose. */
function checkPositions(written: readonly Read[]): void {
  const partitions = 25;
  const kinds = new Set<string>();
  for (const { key, value, partition } of written) {
    const entry = decodeMm2(key, value, 'A');
    if (entry?.next == null) continue;
    const ours = encodeMm2('A', { ...entry, next: entry.next });
    const same =
      ours.key.equals(key!) && ours.value.equals(value!) && partitionOfKey(ours.key, partitions) === partition;
    if (!same) throw new Error(`written differently: ${key} ${value} in partition ${partition}`);
    kinds.add(String(key));
  }
  if (kinds.size !== PARTITIONS) throw new Error(`positions of ${kinds.size} partitions instead of ${PARTITIONS}`);
}

function compare(source: readonly Read[], target: readonly Read[]): RoundResult {
  const result = { accepted: source.length, lost: 0, twice: 0, disorder: 0, unexplained: 0 };
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const values = (of: readonly Read[]) => of.filter((r) => r.partition === partition).map((r) => String(r.value));
    const [wanted, found] = [values(source), values(target)];
    const seen = new Set<string>();
    const known = new Set(wanted);
    let last = -1;
    for (const value of found) {
      if (!known.has(value)) result.unexplained += 1;
      if (seen.has(value)) result.twice += 1;
      else if (Number(value) < last) result.disorder += 1;
      seen.add(value);
      last = Math.max(last, Number(value));
    }
    result.lost += wanted.filter((value) => !seen.has(value)).length;
  }
  return result;
}

/** Numbered records into every partition, some hundred a second. */
class RunningLoad {
  readonly #producer: IdempotentProducer;
  readonly #running: Promise<void>;
  #number = 0;
  #on = true;

  constructor(cluster: Cluster) {
    this.#producer = new IdempotentProducer(cluster, 'migrate');
    this.#running = this.#run();
  }

  /** In each partition. */
  get sent(): number {
    return this.#number;
  }

  async #run(): Promise<void> {
    while (this.#on) {
      const value = Buffer.from(String(this.#number));
      const blob = () => encodeBatch([{ key: null, value, timestamp: Date.now(), headers: [] }], { codec: 'none' });
      await this.#producer.send(
        Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: TOPIC, partition, blob: blob(), records: 1 })),
      );
      this.#number += 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async stop(): Promise<void> {
    this.#on = false;
    await this.#running;
    this.#producer.close();
  }
}

/** Until it has copied its part, or (`sent`) each partition's last record. */
async function untilCopied(clusters: Clusters, before: number, sent: number | null): Promise<void> {
  const deadline = performance.now() + COPIED_WITHIN_MS;
  for (;;) {
    const end = await endOf(clusters.target, `A.${TOPIC}`);
    if (sent === null ? end - before >= PART : (await lastOnes(clusters.target, sent - 1)) === PARTITIONS) return;
    if (performance.now() > deadline) throw new Error(`not copied: the target ends at ${end}, from ${before}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** In how many partitions a record is. */
async function lastOnes(target: Cluster, number: number): Promise<number> {
  const found = await readTopic(target, `A.${TOPIC}`, 'stable');
  return new Set(found.filter(({ value }) => Number(value) === number).map(({ partition }) => partition)).size;
}

/** Over all partitions; 0 where there is no such topic. */
async function endOf(cluster: Cluster, topic: string): Promise<number> {
  cluster.forget(topic);
  const known = (await cluster.metadata([topic])).topics.get(topic);
  if (known?.errorCode !== 0) return 0;
  const at = known.partitions.map(({ partition }) => ({ topic, partition, timestamp: LATEST }));
  return (await listOffsets(cluster, at)).reduce((sum, { offset }) => sum + Math.max(0, offset), 0);
}

const properties = (source: readonly string[], target: readonly string[]): string => `
clusters = A, B
A.bootstrap.servers = ${source.join(',')}
B.bootstrap.servers = ${target.join(',')}
A->B.enabled = true
A->B.topics = ${TOPIC}
B->A.enabled = false
B->A.emit.heartbeats.enabled = false
heartbeats.replication.enabled = false
replication.factor = 1
checkpoints.topic.replication.factor = 1
heartbeats.topic.replication.factor = 1
offset-syncs.topic.replication.factor = 1
offset.storage.replication.factor = 1
status.storage.replication.factor = 1
config.storage.replication.factor = 1
`;
