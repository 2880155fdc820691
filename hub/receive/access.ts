/**
 * Who is asking. An edge is what its token says, never what a body says. Without a token file, which is allowed only
 * where nobody but this machine can connect, the body is believed. Operators have tokens of their own; a peer on this
 * machine needs none.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { TributaryError } from '../../shared/errors.ts';
import { type EdgeId, isEdgeId } from '../../shared/identity.ts';
import type { Jobs } from '../../shared/telemetry/jobs.ts';
import { Seldom } from '../../shared/telemetry/seldom.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { accessDenied, accessDeniedAgain } from './events.ts';
import { bearerOf, TokenTable } from './tokens.ts';
import { WatchedFiles } from './watchedFiles.ts';

export interface AccessSettings {
  readonly edgeTokensPath?: string | undefined;
  readonly operatorTokensPath?: string | undefined;
  readonly reloadEveryMs: number;
}

/** The part of a request that says who is asking. */
export interface Asker {
  readonly headers: IncomingHttpHeaders;
  readonly remote: string;
}

/** A stranger who knocks again and again gets a line so often. */
const SAID_EVERY_MS = 10 * 60_000;
const OPERATOR = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

const HINT = {
  edge: '"tributary token new --edge" makes a token: set it as hub.token of the agent, and write its line into the file edges.tokens of the hub.',
  operator:
    '"tributary token new --operator" makes a token: write its line into the file operators.tokens of the hub, and send it as `Authorization: Bearer <token>` (TRIBUTARY_TOKEN for the command line).',
} as const;

export class Access {
  readonly #edges: WatchedFiles<TokenTable> | null;
  readonly #operators: WatchedFiles<TokenTable> | null;
  readonly #telemetry: Telemetry;
  readonly #seldom = new Seldom(SAID_EVERY_MS);

  private constructor(
    edges: WatchedFiles<TokenTable> | null,
    operators: WatchedFiles<TokenTable> | null,
    telemetry: Telemetry,
  ) {
    this.#edges = edges;
    this.#operators = operators;
    this.#telemetry = telemetry;
  }

  /** @throws TributaryError `configInvalid`; the errors of reading the files */
  static async open(settings: AccessSettings, telemetry: Telemetry, jobs: Jobs): Promise<Access> {
    const table = async (what: string, path: string | undefined, isName: (name: string) => boolean) => {
      if (path === undefined) return null;
      const parse = ([text = '']: readonly string[]) => TokenTable.parse(`${what} in ${path}`, text, isName);
      return WatchedFiles.open({ what, paths: [path], parse, telemetry, jobs, everyMs: settings.reloadEveryMs });
    };
    const edges = await table('edge tokens', settings.edgeTokensPath, isEdgeId);
    try {
      const isOperator = (name: string) => OPERATOR.test(name);
      return new Access(edges, await table('operator tokens', settings.operatorTokensPath, isOperator), telemetry);
    } catch (error) {
      await edges?.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#edges?.close(), this.#operators?.close()]);
  }

  async reload(): Promise<void> {
    await Promise.all([this.#edges?.reload(), this.#operators?.reload()]);
  }

  get hasEdgeTokens(): boolean {
    return this.#edges !== null;
  }

  /** The edge that the token says; null: there are no tokens here, the body is believed. @throws TributaryError `unauthorized` */
  edgeOf(asker: Asker): EdgeId | null {
    if (this.#edges === null) {
      if (!isLocal(asker)) throw this.#denied('edge', asker, 'without edge tokens only this machine is served');
      return null;
    }
    const token = bearerOf(asker.headers.authorization);
    if (token === null) throw this.#denied('edge', asker, 'the request has no bearer token');
    const edge = this.#edges.value.whose(token);
    if (edge === null) throw this.#denied('edge', asker, 'the token is not known');
    return edge as EdgeId;
  }

  /** @throws TributaryError `wrongEdge` */
  refuseOther(edge: EdgeId | null, claimed: EdgeId, asker: Asker): void {
    if (edge === null || edge === claimed) return;
    this.#sayDenied('edge', asker, `it says that it is ${claimed} and has the token of ${edge}`);
    throw new TributaryError({
      code: 'wrongEdge',
      operation: 'authenticate',
      subject: claimed,
      reason: `the token is that of ${edge}`,
      hint: 'Give each edge its own token (hub.token), or set `edge` to the name that the token was made for.',
      retry: 'final',
    });
  }

  /** The operator's name; null: a peer on this machine. @throws TributaryError `unauthorized` */
  operatorOf(asker: Asker): string | null {
    const token = bearerOf(asker.headers.authorization);
    const operator = token === null ? null : (this.#operators?.value.whose(token) ?? null);
    if (operator !== null) return operator;
    if (token !== null) throw this.#denied('operator', asker, 'the token is not known');
    if (isLocal(asker)) return null;
    throw this.#denied('operator', asker, 'the request has no bearer token, and it is not from this machine');
  }

  /** Edges that have a token. */
  expected(): Iterable<EdgeId> {
    return (this.#edges?.value.names ?? []) as Iterable<EdgeId>;
  }

  #denied(who: 'edge' | 'operator', asker: Asker, why: string): TributaryError {
    this.#sayDenied(who, asker, why);
    return new TributaryError({
      code: 'unauthorized',
      operation: 'authenticate',
      subject: `${who} at ${asker.remote}`,
      reason: why,
      hint: HINT[who],
      retry: 'final',
    });
  }

  #sayDenied(who: 'edge' | 'operator', { remote }: Asker, why: string): void {
    const event = this.#seldom.says(`${who} ${remote} ${why}`) ? accessDenied : accessDeniedAgain;
    this.#telemetry.emit(event, { who, remote, why });
  }
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

export function isLoopback(address: string): boolean {
  if (address === 'localhost') return true;
  const mapped = address.toLowerCase().startsWith('::ffff:') ? address.slice(7) : address;
  const version = isIP(mapped);
  return version !== 0 && LOOPBACK.check(mapped, version === 6 ? 'ipv6' : 'ipv4');
}

const originHost = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null);

/**
 * Whether it is really this machine that asks: not through a proxy on it, and not a web page that a browser on it was
 * made to believe to be ours by a name that points here, or that comes from elsewhere and only sends.
 */
function isLocal({ headers, remote }: Asker): boolean {
  if (!isLoopback(remote) || headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined) return false;
  if (headers.origin !== undefined && originHost(headers.origin) !== headers.host) return false;
  const host = (headers.host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return isLoopback(host);
}
