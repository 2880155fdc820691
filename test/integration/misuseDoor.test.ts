/** A hub behind TLS and tokens, as a process of its own, and agents that come with the wrong credentials. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { hashToken } from '../../hub/receive/tokens.ts';
import { Cli, LAUNCHER } from '../bin/cli.ts';
import { Authority, type ServerFiles } from '../support/certificates.ts';
import { Rig } from '../support/rig.ts';
import { type RigAgent, valuesOf } from '../support/rigAgent.ts';
import { SOUND } from '../support/rigTruth.ts';
import { eventually } from '../support/rigWait.ts';

const TOKENS = { 'store-1': 'first-secret-token', 'store-2': 'second-secret-token' };

/** A hub with files in a rig's folder: `tokens.yaml`, `cert.pem`, `key.pem`. */
class SecureHub {
  readonly authority: Authority;
  readonly #rig: Rig;
  readonly #cli: Cli;

  private constructor(rig: Rig, authority: Authority, cli: Cli) {
    this.#rig = rig;
    this.authority = authority;
    this.#cli = cli;
  }

  static async start(rig: Rig): Promise<SecureHub> {
    const authority = new Authority(rig.dir);
    const file = join(rig.dir, 'hub.yaml');
    writeTokens(rig, TOKENS);
    useCertificate(rig, authority.server('first'));
    const lines = [
      `kafka: { brokers: ${JSON.stringify(rig.brokers)} }`,
      'listen: "127.0.0.1:0"',
      'tls: { cert: cert.pem, key: key.pem }',
      'edges: { tokens: tokens.yaml }',
      `ledger: { topic: ${rig.prefix}-ledger, shards: 1, replicationFactor: 1 }`,
      `deadLetter: { topic: ${rig.prefix}-dead }`,
      `routes: { default: { topic: "${rig.target('{edge}', '{topic}')}", replicationFactor: 1 } }`,
    ];
    writeFileSync(file, lines.join('\n'));
    const cli = new Cli([LAUNCHER, 'hub', '--config', file]);
    const hub = new SecureHub(rig, authority, cli);
    onTestFinished(() => hub.stop());
    await eventually(
      'the hub serves its shard',
      () => hub.named('hub_shard_taken')[0] ?? null,
      () => cli.stderr,
    );
    return hub;
  }

  get url(): string {
    return String(this.named('ready')[0]?.url);
  }
  get log(): string {
    return this.#cli.stderr;
  }
  named(event: string) {
    return this.#cli.events().filter((line) => line.event === event);
  }
  /** What `kill -HUP` does. */
  hangUp(): void {
    this.#cli.kill('SIGHUP');
  }
  async stop(): Promise<void> {
    this.#cli.kill('SIGTERM');
    expect((await this.#cli.ended).code, this.log).toBe(0);
  }

  /** Common name of the certificate that it shows. */
  async certificate(): Promise<string | undefined> {
    const { port } = new URL(this.url);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false }, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.once('error', reject);
    });
  }

  agent(edge: string, token: string | null, ca: string | null = this.authority.ca): Promise<RigAgent> {
    const options = [token === null ? '' : `token: ${token}`, ca === null ? '' : `ca: ${ca}`].filter(Boolean);
    return this.#rig.agent(edge, { edge, hubUrl: this.url, hubOptions: options.join(', ') });
  }
}

function writeTokens(rig: Rig, tokens: Readonly<Record<string, string>>): void {
  const lines = Object.entries(tokens).map(([edge, token]) => `${edge}: ${hashToken(token)}`);
  writeFileSync(join(rig.dir, 'tokens.yaml'), `${lines.join('\n')}\n`);
}

function useCertificate(rig: Rig, { cert, key }: ServerFiles): void {
  copyFileSync(cert, join(rig.dir, 'cert.pem'));
  copyFileSync(key, join(rig.dir, 'key.pem'));
}

/** Loud lines of an agent: what its user reads. */
const loud = (agent: RigAgent) => agent.lines.filter(({ level }) => level === 'warn' || level === 'error');

