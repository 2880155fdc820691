import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agentOptions } from '../../agent/config.ts';
import { MINIMAL } from '../../bin/commands/roles.ts';
import { tell } from '../../bin/exit.ts';
import { makeProgram } from '../../bin/program.ts';
import { hubOptions } from '../../hub/config.ts';
import { hashToken } from '../../hub/receive/tokens.ts';
import { parseConfig } from '../../shared/config/index.ts';
import { tributary } from './cli.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-cli-'));
  writeFileSync(
    join(folder, 'agent.yaml'),
    'edge: store-1\nhub: { url: "http://127.0.0.1:1" }\nbuffer: { path: b.db }\nsources: [{ http: { listen: "127.0.0.1:0" } }]\n',
  );
  writeFileSync(join(folder, 'hub.yaml'), 'kafka: { brokers: ["k:1"] }\nlisten: "127.0.0.1:0"\n');
  writeFileSync(join(folder, 'bad.yaml'), 'edge: Store\nhbu: 1\nsources: []\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (args: string[], env: Record<string, string> = {}) => tributary(args, { cwd: folder, env });

describe('usage', () => {
  test('what the help of a role shows is a configuration', () => {
    expect(parseConfig(agentOptions, MINIMAL.agent, { file: join(folder, 'a.yaml') }).sources).toHaveLength(2);
    expect(parseConfig(hubOptions, MINIMAL.hub, { file: join(folder, 'h.yaml') }).ledger.replicationFactor).toBe(1);
  });

  test('link: no agent runs here', async () => {
    const { code, stdout, stderr } = await run(['link', 'show', '--config', 'agent.yaml']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('Does the agent run, on this machine and with this file?');
  });

  test('help goes to stdout and is no failure, a mistake to stderr and is one', async () => {
    expect(await run(['--help'])).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Exit codes') });
    expect(await run(['statsu'])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('status') });
  });

  test.each([
    [['status', '--help'], 0],
    [['--version'], 0],
    [[], 2],
    [['config'], 2],
    [['agent'], 2],
    [['status', '--colour'], 2],
    [['config', 'schema', 'both'], 2],
    [['token', 'new'], 2],
    [['token', 'new', '--edge', 'A.b'], 2],
    [['edge', 'accept', 'store-1', 'abc'], 2],
  ])('%j exits with %i', async (args, code) => {
    const program = makeProgram();
    const silent = (command: typeof program): void => {
      command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
      command.commands.forEach(silent);
    };
    silent(program);
    const failure: unknown = await program.parseAsync(args, { from: 'user' }).then(
      () => null,
      (error: unknown) => error,
    );
    expect(failure && tell(failure, { debug: false, write: () => undefined })).toBe(code);
  });

  test('every command has help with an example, and those that print data have --json', () => {
    const leaves = (command: ReturnType<typeof makeProgram>): ReturnType<typeof makeProgram>[] =>
      command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
    const all = leaves(makeProgram());
    expect(all.map((command) => command.name()).sort()).toEqual(
      [
        ...[
          'accept',
          'agent',
          'check',
          'docs',
          'hub',
          'new',
          'pull',
          'reject',
          'schema',
          'show',
          'status',
          'up',
          'verify',
        ],
        ...['show', 'accept-hub', 'retry'],
        ...['inspect', 'verify', 'migrate', 'export'],
        ...[
          'list',
          'show',
          'pause',
          'resume',
          'restart',
          'add',
          'remove',
          'add-topic',
          'remove-topic',
          'limit',
          'unlimit',
        ],
      ].sort(),
    );
    for (const command of all) {
      let help = '';
      command.configureOutput({
        writeOut: (text) => {
          help += text;
        },
      });
      command.outputHelp();
      expect(help, command.name()).toMatch(/\nExamples?:\n {2}/);
      expect(command.description(), command.name()).not.toBe('');
      const prints = !['agent', 'hub', 'pull', 'schema', 'docs', 'export'].includes(command.name());
      expect(
        command.options.some(({ long }) => long === '--json'),
        command.name(),
      ).toBe(prints);
    }
  });
});

describe('config', () => {
  test('check finds out whose file it is', async () => {
    expect(await run(['config', 'check', 'agent.yaml'])).toMatchObject({ code: 0, stdout: 'agent.yaml: ok, agent\n' });
    expect(await run(['config', 'check', 'hub.yaml'])).toMatchObject({ code: 0, stdout: 'hub.yaml: ok, hub\n' });
  });

  test('check lists all mistakes and exits with 2', async () => {
    const { code, stdout, stderr } = await run(['config', 'check', 'bad.yaml']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.split('\n')).toEqual([
      'bad.yaml:1:1: buffer: is missing; write it with path',
      'bad.yaml:1:1: hub: is missing; write it with url',
      expect.stringMatching(/^bad\.yaml:1:7: edge: "Store" is not allowed here/),
      expect.stringMatching(/^bad\.yaml:2:1: hbu: is not a known option; did you mean "hub"\?/),
      expect.stringMatching(/^bad\.yaml:3:10: sources: has 0 entries/),
      'tributary: 5 mistakes in the configuration; nothing was started',
      '',
    ]);
  });

  test('check --json', async () => {
    const { code, stdout } = await run(['config', 'check', '--json', '--role', 'hub', 'agent.yaml']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, role: 'hub', mistakes: expect.any(Array) });
  });

  test('a role refuses a wrong file in the same way, and a file that is not there', async () => {
    const bad = await run(['agent', '--config', 'bad.yaml']);
    expect(bad.code).toBe(2);
    expect(bad.stderr).toContain('nothing was started');
    const gone = await run(['hub', '--config', 'gone.yaml']);
    expect(gone.code).toBe(2);
    expect(gone.stderr).toContain("gone.yaml: can't be read");
  });

  test('schema prints JSON', async () => {
    const { code, stdout } = await run(['config', 'schema', 'hub']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ title: 'tributary hub', type: 'object' });
  });

  test('docs writes both pages', async () => {
    expect((await run(['config', 'docs', '--dir', 'pages'])).code).toBe(0);
    expect(readFileSync(join(folder, 'pages', 'agent.md'), 'utf8')).toContain('# Configuration of the agent');
    expect(readFileSync(join(folder, 'pages', 'hub.md'), 'utf8')).toContain('# Configuration of the hub');
  });
});

