/**
 * Processes with one ledger and different files, as users of MirrorMaker 2 come to have them (one process a source): those
 * that have nothing in common must not share the shards, those that have something say what they do not share.
 *
 * Seen red: with a judgement for each alias of a cluster instead of one for the cluster.
 */
import { expect, test } from 'vitest';
import { createTopic, produce, uniqueTopic } from '../support/kafka.ts';
import { eventually, PullFleet, type PullService, plainFlow, valuesOf } from '../support/pullService.ts';

const POLL = { timeout: 60_000, interval: 100 };
const BAD_USAGE = 2;

interface Scene {
  readonly fleet: PullFleet;
  readonly topic: string;
  readonly a: string;
  readonly b: string;
  readonly target: string;
  file(...sources: readonly string[]): string;
}

async function scene(): Promise<Scene> {
  const fleet = PullFleet.open();
  const topic = uniqueTopic('strange');
  const [a, b, target] = [`a${topic}`, `b${topic}`, `t${topic}`];
  await createTopic('', { name: topic, partitions: 32 });
  await produce(
    topic,
    Array.from({ length: 32 }, (_, partition) => ({ key: 'k', value: `v${partition}`, partition })),
  );
  const file = (...sources: readonly string[]): string =>
    fleet.file(
      [a, b, target],
      sources.map((source) => plainFlow(source, target, [topic])),
    );
  return { fleet, topic, a, b, target, file };
}

const said = ({ cli }: PullService, event: string) => cli.events().filter((line) => line.event === event);
const copied = ({ topic }: Scene, source: string) =>
  expect.poll(async () => (await valuesOf(`${source}.${topic}`)).length, POLL).toBe(32);

test('a process with none of the flows of those that run is refused, and told what to do; with a ledger of its own it runs', async () => {
  const here = await scene();
  const { fleet, a, b, target } = here;
  const first = await fleet.start(here.file(a));
  await copied(here, a);
  const second = fleet.begin(here.file(b));
  const { code, stderr } = await second.cli.ended;
  expect(said(second, 'ready')).toEqual([]);
  expect(code).toBe(BAD_USAGE);
  for (const text of [first.name, `${a}->${target}`, `${b}->${target}`, '--ledger', 'ledger.flows', first.url]) {
    expect(stderr).toContain(text);
  }
  expect(await valuesOf(`${b}.${here.topic}`)).toEqual([]);
  // It has left no trace: the first has everything, and knows of nobody else.
  expect((await first.list()).processes.map(({ name }) => name)).toEqual([first.name]);
  await fleet.start(here.file(b), ['--ledger', `${fleet.ledger}.b`]);
  await copied(here, b);
  expect(said(first, 'pull_flow_unknown_elsewhere')).toEqual([]);
});

test('two processes that are started under one name with different files are two all the same', async () => {
  const here = await scene();
  const first = await here.fleet.start(here.file(here.a));
  await copied(here, here.a);
  const second = here.fleet.begin(here.file(here.b), ['--name', first.name]);
  expect(await second.cli.ended).toMatchObject({ code: BAD_USAGE });
});

test('a process that was killed and comes again with another file waits until its own report is old', async () => {
  const here = await scene();
  const first = await here.fleet.start(here.file(here.a));
  await copied(here, here.a);
  await first.stop('SIGKILL');
  const again = await here.fleet.start(here.file(here.b), ['--name', first.name]);
  await copied(here, here.b);
  expect(said(again, 'pull_start_waits')).toMatchObject([
    { processes: first.name, flows: `${here.a}->${here.target}` },
  ]);
  expect(said(again, 'pull_start_goes_on')).toHaveLength(1);
});

test('files that differ in some flows: each process runs, says who lacks what, and when that is over', async () => {
  const here = await scene();
  const { fleet, a, b, target } = here;
  const first = await fleet.start(here.file(a));
  await copied(here, a);
  const second = await fleet.start(here.file(a, b));
  const lacking = { flow: `${b}->${target}`, process: first.name };
  for (const one of [first, second]) {
    await expect.poll(() => said(one, 'pull_flow_unknown_elsewhere'), POLL).toMatchObject([lacking]);
  }
  const reasonOf = async (flow: string) => (await second.list()).flows.find((one) => one.flow === flow)?.reason;
  expect(await reasonOf(`${b}->${target}`)).toContain(first.name);
  expect(await reasonOf(`${a}->${target}`)).toBeNull();
  await first.stop();
  await expect.poll(() => said(second, 'pull_flow_known_elsewhere'), POLL).toMatchObject([lacking]);
  await eventually('all is well', async () => ((await reasonOf(`${b}->${target}`)) === null ? true : null));
  await copied(here, b);
  expect(said(second, 'pull_flow_unknown_elsewhere')).toHaveLength(1);
});
