import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { TributaryError } from '../../shared/errors.ts';
import type { EdgeId } from '../../shared/identity.ts';
import { limits } from '../../shared/limits.ts';
import { Jobs } from '../../shared/telemetry/jobs.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { bounds } from '../../shared/wire/index.ts';
import { Access, isLoopback } from './access.ts';
import { AgentRequests } from './agentRequests.ts';
import { type MoreRoutes, makeApp } from './app.ts';
import { BODY_SETTINGS, type BodySettings } from './body.ts';
import { BodyBudget } from './budget.ts';
import { Connections } from './connections.ts';
import { Contacts } from './contacts.ts';
import { edgesBelieved, listening } from './events.ts';
import type { ReceiveParts } from './parts.ts';
import { closeApp, type KeyPair, listenOn, makeServer, urlOf } from './tlsServer.ts';
import { type UploadSettings, Uploads } from './uploads.ts';
import type { WatchedFiles } from './watchedFiles.ts';

export interface ReceiveSettings {
  readonly listen: { readonly host: string; readonly port: number };
  /** Paths of PEM files, read again when they change. Without: plain HTTP, on this machine only. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly edgeTokensPath?: string | undefined;
  readonly operatorTokensPath?: string | undefined;
  /** How often token and certificate files are looked at. */
  readonly reloadEveryMs?: number;
  readonly body?: BodySettings;
  readonly bodyBytes?: number;
  readonly bodyBytesPerEdge?: number;
  readonly uploads?: UploadSettings;
  /** How long {@link HubServer.close} waits for requests under way. */
  readonly drainMs?: number;
}

export interface ReceiveProgress {
  readonly listening: boolean;
  readonly edgesConnected: number;
  readonly bodyBytesHeld: number;
  /** Handed on and not answered yet. */
  readonly shipmentsWaiting: number;
  /** Since the start. */
  readonly shipmentsSettled: number;
}

export interface ReceiveDeps {
  readonly parts: ReceiveParts;
  readonly telemetry: Telemetry;
  readonly contacts?: Contacts;
  readonly clock?: Clock;
  /** Where looking at files is shown beside the process's other background jobs. */
  readonly jobs?: Jobs;
  readonly more?: MoreRoutes;
}

export class HubServer {
  readonly #app: FastifyInstance;
  readonly #server: Server;
  readonly #access: Access;
  readonly #certificate: WatchedFiles<KeyPair> | null;
  readonly #connections: Connections;
  readonly #data: BodyBudget;
  readonly #requests: AgentRequests;
  readonly #drainMs: number;
  #closing = false;

  /** @throws TributaryError `configInvalid`: not safe as configured, a file is unusable, or the address can't be had */
  static async open(settings: ReceiveSettings, deps: ReceiveDeps): Promise<HubServer> {
    refuseUnsafe(settings);
    const { telemetry } = deps;
    const everyMs = settings.reloadEveryMs ?? 2_000;
    const jobs = deps.jobs ?? new Jobs(telemetry, deps.clock);
    const access = await Access.open({ ...settings, reloadEveryMs: everyMs }, telemetry, jobs);
    let hub: HubServer | null = null;
    try {
      const { server, certificate } = await makeServer(settings, { everyMs, telemetry, jobs });
      hub = new HubServer(settings, deps, access, server, certificate);
      await listenOn(hub.#app, settings.listen);
    } catch (error) {
      await access.close();
      await hub?.close();
      throw error;
    }
    const address = hub.url;
    telemetry.emit(listening, { address, tls: settings.tls !== undefined, tokens: access.hasEdgeTokens });
    if (!access.hasEdgeTokens) telemetry.emit(edgesBelieved, { address });
    return hub;
  }

  private constructor(
    settings: ReceiveSettings,
    deps: ReceiveDeps,
    access: Access,
    server: Server,
    certificate: WatchedFiles<KeyPair> | null,
  ) {
    const { telemetry, parts } = deps;
    const clock = deps.clock ?? systemClock;
    this.#access = access;
    this.#server = server;
    this.#certificate = certificate;
    this.#drainMs = settings.drainMs ?? 15_000;
    this.#connections = new Connections(telemetry);
    this.#data = new BodyBudget(
      {
        lane: 'data',
        totalBytes: settings.bodyBytes ?? limits.hubBodyBytes,
        perEdgeBytes: settings.bodyBytesPerEdge ?? limits.hubBodyBytesPerEdge,
        minCreditBytes: limits.shipmentBytes,
      },
      telemetry,
    );
    const control = new BodyBudget(
      {
        lane: 'control',
        totalBytes: 16 * bounds.smallBodyBytes,
        perEdgeBytes: 2 * bounds.smallBodyBytes,
        minCreditBytes: 0,
      },
      telemetry,
    );
    this.#requests = new AgentRequests({
      parts,
      access,
      connections: this.#connections,
      contacts: deps.contacts ?? new Contacts(clock),
      data: this.#data,
      control,
      uploads: new Uploads(clock, telemetry, settings.uploads),
      body: settings.body ?? BODY_SETTINGS,
      clock,
      telemetry,
    });
    const isClosing = () => this.#closing;
    this.#app = makeApp({
      server,
      requests: this.#requests,
      parts,
      access,
      telemetry,
      isClosing,
      more: deps.more ?? {},
    });
  }

  /** `http://127.0.0.1:8443`, with the port that was given. */
  get url(): string {
    return urlOf(this.#server, this.#certificate !== null);
  }

  /** Facts for health and status. */
  progress(): ReceiveProgress {
    return {
      listening: this.#server.listening && !this.#closing,
      edgesConnected: this.#connections.edges,
      bodyBytesHeld: this.#data.heldBytes,
      ...this.#requests.progress(),
    };
  }

  /** Edges that have a token. */
  expected(): Iterable<EdgeId> {
    return this.#access.expected();
  }

  isConnected(edge: string): boolean {
    return this.#connections.isConnected(edge);
  }

  /** Reads token and certificate files again now (SIGHUP). */
  async reload(): Promise<void> {
    await Promise.all([this.#access.reload(), this.#certificate?.reload()]);
  }

  /** Takes no new request, waits for those under way, ends all connections. */
  async close(): Promise<void> {
    this.#closing = true;
    try {
      await closeApp(this.#app, this.#server, this.#drainMs);
    } finally {
      await this.#access.close();
      await this.#certificate?.close();
    }
  }
}

/** Tokens and records go over networks encrypted, and only to whom has shown a token. */
function refuseUnsafe({ listen, tls, edgeTokensPath }: ReceiveSettings): void {
  if (isLoopback(listen.host)) return;
  const missing = [tls ? '' : 'tls.cert and tls.key', edgeTokensPath ? '' : 'edges.tokens'].filter(Boolean);
  if (missing.length === 0) return;
  throw new TributaryError({
    code: 'configInvalid',
    operation: 'listen',
    subject: `${listen.host}:${listen.port}`,
    reason: `other machines can connect there, and ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set`,
    hint: 'Set them, or listen on 127.0.0.1.',
    retry: 'final',
  });
}
