/** What a role refuses at its start, as its user sees it: one error, an exit code, and nothing touched. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { BufferFile } from '../../agent/buffer/index.ts';
import type { EdgeId } from '../../shared/identity.ts';
import { MIB } from '../../shared/limits.ts';
import { Cli, LAUNCHER } from '../bin/cli.ts';
import { uniqueTopic } from '../support/kafka.ts';
import { makeNewer } from '../support/newerBuffer.ts';
import { Rig } from '../support/rig.ts';
import { valuesOf } from '../support/rigAgent.ts';
import { SOUND } from '../support/rigTruth.ts';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-misuse-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const agentYaml = (edge: string, path: string): string =>
  `edge: ${edge}\nhub: { url: "http://127.0.0.1:1" }\nbuffer: { path: ${path} }\nsources: [{ http: { listen: "127.0.0.1:0" } }]\n`;

interface Failure {
  readonly code: number | null;
  /** The only line above the level of info. */
  readonly error: Readonly<Record<string, unknown>>;
  readonly message: unknown;
}

/** Runs a role that must not come up, and that says why in one line. */
async function failing(role: string, file: string): Promise<Failure> {
  const cli = new Cli([LAUNCHER, role, '--config', file]);
  let runs = true;
  // One that comes up against all expectations must not outlive the test.
  onTestFinished(() => {
    if (runs) cli.kill('SIGKILL');
  });
  cli.ended.then(() => {
    runs = false;
  });
  const { code, stdout, stderr } = await cli.ended;
  expect(stdout).toBe('');
  const loud = cli.events().filter(({ level, event }) => level !== 'info' && event !== 'edges_without_tokens');
  expect(loud, stderr).toHaveLength(1);
  expect(loud[0]?.event).toBe('failed');
  return { code, error: loud[0]?.error as Failure['error'], message: loud[0]?.message };
}

test('a wrong configuration: every mistake with its place, exit code 2, no file made', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'syntax.yaml'), 'edge: [store-1\nhub: {}\n');
  writeFileSync(
    join(folder, 'wrong.yaml'),
    [
      'edge: store-1',
      'hub: { url: 7, tokne: not-to-be-shown }',
      'buffer: { path: made.db, maxBytes: lots }',
      'sources: [ { http: { listen: "127.0.0.1:0", maxBodyBytes: 1GiB } } ]',
      'forward: [ 250ms ]',
      'agents: 3',
    ].join('\n'),
  );
  const run = (file: string) => new Cli([LAUNCHER, 'agent', '--config', file], { cwd: folder }).ended;
  const [syntax, wrong] = await Promise.all([run('syntax.yaml'), run('wrong.yaml')]);
  expect([syntax.code, wrong.code]).toEqual([2, 2]);
  expect(syntax.stderr).toMatch(/^syntax\.yaml:2:1: not valid YAML: .+\n/);
  expect(syntax.stderr).toContain('nothing was started');
  expect(wrong.stderr.split('\n')).toEqual([
    'wrong.yaml:2:13: hub.url: 7 is not an http or https URL; write https://host:port',
    'wrong.yaml:2:16: hub.tokne: is not a known option; did you mean "token"?',
    expect.stringContaining(
      'wrong.yaml:3:36: buffer.maxBytes: "lots" is not a number with a unit; write a size such as',
    ),
    'wrong.yaml:4:59: sources[0].http.maxBodyBytes: "1GiB" is too large; at most 16MiB',
    expect.stringMatching(/^wrong\.yaml:5:10: forward: /),
    expect.stringContaining('wrong.yaml:6:1: agents: is not a known option'),
    'tributary: 6 mistakes in the configuration; nothing was started',
    '',
  ]);
  expect(readdirSync(folder).sort()).toEqual(['syntax.yaml', 'wrong.yaml']);
});

test('a buffer that can not be used is left as it is', async () => {
  const folder = newFolder();
  const buffers = {
    nowhere: join(folder, 'not-there', 'buffer.db'),
    newer: join(folder, 'newer.db'),
    foreign: join(folder, 'foreign.db'),
  };
  for (const [name, path] of Object.entries(buffers))
    writeFileSync(join(folder, `${name}.yaml`), agentYaml('store-1', path));
  new Database(buffers.foreign).exec('CREATE TABLE theirs (x)').close();
  BufferFile.open({ path: buffers.newer, maxBytes: 64 * MIB, edge: 'store-1' as EdgeId }).close();
  makeNewer(buffers.newer, 99);
  const before = [readFileSync(buffers.newer), readFileSync(buffers.foreign)];

  const [nowhere, newer, foreign] = await Promise.all(
    ['nowhere', 'newer', 'foreign'].map((name) => failing('agent', join(folder, `${name}.yaml`))),
  );
  expect([nowhere?.code, newer?.code, foreign?.code]).toEqual([1, 1, 1]);
  expect(nowhere?.error).toMatchObject({
    code: 'bufferUnusable',
    operation: 'open buffer',
    subject: buffers.nowhere,
    reason: expect.stringContaining('no such file or directory'),
    hint: 'Make its folder, or name another file in buffer.path.',
    retry: 'final',
  });
  expect(newer?.error).toMatchObject({ code: 'bufferTooNew', subject: buffers.newer, retry: 'final' });
  expect(newer?.message).toMatch(
    /its format is 99 and this version of tributary knows formats up to \d+\. Start the newer/,
  );
  expect(foreign?.error).toMatchObject({ code: 'bufferUnusable', reason: 'the file belongs to another program' });
  expect(foreign?.message).toContain('It is left as it is; name another file in buffer.path');
  expect([readFileSync(buffers.newer), readFileSync(buffers.foreign)]).toEqual(before);
  expect(readdirSync(folder).filter((name) => name.includes('not-there'))).toEqual([]);
});

