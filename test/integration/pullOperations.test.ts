/**
 * Operations on flows that run, as operators do them: two processes share the work, either one is asked.
 *
 * Seen red: a copier that does not hold what is paused.
 */
import { describe, expect, test } from 'vitest';
import { deleteTopics } from '../../shared/kafka/index.ts';
import { cluster, createTopic, produce, uniqueTopic } from '../support/kafka.ts';
import { eventually, ownerOf, PullFleet, type PullService, plainFlow, valuesOf } from '../support/pullService.ts';

/** Eight share a shard: enough of them that both processes have some, however the shards fall. */
const PARTITIONS = 64;

const numbered = (from: number, count: number, partition = 0) =>
  Array.from({ length: count }, (_, i) => ({ key: `k${from + i}`, value: `v${from + i}`, partition }));
const everywhere = Array.from({ length: PARTITIONS }, (_, partition) => partition);
const values = (count: number): string[] => numbered(0, count).map(({ value }) => value);

const flowUrl = (flow: string): string => `/${encodeURIComponent(flow)}`;

/** Each has half of the shards, and both know it. */
async function shared(one: PullService, two: PullService, flow: string): Promise<void> {
  const halves = async (service: PullService): Promise<boolean> => {
    const { processes, topics } = await service.flow(flow);
    const held = topics.length === PARTITIONS && topics.every(({ process }) => process !== null);
    return held && processes.map(({ shards }) => shards.length).join() === '6,6';
  };
  await eventually(
    'both share the work',
    async () => ((await halves(one)) && (await halves(two)) ? true : null),
    () => one.cli.stderr + two.cli.stderr,
  );
}

