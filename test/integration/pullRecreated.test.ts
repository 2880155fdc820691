/**
 * `tributary.on.topic.recreated = new`: a topic that was deleted and made again gets a copy of its own, whoever copies it, over
 * restarts. Two processes over the run's one Kafka, which is source and target.
 */
import { expect, onTestFinished, test } from 'vitest';
import { readMm2 } from '../../hub/pull/config/index.ts';
import { decodeCheckpoint } from '../../hub/pull/offsets/index.ts';
import { PullRun } from '../../hub/pull/run/index.ts';
import { appendRecords, commitGroupOffsets, createTopics, deleteTopics } from '../../shared/kafka/index.ts';
import { brokers, cluster, consumeAll, uniqueTopic } from '../support/kafka.ts';
import { COMMON } from '../support/pullFlows.ts';
import { type LogLine, rigTelemetry } from '../support/rigTelemetry.ts';

const POLL = { timeout: 30_000, interval: 50 };
const PARTITIONS = 9;

async function made(topic: string): Promise<void> {
  const shape = { name: topic, partitions: PARTITIONS, replicationFactor: 1 };
  await expect.poll(async () => (await createTopics(cluster(), [shape]))[0]?.errorCode, POLL).toBe(0);
  const leaders = async () => (await cluster().metadata([topic])).topics.get(topic)?.partitions ?? [];
  await expect.poll(async () => (await leaders()).filter(({ leader }) => leader >= 0).length, POLL).toBe(PARTITIONS);
}

async function gone(topic: string): Promise<void> {
  await deleteTopics(cluster(), [topic]);
  await expect.poll(async () => (await cluster().metadata([topic])).topics.get(topic)?.errorCode, POLL).toBe(3);
}

class Rig {
  readonly topic = uniqueTopic('again');
  readonly group = uniqueTopic('readers');
  readonly lines: LogLine[] = [];
  readonly #ledger = uniqueTopic('pulls');
  readonly #source = uniqueTopic('src');
  readonly #target = uniqueTopic('tgt');
  readonly #running = new Set<PullRun>();
  #started = 0;