test('wrong credentials: said once on both sides, nothing lost, everybody else goes on; SIGHUP takes new files', async () => {
  const rig = Rig.open();
  const hub = await SecureHub.start(rig);

  const good = await hub.agent('store-1', TOKENS['store-1']);
  await good.start();
  await good.post('orders', 'client', valuesOf('good', 5));
  await good.drained();

  // Its token is not known; the token of another edge; no authority to check the hub's certificate against.
  const unknown = await hub.agent('store-3', 'third-secret-token');
  const borrowed = await hub.agent('store-4', TOKENS['store-2']);
  const trusting = await hub.agent('store-2', TOKENS['store-2'], null);
  for (const agent of [unknown, borrowed, trusting]) {
    await agent.start();
    await agent.post('orders', 'client', valuesOf(agent.edge, 5));
  }
  await unknown.until('it is refused', ({ link }) => link === 'refused');
  await borrowed.until('it is refused', ({ link }) => link === 'refused');
  await trusting.until('the link is down', ({ link }) => link === 'down');
  for (const agent of [unknown, borrowed, trusting]) {
    expect(await agent.status()).toMatchObject({ captured: 5, delivered: 0, buffered: 5, gaps: 0 });
    expect(loud(agent)).toHaveLength(1);
  }
  expect(loud(unknown)[0]).toMatchObject({ event: 'link_stopped', level: 'error' });
  expect(loud(unknown)[0]?.message).toBe(
    'the hub refuses this agent, nothing is sent: authenticate failed for edge at 127.0.0.1: the token is not known. ' +
      '"tributary token new --edge" makes a token: set it as hub.token of the agent, and write its line into the file ' +
      'edges.tokens of the hub; records are kept, and it is tried again every minute',
  );
  expect(loud(borrowed)[0]?.message).toContain(
    'authenticate failed for store-4: the token is that of store-2. Give each edge its own token (hub.token), or set ' +
      '`edge` to the name that the token was made for; records are kept, and it is tried again every minute',
  );
  expect(loud(trusting)[0]).toMatchObject({ event: 'link_down', level: 'warn' });
  expect(loud(trusting)[0]?.message).toMatch(
    /^no link to the hub: unable to verify the first certificate \(\w+\): set hub\.ca to a PEM file with the authority of the hub's certificate; records are buffered, it is tried until it works$/,
  );
  expect(hub.named('access_denied').map(({ why }) => why)).toEqual([
    'the token is not known',
    'it says that it is store-4 and has the token of store-2',
  ]);

  // The operator writes the new tokens; a file that is not one changes nothing.
  writeFileSync(join(rig.dir, 'tokens.yaml'), 'store-1: not-a-hash\n');
  hub.hangUp();
  await eventually(
    'the wrong file is noticed',
    () => hub.named('file_unusable')[0] ?? null,
    () => hub.log,
  );
  expect(hub.named('file_unusable')[0]?.message).toContain('edge tokens stay as they were');
  await good.post('orders', 'client', valuesOf('good', 5, 5));
  await good.drained();
  writeTokens(rig, { ...TOKENS, 'store-3': 'third-secret-token', 'store-4': 'fourth-secret-token' });
  useCertificate(rig, hub.authority.server('second'));
  hub.hangUp();
  await eventually(
    'both are read',
    async () => {
      const what = hub.named('file_reloaded').map((line) => line.what);
      return what.includes('edge tokens') && (await hub.certificate()) === 'second' ? what : null;
    },
    () => hub.log,
  );

  for (const agent of [unknown, borrowed, trusting]) await agent.stop();
  const fixed = [
    await hub.agent('store-3', 'third-secret-token'),
    await hub.agent('store-4', 'fourth-secret-token'),
    await hub.agent('store-2', TOKENS['store-2']),
  ];
  for (const agent of fixed) await agent.start();
  for (const agent of [good, ...fixed]) {
    const status = await agent.drained();
    expect(status.delivered).toBe(status.captured);
    expect(loud(agent)).toEqual([]);
  }
  expect(await rig.truth.judge()).toEqual(SOUND);
  expect(hub.named('access_denied')).toHaveLength(2);
  const everything = hub.log + JSON.stringify([good, unknown, borrowed, trusting, ...fixed].map(({ lines }) => lines));
  expect(everything).not.toMatch(/(first|second|third|fourth)-secret-token/);
});

test('the hub of another identity gets nothing; the agent says which is which and goes on with its own', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const other = await rig.hub({ ledger: `${rig.prefix}-other` });
  const edge = 'store';
  const before = await rig.agent('agent', { edge, hubUrl: hub.url });
  await before.start();
  await before.post('orders', 'client', valuesOf('a', 5));
  await before.drained();
  await before.stop();

  const strayed = await rig.agent('agent', { edge, hubUrl: other.url });
  await strayed.start();
  await strayed.post('orders', 'client', valuesOf('a', 5, 5));
  await strayed.until('it stops', ({ link }) => link === 'wrongHub');
  expect(loud(strayed)).toHaveLength(1);
  expect(loud(strayed)[0]?.message).toMatch(
    /^this is not the hub of this buffer, nothing is sent: this buffer belongs to hub \S+ with 2 shards, the address leads to \S+ with 2 shards; set hub\.url to the hub that it belongs to\. If this hub is right as it is, say so: "tributary link show" tells what would be lost\. Until then records are kept/,
  );
  expect(await strayed.status()).toMatchObject({ captured: 10, delivered: 5, buffered: 5, gaps: 0 });
  const { edges } = await other.get<{ edges: { delivered: number }[] }>('/v1/edges');
  expect(edges.every(({ delivered }) => delivered === 0)).toBe(true);
  await strayed.stop();

  const after = await rig.agent('agent', { edge, hubUrl: hub.url });
  await after.start();
  expect(await after.drained()).toMatchObject({ captured: 10, delivered: 10, buffered: 0, gaps: 0 });
  expect(await rig.truth.judge()).toEqual(SOUND);
});