test('a buffer that another agent has open: the second one says who, the first one goes on', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const agent = await rig.agent('agent', { edge: 'store', hubUrl: hub.url });
  await agent.start();
  await agent.post('orders', 'client', valuesOf('before', 5));
  const file = join(rig.dir, 'second.yaml');
  writeFileSync(file, agentYaml('store', agent.path));

  const { code, error, message } = await failing('agent', file);
  expect(code).toBe(1);
  expect(error).toMatchObject({ code: 'bufferLocked', subject: agent.path, retry: 'final' });
  expect(message).toContain(`the file is held by process ${process.pid}`);
  expect(message).toContain('stop that one, or name another file in buffer.path');

  await agent.post('orders', 'client', valuesOf('after', 5));
  expect(await agent.drained()).toMatchObject({ captured: 10, delivered: 10, buffered: 0, gaps: 0 });
  expect(await rig.truth.judge()).toEqual(SOUND);
});

test('a hub whose address is taken, whose files are wrong, or whose ledger can not be made', async () => {
  const folder = newFolder();
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void holder.close());
  const { port } = holder.address() as { port: number };
  writeFileSync(join(folder, 'taken.yaml'), `kafka: { brokers: ["127.0.0.1:1"] }\nlisten: "127.0.0.1:${port}"\n`);

  execFileSync(
    'openssl',
    ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', join(folder, 'key.pem')],
    { stdio: 'ignore' },
  );
  writeFileSync(join(folder, 'tokens.yaml'), 'store-1: my-token-in-clear\n');
  writeFileSync(
    join(folder, 'tokens-wrong.yaml'),
    'kafka: { brokers: ["127.0.0.1:1"] }\nlisten: "127.0.0.1:0"\nedges: { tokens: tokens.yaml }\n',
  );
  writeFileSync(
    join(folder, 'certificate-wrong.yaml'),
    'kafka: { brokers: ["127.0.0.1:1"] }\nlisten: "127.0.0.1:0"\ntls: { cert: key.pem, key: key.pem }\n',
  );
  const run = (name: string) => failing('hub', join(folder, `${name}.yaml`));
  const [taken, tokens, certificate] = await Promise.all([run('taken'), run('tokens-wrong'), run('certificate-wrong')]);
  expect([taken.code, tokens.code, certificate.code], JSON.stringify([taken, tokens, certificate])).toEqual([2, 2, 2]);
  expect(taken.error).toMatchObject({ code: 'configInvalid', operation: 'listen', subject: `127.0.0.1:${port}` });
  expect(taken.message).toContain('EADDRINUSE');
  expect(taken.message).toContain('Set listen to an address of this machine that is free, or stop what holds it');
  expect(tokens.message).toContain(
    `edge tokens in ${join(folder, 'tokens.yaml')}: what stands for store-1 is not sha256:`,
  );
  expect(JSON.stringify(tokens)).not.toContain('my-token-in-clear');
  expect(certificate.error).toMatchObject({ code: 'configInvalid', operation: 'read certificate' });
  expect(certificate.message).toContain(join(folder, 'key.pem'));
});

test('a hub whose ledger Kafka does not make ends and says what to change', async () => {
  const folder = newFolder();
  const { brokers } = Rig.open();
  const ledger = uniqueTopic('misuse-ledger');
  writeFileSync(
    join(folder, 'hub.yaml'),
    `kafka: { brokers: ${JSON.stringify(brokers)} }\nlisten: "127.0.0.1:0"\nledger: { topic: ${ledger}, replicationFactor: 99 }\n`,
  );
  const { code, error, message } = await failing('hub', join(folder, 'hub.yaml'));
  expect(code).toBe(1);
  expect(error).toMatchObject({ code: 'topicNotCreatable', operation: 'make topic', subject: ledger, retry: 'final' });
  expect(message).toMatch(
    /replication factor.*Make it by hand, or give the hub the right to, or change ledger\.replicationFactor/i,
  );
});
