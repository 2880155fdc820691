/** A real server and a real wire in front of a shard that only remembers what it was given. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { onTestFinished } from 'vitest';
import {
  HubServer,
  hashToken,
  type MoreRoutes,
  type ReceiveParts,
  type ReceiveSettings,
} from '../../../hub/receive/index.ts';
import type { Settled, Verified } from '../../../hub/stages.ts';
import { verifyShipment } from '../../../hub/verify/index.ts';
import type { Term } from '../../../shared/identity.ts';
import {
  CONTENT_TYPE,
  decodeProblem,
  encodeShipment,
  type Problem,
  type Shipment,
} from '../../../shared/wire/index.ts';
import { listen } from './lines.ts';
import { HUB, shipment } from './shipments.ts';

export const TERM = 41 as Term;
export const TOKENS = { 'store-1': 'secret of store 1', 'store-2': 'secret-of-store-2' } as const;
/** Bearer tokens hold no spaces. */
export const tokenOf = (edge: keyof typeof TOKENS): string => TOKENS[edge].replaceAll(' ', '-');

export interface Harness {
  readonly server: HubServer;
  readonly url: string;
  readonly tokensPath: string;
  /** In the order of `submit`. */
  readonly submitted: Verified[];
  readonly log: ReturnType<typeof listen>;
}

export interface HarnessOptions {
  readonly settings?: Partial<ReceiveSettings>;
  readonly parts?: Partial<ReceiveParts>;
  readonly tokens?: boolean;
  readonly more?: MoreRoutes;
}

export const settledAll = (verified: Verified): Settled => ({
  term: TERM,
  streams: verified.streams.map((_, stream) => ({
    stream,
    points: verified.parcels
      .filter((parcel) => parcel.kind !== 'corrupt' && parcel.stream === stream)
      .map((parcel) => ({ next: parcel.last + 1, tip: (parcel as { tip: Buffer }).tip })),
  })),
});

export async function openHub(options: HarnessOptions = {}): Promise<Harness> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-receive-'));
  const tokensPath = join(folder, 'edges.yaml');
  await writeFile(tokensPath, tokenFile());
  const log = listen();
  const submitted: Verified[] = [];
  const parts: ReceiveParts = {
    identity: () => HUB,
    term: () => TERM,
    register: async (_edge, lineage) => ({
      term: TERM,
      positions: [],
      epochs: lineage.map(({ epoch }) => ({ epoch, state: 'open', reason: '' })),
    }),
    verify: (sent, edge, bytes) => verifyShipment(sent, { edge, bytes, mode: 'strict', telemetry: log.telemetry }),
    submit: async (verified) => {
      submitted.push(verified);
      return settledAll(verified);
    },
    ...options.parts,
  };
  const settings: ReceiveSettings = {
    listen: { host: '127.0.0.1', port: 0 },
    reloadEveryMs: 20,
    drainMs: 500,
    ...(options.tokens === false ? {} : { edgeTokensPath: tokensPath }),
    ...options.settings,
  };
  const more = options.more ?? {};
  const server = await HubServer.open(settings, { parts, telemetry: log.telemetry, more });
  onTestFinished(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });
  return { server, url: server.url, tokensPath, submitted, log };
}

export const tokenFile = (more: Record<string, string> = {}): string =>
  Object.entries({ 'store-1': tokenOf('store-1'), 'store-2': tokenOf('store-2'), ...more })
    .map(([edge, token]) => `${edge}: ${hashToken(token)}\n`)
    .join('');

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
  /** Of an answer that is not 2xx. */
  readonly problem: Problem | null;
}

export interface PostOptions {
  readonly token?: string | null;
  readonly headers?: Record<string, string>;
}

export async function post(url: string, route: string, body: Buffer, options: PostOptions = {}): Promise<Answer> {
  const token = options.token === undefined ? tokenOf('store-1') : options.token;
  const headers = {
    'content-type': CONTENT_TYPE,
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...options.headers,
  };
  const answer = await request(`${url}${route}`, { method: 'POST', body, headers });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  const problem = answer.statusCode < 300 ? null : decodeProblem(bytes);
  return { status: answer.statusCode, headers: answer.headers, body: bytes, problem };
}

export const ship = (url: string, sent: Shipment = shipment(), options: PostOptions = {}): Promise<Answer> =>
  post(url, '/v1/shipments', encodeShipment(sent), options);

/** Waits for something that will come; fails by itself where it does not. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
