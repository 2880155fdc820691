/** Agents and hubs as processes of their own, measured from outside: by their status page and /proc. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { MeasuredProcess } from './measure.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/tributary.js', import.meta.url));
const UP_WITHIN_MS = 60_000;

export interface Role {
  readonly process: MeasuredProcess;
  readonly telemetryUrl: string;
  readonly url: string;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function start(role: 'agent' | 'hub', dir: string, name: string, yaml: string, url: string): Promise<Role> {
  mkdirSync(dir, { recursive: true });
  const port = await freePort();
  const path = join(dir, `${name}.yaml`);
  writeFileSync(path, `${yaml}\ntelemetry: { listen: "127.0.0.1:${port}", log: warn }\n`);
  const child = MeasuredProcess.spawn(process.execPath, [LAUNCHER, role, '--config', path]);
  const telemetryUrl = `http://127.0.0.1:${port}`;
  await until(async () => (await get(`${telemetryUrl}/healthz`)) !== null, `${name} to come up`);
  return { process: child, telemetryUrl, url };
}

export async function startHub(dir: string, brokers: readonly string[]): Promise<Role> {
  const port = await freePort();
  const yaml = [`kafka: { brokers: ${JSON.stringify(brokers)} }`, `listen: "127.0.0.1:${port}"`].join('\n');
  const role = await start('hub', dir, 'hub', yaml, `http://127.0.0.1:${port}`);
  await until(async () => (await get(`${role.telemetryUrl}/readyz`)) !== null, 'the hub to own its shards');
  return role;
}

/** `source` is the YAML of one source; a hub that is not there where `hubUrl` is left out. */
export function startAgent(dir: string, edge: string, source: string | null, hubUrl?: string): Promise<Role> {
  const idle = `http: { listen: "127.0.0.1:0" }`;
  const yaml = [
    `edge: ${edge}`,
    `hub: { url: "${hubUrl ?? 'http://127.0.0.1:9'}" }`,
    `buffer: { path: ${join(dir, `${edge}.db`)}, maxBytes: 20GiB }`,
    `sources:\n  - ${source ?? idle}`,
  ].join('\n');
  return start('agent', dir, edge, yaml, '');
}

export interface AgentCounts {
  readonly captured: number;
  readonly delivered: number;
}

export const countsOf = async (agent: Role): Promise<AgentCounts> =>
  (await get<AgentCounts>(`${agent.telemetryUrl}/status`)) ?? { captured: 0, delivered: 0 };

export async function until(
  is: () => Promise<boolean>,
  what: string,
  withinMs = UP_WITHIN_MS,
  everyMs = 20,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await is())) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms in vain for ${what}`);
    await sleep(everyMs);
  }
}

/** The JSON of a page; null where it does not answer with 200. */
export async function get<T>(url: string): Promise<T | null> {
  try {
    const answer = await request(url);
    if (answer.statusCode === 200) return (await answer.body.json()) as T;
    await answer.body.dump();
  } catch {
    // Not up yet.
  }
  return null;
}