  static async open(): Promise<Rig> {
    const rig = new Rig();
    await made(rig.topic);
    onTestFinished(async () => {
      await rig.stop();
      const all = [...(await cluster().metadata(null)).topics.keys()];
      const ours = [rig.topic, rig.#ledger, `${rig.#source}.`, `mm2-offset-syncs.${rig.#target}.`];
      await deleteTopics(
        cluster(),
        all.filter((topic) => ours.some((start) => topic.startsWith(start))),
      );
    });
    return rig;
  }

  copy(number: number): string {
    return `${this.#source}.${this.topic}${number === 1 ? '' : `.${number}`}`;
  }

  start(recreated: 'new' | 'stop'): PullRun {
    this.#started += 1;
    const [source, target] = [this.#source, this.#target];
    const text = `clusters = ${source}, ${target}
${source}.bootstrap.servers = ${brokers().join(',')}
${target}.bootstrap.servers = ${brokers().join(',')}
${source}->${target}.enabled = true
topics = ${this.topic}, ${this.topic}[.]2
groups = ${this.group}
heartbeats.replication.enabled = false
tributary.on.topic.recreated = ${recreated}
${COMMON.replace(
  'emit.checkpoints.enabled = false',
  'emit.checkpoints.interval.seconds = 1\ncheckpoints.topic.replication.factor = 1',
)}`;
    const { settings } = readMm2(Buffer.from(text), { file: 'mm2.properties' });
    const run = PullRun.open({
      settings,
      instance: `${this.#ledger}-${this.#started}`,
      telemetry: rigTelemetry('pull', this.lines),
      ledgerTopic: this.#ledger,
    });
    this.#running.add(run);
    return run;
  }

  async stop(...runs: readonly PullRun[]): Promise<void> {
    for (const run of runs.length > 0 ? runs : this.#running) {
      this.#running.delete(run);
      await run.close();
    }
  }

  /** One record into each partition, known by its name. */
  async write(what: string): Promise<void> {
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const value = Buffer.from(`${what} ${partition}`);
      const record = { key: null, value, timestamp: Date.now(), headers: [] };
      await appendRecords(cluster(), this.topic, partition, [record]);
    }
  }

  async holds(copy: string, ...what: readonly string[]): Promise<void> {
    const wanted = what.flatMap((one) => Array.from({ length: PARTITIONS }, (_, partition) => `${one} ${partition}`));
    await expect.poll(() => this.values(copy), POLL).toEqual(wanted.sort());
  }

  async values(topic: string): Promise<string[]> {
    return (await consumeAll(topic).catch(() => [])).map(({ value }) => String(value)).sort();
  }

  /** Newest of the group: where it goes on in each copy of partition 0. */
  async checkpoints(): Promise<Record<string, number>> {
    const records = await consumeAll(`${this.#source}.checkpoints.internal`);
    const found = records.map(({ key, value }) => decodeCheckpoint({ key: key!, value: value! })!);
    return Object.fromEntries(found.map(({ topic, downstream }) => [topic, downstream]));
  }

  async read(upTo: number): Promise<void> {
    const { topic, group } = this;
    await commitGroupOffsets(cluster(), group, [{ topic, partition: 0, offset: upTo, metadata: '' }]);
  }
}

const statesIn = (run: PullRun, topic: string) =>
  run.flows().flatMap(({ copy }) => (copy?.partitions ?? []).filter((one) => one.topic === topic));
const shared = (...runs: readonly PullRun[]): number[] =>
  runs.map((run) => run.flows()[0]?.copy?.partitions.filter(({ state }) => state.kind === 'copying').length ?? 0);

test('each topic of a name has its copy: two processes, restarts, groups, and a name that is taken', {
  timeout: 120_000,
}, async () => {
  const rig = await Rig.open();
  const [one, two] = [rig.start('new'), rig.start('new')];
  // Eight partitions of a topic are in one shard, so two shards have it.
  await expect.poll(() => shared(one, two).reduce((sum, count) => sum + count), POLL).toBe(PARTITIONS);
  await rig.write('first');
  await rig.write('first again');
  await rig.holds(rig.copy(1), 'first', 'first again');
  await rig.read(2);
  await expect.poll(() => rig.checkpoints(), POLL).toEqual({ [rig.copy(1)]: expect.any(Number) });
  const before = (await rig.checkpoints())[rig.copy(1)];

  await gone(rig.topic);
  await made(rig.topic);
  // Before anything of it is copied a group is in it: what is known of the topic before means nothing here.
  await rig.read(0);
  await rig.write('second');
  await rig.holds(rig.copy(2), 'second');
  await rig.holds(rig.copy(1), 'first', 'first again');
  await rig.read(1);
  await expect.poll(async () => (await rig.checkpoints())[rig.copy(2)], POLL).toBe(1);
  expect((await rig.checkpoints())[rig.copy(1)]).toBe(before);
  for (const { targetTopic } of [...statesIn(one, rig.topic), ...statesIn(two, rig.topic)])
    expect(targetTopic).toBe(rig.copy(2));
  // Once by each process at most: both may have seen it at the same moment, and have said the same.
  const said = rig.lines.filter(({ event }) => event === 'pull_topic_made_again').map(({ copy }) => copy);
  expect([[rig.copy(2)], [rig.copy(2), rig.copy(2)]]).toContainEqual(said);

  // Another process takes over, and one that was not there at all.
  await rig.stop(one);
  await rig.write('second, by the other');
  await rig.holds(rig.copy(2), 'second', 'second, by the other');
  await rig.stop(two);
  await rig.write('second, after a restart');
  const three = rig.start('new');
  await rig.holds(rig.copy(2), 'second', 'second, by the other', 'second, after a restart');

  // Nobody runs while it is made again; and the next number is another topic's name.
  await rig.stop(three);
  await made(`${rig.topic}.3`);
  await gone(rig.topic);
  await made(rig.topic);
  await rig.write('third');
  rig.start('new');
  await rig.holds(rig.copy(4), 'third');
  await rig.holds(rig.copy(1), 'first', 'first again');
  await rig.holds(rig.copy(2), 'second', 'second, by the other', 'second, after a restart');
});

test('a topic that had stopped goes on in a copy of its own once the option is set; a name that came later is left', {
  timeout: 60_000,
}, async () => {
  const rig = await Rig.open();
  const stopping = rig.start('stop');
  await rig.write('first');
  await rig.holds(rig.copy(1), 'first');
  await gone(rig.topic);
  await made(rig.topic);
  await rig.write('second');
  await expect
    .poll(() => statesIn(stopping, rig.topic).map(({ state }) => ('reason' in state ? state.reason : '')), POLL)
    .toEqual(Array.from({ length: PARTITIONS }, () => 'recreated'));
  await rig.stop(stopping);
  const run = rig.start('new');
  await rig.holds(rig.copy(2), 'second');
  await rig.holds(rig.copy(1), 'first');
  await made(`${rig.topic}.2`);
  await expect
    .poll(() => rig.lines.flatMap(({ event, note }) => (event === 'pull_sync_noted' ? [note] : [])), POLL)
    .toContainEqual(expect.stringContaining(`${rig.topic} has the same name on the target`));
  expect(statesIn(run, `${rig.topic}.2`)).toEqual([]);
});
