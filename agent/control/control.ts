/**
 * Control: what an agent and its hub say beside the data, on a connection of its own, so that a full data connection
 * can't hold it up.
 *
 * - `hello` opens a session when the forwarder asks for one.
 * - Every `heartbeatMs` (with jitter) a heartbeat reports totals, link and sources; its answer brings credit and the hub's
 *   time. On a slow link it comes more rarely: so that it takes about a tenth of the time, within a bound.
 * - A session that opens after heartbeats failed (or at the start) brings one at once, so that the fleet is up to date.
 * - A heartbeat that fails is counted, and the next one is tried; the data does not notice. One that is refused (token,
 *   edge) is tried again after a minute, or when a session opens.
 *
 * Lifecycle: `open` starts the heartbeats; `hello` works before that. After `close` both fail.
 */
import { type Clock, systemClock } from '../../shared/clock.ts';
import { reasonOf } from '../../shared/errors.ts';
import type { EdgeId } from '../../shared/identity.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import {
  decodeHeartbeatAnswer,
  decodeWelcome,
  encodeHeartbeat,
  encodeHello,
  type Heartbeat,
  type Hello,
  PROTOCOL,
  type Welcome,
} from '../../shared/wire/index.ts';
import type { HubTime } from '../buffer/index.ts';
import { type Dial, dialHub, type HubAddress, type HubLine } from '../forward/connection.ts';
import { HubFault, malformed } from '../forward/fault.ts';
import type { SessionLane } from '../forward/session.ts';
import { Wake } from '../forward/wake.ts';
import { heartbeatAnswered, heartbeatFailed } from './events.ts';

export interface ControlOptions {
  readonly edge: EdgeId;
  readonly agentVersion: string;
  readonly hub: HubAddress;
  readonly telemetry: Telemetry;
  /** What the next heartbeat says. */
  readonly report: () => Report;
  /** What an answer said about credit, and how long it took. */
  readonly onCredit?: (term: number, creditBytes: number, roundTripMs: number) => void;
  /** What an answer said about the time, before anything else is done with it. */
  readonly onHubTime?: (time: HubTime) => void;
  readonly heartbeatMs?: number;
  readonly timeoutMs?: number;
  /** Default: HTTP. */
  readonly dial?: Dial;
  readonly clock?: Clock;
  readonly random?: () => number;
}

export type Report = Omit<Heartbeat, 'version' | 'edge' | 'agentVersion' | 'wallMs'>;

const HEARTBEAT_MS = 5_000;
const TIMEOUT_MS = 10_000;
/** Between two heartbeats of an agent that the hub refuses. */
const REFUSED_MS = 60_000;
/** A slow link stretches the interval at most so far. */
const MAX_STRETCH = 6;

export class Control implements SessionLane {
  readonly #options: ControlOptions;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #pause: Wake;
  #connection: HubLine | null = null;
  #loop: Promise<void> | null = null;
  #closing = false;
  #skewMs: number | null = null;
  /** Whether the last heartbeat had its answer. */
  #answered = false;

  constructor(options: ControlOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#pause = new Wake(this.#clock);
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  }

  open(): void {
    this.#loop = this.#beat();
  }

  /** The hub's wall clock less this machine's; null before the first answer. */
  get skewMs(): number | null {
    return this.#skewMs;
  }

  /** @throws HubFault */
  async hello(hello: Hello): Promise<Welcome> {
    const sentMs = this.#clock.monotonicMs();
    const body = await this.#post('/v1/session', encodeHello(hello));
    const welcome = read(decodeWelcome, body, 'a welcome');
    this.#noteTime(welcome.wallMs, sentMs);
    if (!this.#answered) this.#pause.wake();
    return welcome;
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#connection?.close();
    this.#pause.wake();
    await this.#loop;
  }

  async #beat(): Promise<void> {
    const { heartbeatMs = HEARTBEAT_MS, random = Math.random } = this.#options;
    while (!this.#closing) {
      const pauseMs = await this.#beatOnce(heartbeatMs);
      if (!this.#closing) await this.#pause.nap(pauseMs * (0.8 + 0.4 * random()));
    }
  }

  /** Returns how long to pause: where the link is slow, so long that the data has most of it. */
  async #beatOnce(heartbeatMs: number): Promise<number> {
    const startedMs = this.#clock.monotonicMs();
    try {
      await this.#heartbeat();
      this.#answered = true;
    } catch (error) {
      this.#answered = false;
      this.#options.telemetry.emit(heartbeatFailed, { reason: reasonOf(error) });
      const refused = error instanceof HubFault && error.kind === 'refused';
      return refused ? Math.max(heartbeatMs, REFUSED_MS) : heartbeatMs;
    }
    const tookMs = this.#clock.monotonicMs() - startedMs;
    return Math.max(heartbeatMs, Math.min(10 * tookMs, MAX_STRETCH * heartbeatMs));
  }

  async #heartbeat(): Promise<void> {
    const { edge, agentVersion, report, onCredit, telemetry } = this.#options;
    const sentMs = this.#clock.monotonicMs();
    const heartbeat = { ...report(), version: PROTOCOL.max, edge, agentVersion, wallMs: this.#clock.now() };
    const body = await this.#post('/v1/heartbeat', encodeHeartbeat(heartbeat));
    const answer = read(decodeHeartbeatAnswer, body, 'a heartbeat answer');
    const skewMs = this.#noteTime(answer.wallMs, sentMs);
    const roundTripMs = this.#clock.monotonicMs() - sentMs;
    telemetry.emit(heartbeatAnswered, { roundTripMs, skewMs });
    onCredit?.(answer.term, answer.creditBytes, roundTripMs);
  }

  #noteTime(hubWallMs: number, sentMs: number): number {
    const errorMs = (this.#clock.monotonicMs() - sentMs) / 2;
    const skewMs = Math.round(hubWallMs - (this.#clock.now() - errorMs));
    this.#skewMs = skewMs;
    this.#options.onHubTime?.({ monotonicMs: sentMs + errorMs, hubMs: hubWallMs, errorMs });
    return skewMs;
  }

  #post(path: string, body: Buffer): Promise<Buffer> {
    if (this.#connection === null || this.#connection.gone) this.#connection = this.#connect();
    return this.#connection.post({ path, body, answerTimeoutMs: this.#timeoutMs });
  }

  #connect(): HubLine {
    const { hub, agentVersion, dial = dialHub } = this.#options;
    return dial({
      hub,
      pipelining: 1,
      connectTimeoutMs: this.#timeoutMs,
      bodyTimeoutMs: this.#timeoutMs,
      userAgent: `tributary/${agentVersion}`,
    });
  }
}

function read<T>(decode: (body: Buffer) => T, body: Buffer, what: string): T {
  try {
    return decode(body);
  } catch (error) {
    throw malformed(error, what);
  }
}