test('token new prints a token once and the line that the hub needs', async () => {
  const { code, stdout } = await run(['token', 'new', '--edge', 'store-217', '--json']);
  expect(code).toBe(0);
  const { token, line } = JSON.parse(stdout) as { token: string; line: string };
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(line).toBe(`store-217: ${hashToken(token)}`);
  expect((await run(['token', 'new', '--edge', 'store-217'])).stdout).not.toContain(token);
});

test('verify needs to know where central Kafka is', async () => {
  expect(await run(['verify'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--config or --brokers') });
});

describe('status and edge', () => {
  const well = {
    edge: 'store-1',
    state: 'online',
    lastContactMs: 999_000,
    agentVersion: '0.1.0',
    linkState: 'up',
    bufferBytes: 1536,
    bufferMaxBytes: 1 << 30,
    oldestAgeMs: 90_000,
    captured: 100,
    buffered: 7,
    gaps: 1,
    agentDelivered: 92,
    unaccounted: 0,
    delivered: 92,
    deadLettered: 0,
    hubGaps: 1,
    places: 2,
    heldEpochs: 0,
    forks: 0,
  };
  const asked: string[] = [];
  let edges: object[] = [well];
  let server: Server;
  let hub: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => {
        asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''} ${body}`.trim());
        const answer = (status: number, json: object): void => {
          response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
        };
        if (request.headers.authorization !== 'Bearer hush') return answer(401, { message: 'no token', hint: null });
        if (request.method === 'POST') return answer(200, { edge: 'store-1', state: 'open', reason: 'accepted' });
        const second = request.url?.includes('after=');
        const pages = edges.length > 1 ? [[edges[0]], edges.slice(1)] : [edges];
        return answer(200, {
          nowMs: 1_000_000,
          total: edges.length,
          next: pages.length > 1 && !second ? 'store-1' : null,
          edges: second ? pages[1] : pages[0],
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    hub = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    mkdirSync(join(folder, '.tributary'), { recursive: true });
    writeFileSync(join(folder, '.tributary', 'up.json'), JSON.stringify({ hubUrl: hub }));
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
  });
  const env = { TRIBUTARY_TOKEN: 'hush' };

  test('a table; the hub of "tributary up" in this folder is the default', async () => {
    edges = [well];
    const { code, stdout } = await run(['status'], env);
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        'EDGE     STATE   LINK  CAPTURED  DELIVERED  BUFFERED  GAPS  IN LEDGER  BUFFER   OLDEST  CONTACT    FORKS',
        'store-1  online  up         100         92         7     1         92  1.5 KiB  90 s    1.0 s ago      0',
        '',
      ].join('\n'),
    );
  });

  test('all pages, and exit code 3 with a line for each edge that is not well', async () => {
    edges = [well, { ...well, edge: 'store-2', state: 'offline', heldEpochs: 1, captured: null, unaccounted: null }];
    const { code, stdout } = await run(['status', '--hub', hub], env);
    expect(code).toBe(3);
    expect(stdout).toContain('store-2: offline\n');
    expect(stdout).toContain('store-2: an epoch waits for your word');
    const json = await run(['status', '--json'], env);
    expect(json.code).toBe(3);
    expect(JSON.parse(json.stdout)).toMatchObject({ total: 2, edges: [{ edge: 'store-1' }, { edge: 'store-2' }] });
    edges = [{ ...well, linkState: 'stuck' }];
    expect((await run(['status'], env)).stdout).toContain('store-1: its link is "stuck"');
    edges = [{ ...well, unaccounted: -2 }];
    expect((await run(['status'], env)).code).toBe(3);
    edges = [{ ...well, deadLettered: 2 }];
    const dead = await run(['status'], env);
    expect(dead.code).toBe(0);
    expect(dead.stdout).toContain('store-1: 2 of its delivered records are in the dead-letter topic');
  });

  test('a hub that is away or refuses is one clear error and exit code 1', async () => {
    const away = await run(['status', '--hub', 'http://127.0.0.1:1']);
    expect(away).toMatchObject({ code: 1, stdout: '' });
    expect(away.stderr).toMatch(
      /^tributary: ask the hub failed for http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED.*--hub\.\n$/,
    );
    const refused = await run(['status']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('it answered 401: no token. Set TRIBUTARY_TOKEN');
    expect((await run(['status', '--hub', 'nonsense'])).code).toBe(2);
  });

  test('edge accept tells the hub', async () => {
    const { code, stdout } = await run(['edge', 'accept', 'store-1', 'a'.repeat(24)], env);
    expect([code, stdout]).toEqual([0, `epoch ${'a'.repeat(24)} of store-1 is open: accepted\n`]);
    expect(asked.at(-1)).toBe(`POST /v1/edges/store-1/epochs/${'a'.repeat(24)} Bearer hush {"decision":"accept"}`);
  });
});
