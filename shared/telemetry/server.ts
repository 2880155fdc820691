/**
 * The pages that machines look at, on an address of their own:
 *
 *     /metrics   Prometheus text: the process's own and Tributary's
 *     /healthz   200 while the process is alive and its event loop turns; 503 asks to be restarted
 *     /readyz    200 when every check passes, else 503; the body lists each with reason and since when
 *     others     named by the caller: a snapshot as JSON
 *
 * No page changes anything, none shows a secret, and none waits for the outside world.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics } from 'prom-client';
import { type Clock, systemClock } from '../clock.ts';
import { reasonOf, TributaryError } from '../errors.ts';
import { type Check, Checks } from './checks.ts';
import { Jobs } from './jobs.ts';
import { LoopLag } from './loopLag.ts';
import type { Telemetry } from './telemetry.ts';

export interface TelemetryServerOptions {
  /** Port 0: any free one, see {@link TelemetryServer.address}. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly telemetry: Telemetry;
  readonly checks: readonly Check[];
  /** More pages: path -> what is shown there, as JSON. */
  readonly pages?: Readonly<Record<string, () => unknown>>;
  readonly clock?: Clock;
  /** How often the checks are asked when nobody looks. */
  readonly checkEveryMs?: number;
}

const REQUEST_MS = 10_000;
const MAX_CONNECTIONS = 64;

interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export class TelemetryServer {
  readonly #server: Server;
  readonly #jobs: Jobs;
  readonly #lag: LoopLag;

  private constructor(server: Server, jobs: Jobs, lag: LoopLag) {
    this.#server = server;
    this.#jobs = jobs;
    this.#lag = lag;
  }

  /** @throws TributaryError `configInvalid`: the address can't be had */
  static async open(options: TelemetryServerOptions): Promise<TelemetryServer> {
    const { telemetry, clock = systemClock, listen } = options;
    const checks = new Checks(options.checks, telemetry, clock);
    const jobs = new Jobs(telemetry, clock);
    const lag = new LoopLag(clock);
    const find = pages(options, checks, lag);
    const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, (request, response) => {
      void answer(request, response, find);
    });
    server.maxConnections = MAX_CONNECTIONS;
    await listenOn(server, listen);
    collectDefaultMetrics({ register: telemetry.registry });
    jobs.start({
      name: 'readiness_checks',
      everyMs: options.checkEveryMs ?? 5_000,
      atOnce: true,
      run: async () => void (await checks.look()),
    });
    return new TelemetryServer(server, jobs, lag);
  }

  /** Where it really listens. */
  get address(): { readonly host: string; readonly port: number } {
    const { address, port } = this.#server.address() as AddressInfo;
    return { host: address, port };
  }

  async close(): Promise<void> {
    this.#lag.close();
    await this.#jobs.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}

type Find = (path: string) => (() => Page | Promise<Page>) | null;

function pages(options: TelemetryServerOptions, checks: Checks, lag: LoopLag): Find {
  const { registry } = options.telemetry;
  const own: Record<string, () => Page | Promise<Page>> = {
    '/metrics': async () => ({ status: 200, type: registry.contentType, body: await registry.metrics() }),
    '/healthz': () => {
      const lagMs = lag.typicalMs();
      const ok = lagMs <= LoopLag.SANE_MS;
      const reason = ok ? {} : { reason: 'the event loop is held up' };
      return json(ok ? 200 : 503, { status: ok ? 'alive' : 'stalled', ...reason, loopLagMs: Math.round(lagMs) });
    },
    '/readyz': async () => {
      const { ready, checks: states } = await checks.look();
      return json(ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', checks: states });
    },
  };
  return (path) => {
    if (Object.hasOwn(own, path)) return own[path]!;
    const more = options.pages ?? {};
    return Object.hasOwn(more, path) ? () => json(200, more[path]!()) : null;
  };
}

const json = (status: number, body: unknown): Page => ({
  status,
  type: 'application/json; charset=utf-8',
  body: `${JSON.stringify(body)}\n`,
});

async function answer(request: IncomingMessage, response: ServerResponse, find: Find): Promise<void> {
  const page = await pageFor(request, find).catch((error: unknown) => json(500, { error: reasonOf(error) }));
  response.writeHead(page.status, { 'content-type': page.type, 'cache-control': 'no-store' });
  response.end(request.method === 'HEAD' ? undefined : page.body);
}

async function pageFor(request: IncomingMessage, find: Find): Promise<Page> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return json(405, { error: 'only GET and HEAD' });
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const page = find(path);
  return page ? await page() : json(404, { error: `there is no page ${path.slice(0, 100)}` });
}

async function listenOn(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new TributaryError({
          code: 'configInvalid',
          operation: 'open telemetry pages',
          subject: `${host}:${port}`,
          reason: reasonOf(error),
          hint: 'Set telemetry.listen to an address that is free.',
          retry: 'final',
          cause: error,
        }),
      );
    });
    server.listen({ host, port }, resolve);
  });
}
