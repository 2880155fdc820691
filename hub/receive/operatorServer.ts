/** A door for operators only: a process of pulls has no agents. Who may come in is decided as at the hub. */
import type { Server } from 'node:http';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { type ListenAddress, listenText } from '../../shared/config/address.ts';
import { TributaryError } from '../../shared/errors.ts';
import { Jobs } from '../../shared/telemetry/jobs.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { Access, isLoopback } from './access.ts';
import { bareApp, operatorScope } from './app.ts';
import { closeApp, type KeyPair, listenOn, makeServer, urlOf } from './tlsServer.ts';
import type { WatchedFiles } from './watchedFiles.ts';

export interface OperatorServerSettings {
  readonly listen: ListenAddress;
  /** Paths of PEM files, read again when they change. Without: plain HTTP, on this machine only. */
  readonly tls?: KeyPair | undefined;
  readonly operatorTokensPath?: string | undefined;
}

export interface OperatorServerDeps {
  readonly operators: FastifyPluginAsync;
  /** A page without data. */
  readonly everybody: FastifyPluginAsync;
  readonly telemetry: Telemetry;
}

const RELOAD_EVERY_MS = 2_000;
const DRAIN_MS = 10_000;

export class OperatorServer {
  readonly #app: FastifyInstance;
  readonly #server: Server;
  readonly #access: Access;
  readonly #certificate: WatchedFiles<KeyPair> | null;
  #closing = false;

  /** @throws TributaryError `configInvalid`: not safe as configured, a file is unusable, or the address can't be had */
  static async open(settings: OperatorServerSettings, deps: OperatorServerDeps): Promise<OperatorServer> {
    refuseUnsafe(settings);
    const { telemetry } = deps;
    const jobs = new Jobs(telemetry);
    const { operatorTokensPath } = settings;
    const access = await Access.open(
      { edgeTokensPath: undefined, operatorTokensPath, reloadEveryMs: RELOAD_EVERY_MS },
      telemetry,
      jobs,
    );
    let opened: OperatorServer | null = null;
    try {
      const { server, certificate } = await makeServer(settings, { everyMs: RELOAD_EVERY_MS, telemetry, jobs });
      opened = new OperatorServer(deps, access, server, certificate);
      await listenOn(opened.#app, settings.listen);
      return opened;
    } catch (error) {
      if (opened) await opened.close();
      else await access.close();
      throw error;
    }
  }

  private constructor(
    { operators, everybody, telemetry }: OperatorServerDeps,
    access: Access,
    server: Server,
    certificate: WatchedFiles<KeyPair> | null,
  ) {
    this.#access = access;
    this.#server = server;
    this.#certificate = certificate;
    this.#app = bareApp({ server, telemetry, isClosing: () => this.#closing });
    this.#app.register(everybody);
    this.#app.register(operatorScope(operators, access));
  }

  get url(): string {
    return urlOf(this.#server, this.#certificate !== null);
  }

  /** Reads token and certificate files again now. */
  async reload(): Promise<void> {
    await Promise.all([this.#access.reload(), this.#certificate?.reload()]);
  }

  async close(): Promise<void> {
    this.#closing = true;
    try {
      await closeApp(this.#app, this.#server, DRAIN_MS);
    } finally {
      await this.#access.close();
      await this.#certificate?.close();
    }
  }
}

/** Tokens go over networks encrypted; without tokens nobody but this machine is served. */
function refuseUnsafe({ listen, tls, operatorTokensPath }: OperatorServerSettings): void {
  if (isLoopback(listen.host)) return;
  const missing = [tls ? '' : 'a certificate with its key', operatorTokensPath ? '' : "operators' tokens"].filter(
    Boolean,
  );
  if (missing.length === 0) return;
  throw new TributaryError({
    code: 'configInvalid',
    operation: 'listen',
    subject: listenText(listen),
    reason: `other machines can connect there, and ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not given`,
    hint: 'Give them (--tls-cert, --tls-key, --operators), or listen on 127.0.0.1.',
    retry: 'final',
  });
}