describe('two processes', () => {
  test('a pause said to the one holds in the other, over kill -9, and nothing is lost by it', async () => {
    const topic = uniqueTopic('operated');
    const [source, target] = [`s${topic}`, `t${topic}`];
    await createTopic('', { name: topic, partitions: PARTITIONS });
    await produce(
      topic,
      everywhere.flatMap((partition) => numbered(0, 10, partition)),
    );
    const fleet = PullFleet.open();
    const file = fleet.file([source, target], [plainFlow(source, target, [topic])]);
    const flow = `${source}->${target}`;
    const copy = `${source}.${topic}`;
    const [one, two] = await Promise.all([fleet.start(file), fleet.start(file)]);
    await shared(one, two, flow);
    const elsewhere = (await one.flow(flow)).topics.find(({ process }) => process === two.name)!;
    const { partition } = elsewhere;
    await expect.poll(() => valuesOf(copy, partition), { timeout: 30_000 }).toEqual(values(10));

    await one.done('POST', `${flowUrl(flow)}/topics/${topic}/partitions/${partition}/pause`);
    expect(ownerOf(await two.flow(flow), topic, partition)).toMatchObject({ paused: true, process: two.name });
    await produce(topic, numbered(10, 20, partition));
    // Another partition of the same process goes on: what was not paused is copied, and it came later.
    const other = (await two.flow(flow)).topics.find(
      (it) => it.process === two.name && it.partition !== partition,
    )!.partition;
    await produce(topic, numbered(10, 20, other));
    await expect.poll(() => valuesOf(copy, other), { timeout: 30_000 }).toEqual(values(30));
    expect(await valuesOf(copy, partition)).toEqual(values(10));

    await two.stop('SIGKILL');
    await eventually('the other has it all', async () => {
      const { topics } = await one.flow(flow);
      return topics.length === PARTITIONS && topics.every(({ process }) => process === one.name) ? true : null;
    });
    await produce(topic, numbered(30, 10, other));
    await expect.poll(() => valuesOf(copy, other), { timeout: 30_000 }).toEqual(values(40));
    expect(await valuesOf(copy, partition)).toEqual(values(10));

    await one.stop('SIGKILL');
    const three = await fleet.start(file);
    await eventually(
      'a third has it all',
      async () => {
        const { topics } = await three.flow(flow);
        return topics.length === PARTITIONS && topics.every(({ state }) => state === 'copying') ? true : null;
      },
      () => three.cli.stderr,
    );
    await produce(topic, numbered(40, 10, other));
    await expect.poll(() => valuesOf(copy, other), { timeout: 30_000 }).toEqual(values(50));
    expect(await valuesOf(copy, partition)).toEqual(values(10));

    // Of those that were killed a moment ago it can't know that they are gone.
    const resumed = await three.ask('POST', `${flowUrl(flow)}/topics/${topic}/partitions/${partition}/resume`);
    expect(resumed).toMatchObject({ status: 200, body: { flow } });
    await expect.poll(() => valuesOf(copy, partition), { timeout: 30_000 }).toEqual(values(30));
  }, 180_000);

  test('topics and flows come and go while another flow never pauses', async () => {
    const [busy, late, own] = [uniqueTopic('busy'), uniqueTopic('late'), uniqueTopic('own')];
    const [a, b, target] = [`a${busy}`, `b${busy}`, `t${busy}`];
    await createTopic('', { name: busy, partitions: PARTITIONS });
    await createTopic('', { name: late, partitions: 2 });
    await createTopic('', { name: own, partitions: 2 });
    await produce(late, numbered(0, 10));
    await produce(own, numbered(0, 10));
    const fleet = PullFleet.open();
    const file = fleet.file([a, b, target], [plainFlow(a, target, [busy])]);
    const flow = `${a}->${target}`;
    const [one, two] = await Promise.all([fleet.start(file), fleet.start(file)]);
    await shared(one, two, flow);

    // Written all the time; each round is copied before the next, so that a stop would show.
    let written = 0;
    const round = async (): Promise<void> => {
      await produce(busy, numbered(written, 10));
      written += 10;
      await expect.poll(() => valuesOf(`${a}.${busy}`), { timeout: 30_000 }).toEqual(values(written));
    };
    await round();
    const before = await Promise.all([one, two].map((service) => service.flow(flow)));

    await one.done('PUT', `${flowUrl(flow)}/topics/${late}`);
    await round();
    await expect.poll(() => valuesOf(`${a}.${late}`), { timeout: 30_000 }).toEqual(values(10));

    await two.done('POST', '', plainFlow(b, target, [own]));
    await round();
    await expect.poll(() => valuesOf(`${b}.${own}`), { timeout: 30_000 }).toEqual(values(10));
    const states = async () => (await one.list()).flows.map((it) => [it.flow, it.origin, it.state]);
    await expect.poll(states, { timeout: 30_000 }).toEqual([
      [flow, 'file', 'running'],
      [`${b}->${target}`, 'added', 'running'],
    ]);
    expect(await one.ask('POST', '', plainFlow(b, target, [own]))).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });

    await one.done('DELETE', `${flowUrl(flow)}/topics/${late}`);
    await round();
    await produce(late, numbered(10, 5));
    await round();
    expect(await valuesOf(`${a}.${late}`)).toEqual(values(10));

    // Shards stayed where they were, and no partition began anew.
    const after = await Promise.all([one, two].map((service) => service.flow(flow)));
    const counts = ({ topics }: (typeof after)[number]) =>
      topics.filter((it) => it.topic === busy && it.state === 'copying').map(({ partition }) => partition);
    expect(after.map(counts)).toEqual(before.map(counts));

    // An added flow outlives all processes, and goes on where it was.
    await Promise.all([one.stop(), two.stop()]);
    await produce(own, numbered(10, 10));
    const three = await fleet.start(file);
    await expect.poll(() => valuesOf(`${b}.${own}`), { timeout: 30_000 }).toEqual(values(20));
    await three.done('DELETE', flowUrl(`${b}->${target}`));
    expect((await three.list()).flows.map((it) => it.flow)).toEqual([flow]);
    expect(await three.ask('DELETE', flowUrl(flow))).toMatchObject({ status: 409 });
    expect(await three.ask('GET', '/nobody')).toMatchObject({ status: 404, body: { hint: `There are: ${flow}.` } });
  }, 180_000);

  test('a partition that stopped, since its topic was made again, goes on when somebody accepts that', async () => {
    const topic = uniqueTopic('again');
    const [source, target] = [`s${topic}`, `t${topic}`];
    await createTopic('', { name: topic });
    await produce(topic, numbered(0, 10));
    const fleet = PullFleet.open();
    const file = fleet.file([source, target], [plainFlow(source, target, [topic])]);
    const at = flowUrl(`${source}->${target}`);
    const [one, two] = await Promise.all([fleet.start(file), fleet.start(file)]);
    const copy = `${source}.${topic}`;
    await expect.poll(() => valuesOf(copy), { timeout: 30_000 }).toEqual(values(10));
    await deleteTopics(cluster(), [topic]);
    await createTopic('', { name: topic });
    await produce(topic, numbered(10, 10));
    const states = async (): Promise<string[]> => {
      const flows = await Promise.all([one, two].map((service) => service.flow(`${source}->${target}`)));
      return flows.map(({ topics }) => topics[0]?.state ?? '').sort();
    };
    await expect.poll(states, { timeout: 60_000 }).toEqual(['elsewhere', 'stopped']);
    // Restarted it stops again; only the word makes it go on, whoever it is said to.
    await one.done('POST', `${at}/topics/${topic}/restart`);
    await expect.poll(states, { timeout: 60_000 }).toEqual(['elsewhere', 'stopped']);
    await one.done('POST', `${at}/topics/${topic}/partitions/0/resume`);
    expect(await states()).toEqual(['elsewhere', 'stopped']);
    const stranger = (await one.flow(`${source}->${target}`)).topics[0]?.state === 'elsewhere' ? one : two;
    await stranger.done('POST', `${at}/topics/${topic}/partitions/0/resume`, { accept: true });
    await expect.poll(() => valuesOf(copy), { timeout: 30_000 }).toEqual(values(20));
  }, 180_000);
});
