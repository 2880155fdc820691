/**
 * `flows:` in hub.yaml, run by `tributary hub` as its user runs it: an edge's records and a flow's in one process, each with
 * its own ledger; both in the API, in `tributary status` and in readiness. And the command line beside it.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { deleteTopics } from '../../shared/kafka/index.ts';
import { Cli, LAUNCHER, tributary } from '../bin/cli.ts';
import { brokers, cluster, createTopic, produce, uniqueTopic } from '../support/kafka.ts';
import { eventually, plainFlow, valuesOf } from '../support/pullService.ts';

const POLL = { timeout: 60_000, interval: 100 };

const child = (args: readonly string[]): Cli => {
  const cli = new Cli([LAUNCHER, ...args]);
  let ended = false;
  void cli.ended.then(() => {
    ended = true;
  });
  onTestFinished(async () => {
    if (!ended) cli.kill('SIGKILL');
    await cli.ended;
  });
  return cli;
};

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const readyOf = (cli: Cli) =>
  eventually(
    'ready',
    async () => cli.events().find(({ event }) => event === 'ready') ?? null,
    () => cli.stderr,
  );

function folderOf(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-hub-flows-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content));
  return folder;
}

test('a hub takes what an edge sends and pulls a flow, and both are operated through it', async () => {
  const topic = uniqueTopic('hubflow');
  const [source, target, ledger, edge] = [`s${topic}`, `t${topic}`, uniqueTopic('ledger'), `edge-${process.pid}`];
  await createTopic('', { name: topic, partitions: 2 });
  await produce(topic, [{ key: 'k', value: 'v0', partition: 0 }]);
  onTestFinished(async () => {
    const flows = `${ledger}.flows`;
    const own = [ledger, `${ledger}.audit`, `${ledger}.dead`, flows, `${flows}.control`, `${flows}.deadletter`];
    await deleteTopics(cluster(), [...own, `${source}.${topic}`, `${edge}.posted`]);
  });
  const folder = folderOf({
    'hub.yaml': {
      name: 'hub-under-test',
      kafka: { brokers: brokers() },
      listen: '127.0.0.1:0',
      ledger: { topic: ledger, shards: 2, replicationFactor: 1, flows: `${ledger}.flows` },
      deadLetter: { topic: `${ledger}.dead` },
      routes: { default: { replicationFactor: 1, partitions: 1, topic: '{edge}.{topic}' } },
      telemetry: { listen: '127.0.0.1:0' },
      clusters: { [source]: { brokers: brokers() }, [target]: { brokers: brokers() } },
      flows: [plainFlow(source, target, [topic])],
    },
  });
  const hub = child(['hub', '--config', join(folder, 'hub.yaml')]);
  const { url, telemetry, flows } = await readyOf(hub);
  expect(flows).toBe(1);
  const copy = `${source}.${topic}`;
  await expect.poll(() => valuesOf(copy), POLL).toEqual(['v0']);

  const listen = `127.0.0.1:${await freePort()}`;
  writeFileSync(
    join(folder, 'agent.yaml'),
    JSON.stringify({
      edge,
      hub: { url },
      buffer: { path: join(folder, 'buffer.db') },
      sources: [{ http: { listen } }],
    }),
  );
  await readyOf(child(['agent', '--config', join(folder, 'agent.yaml')]));
  const posted = await fetch(`http://${listen}/topics/posted`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: 'from the edge',
  });
  expect(posted.ok, await posted.text()).toBe(true);
  await expect.poll(() => valuesOf(`${edge}.posted`), POLL).toEqual(['from the edge']);

  const at = telemetry as { host: string; port: number };
  const readyz = async () => (await fetch(`http://${at.host}:${at.port}/readyz`)).json();
  await expect.poll(readyz, POLL).toMatchObject({
    status: 'ready',
    checks: expect.arrayContaining([expect.objectContaining({ name: 'flows', ok: true })]),
  });

  const cli = (...args: string[]) => tributary([...args, '--hub', String(url)]);
  const flow = `${source}->${target}`;
  const status = await cli('status');
  expect(status.stdout).toContain(edge);
  expect(status.stdout).toMatch(new RegExp(`${flow} +running`));
  expect(await cli('flows', 'pause', flow, topic)).toMatchObject({ code: 0, stdout: `${flow}: paused\n` });
  await produce(topic, [{ key: 'k', value: 'v1', partition: 0 }]);
  expect((await cli('flows', 'show', flow)).stdout).toMatch(new RegExp(`${topic} +0  copying, paused`));
  expect(await cli('flows', 'resume', flow, 'nowhere')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`There are: ${topic}.`),
  });
  expect(await valuesOf(copy)).toEqual(['v0']);
  expect(await cli('flows', 'resume', flow, topic)).toMatchObject({ code: 0 });
  await expect.poll(() => valuesOf(copy), POLL).toEqual(['v0', 'v1']);
  const wrong = join(folderOf({ 'flow.yaml': { source, target: 'nowhere', delivery: 'twice' } }), 'flow.yaml');
  expect(await cli('flows', 'add', wrong)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /target "nowhere" is not in clusters[\s\S]*delivery|delivery[\s\S]*target "nowhere" is not in clusters/,
    ),
  });

  const api = (await (await fetch(`${url}/v1/openapi.json`)).json()) as { paths: Record<string, unknown> };
  expect(Object.keys(api.paths)).toEqual(expect.arrayContaining(['/v1/edges', '/v1/flows', '/v1/flows/{flow}/pause']));
  hub.kill('SIGTERM');
  expect(await hub.ended).toMatchObject({ code: 0 });
}, 180_000);

test('mistakes of both parts of the file are told at once, and nothing is started', async () => {
  const folder = folderOf({
    'hub.yaml': {
      kafka: { brokers: brokers() },
      listen: 'nowhere',
      clusters: { a: { brokers: ['a:1'] } },
      flows: [
        { source: 'a', target: 'b', delivery: 'twice' },
        { source: 'a', target: 'a' },
      ],
    },
  });
  const file = join(folder, 'hub.yaml');
  for (const args of [
    ['hub', '--config', file],
    ['config', 'check', file],
  ]) {
    const { code, stderr } = await tributary(args);
    expect(code).toBe(2);
    for (const path of ['listen', 'flows[0].delivery']) expect(stderr).toContain(`${path}: `);
  }
});
