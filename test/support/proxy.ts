/**
 * A TCP link that fails, between a client and a server of a test.
 *
 * Bytes pass in both directions through a delay line (latency, bandwidth) of bounded size: whoever sends faster than the
 * link is held back as by a real one. On command, or by seed, the link is
 * - cut: connections end with a reset;
 * - down: new connections are reset as well;
 * - stalled: connections stay open and nothing passes, as when a router vanishes (half-open); going on is possible;
 * - frozen: as stalled, but only the connections that are open now;
 * - a captive portal: whoever connects gets a page, and nothing reaches the server;
 * - deaf: what the server sends from now on is swallowed, so that requests arrive and answers are lost.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { seeded } from './random.ts';

export interface LinkSettings {
  /** One way. */
  latencyMs?: number;
  /** Each direction; absent: no limit. */
  bytesPerSecond?: number | undefined;
}

export interface Chaos {
  readonly seed: number;
  /** A connection is reset after so many bytes (both directions) on average, at random. */
  readonly meanBytesToReset: number;
}

export interface ProxyOptions extends LinkSettings {
  readonly targetHost?: string;
  readonly targetPort: number;
  readonly chaos?: Chaos;
  /** Default: a free port of 127.0.0.1. */
  readonly listen?: { readonly host: string; readonly port: number };
}

/** Bytes that wait in front of one direction's line, beside those that are under way in it; more wait in the sender's socket. */
const QUEUE_BYTES = 64 * 1024;
/** Under way where no bandwidth bounds them. */
const MOST_BYTES = 32 * 1024 * 1024;

export class TcpProxy {
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #links = new Set<Link>();
  readonly #settings: LinkSettings;
  #chaos: { readonly random: () => number; readonly mean: number } | null;
  #down = false;
  #stalled = false;
  #connections = 0;
  #page: string | null = null;
  #toServerBytes = 0;

  private constructor(options: ProxyOptions) {
    this.#target = { host: options.targetHost ?? '127.0.0.1', port: options.targetPort };
    this.#settings = { latencyMs: options.latencyMs ?? 0, bytesPerSecond: options.bytesPerSecond };
    this.#chaos = options.chaos ? { random: seeded(options.chaos.seed), mean: options.chaos.meanBytesToReset } : null;
    this.#server = createServer({ pauseOnConnect: true }, (client) => this.#accept(client));
  }

  static async listen(options: ProxyOptions): Promise<TcpProxy> {
    const proxy = new TcpProxy(options);
    const { host, port } = options.listen ?? { host: '127.0.0.1', port: 0 };
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject).listen(port, host, resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }
  get open(): number {
    return this.#links.size;
  }
  /** Connections taken so far. */
  get connections(): number {
    return this.#connections;
  }

  /** That have left the line towards the server. */
  get toServerBytes(): number {
    return this.#toServerBytes;
  }

  /** From now on, for what is not yet in the line. */
  set(settings: LinkSettings): void {
    Object.assign(this.#settings, settings);
  }
  /** No more random resets. */
  calm(): void {
    this.#chaos = null;
    for (const link of this.#links) link.bytesToReset = Number.POSITIVE_INFINITY;
  }

  cut(): void {
    for (const link of [...this.#links]) link.reset();
  }
  down(): void {
    this.#down = true;
    this.cut();
  }
  up(): void {
    this.#down = false;
  }
  /** Nothing passes any more, on old and new connections, until {@link TcpProxy.flow}. */
  stall(): void {
    this.#stalled = true;
    for (const link of this.#links) link.stall(true);
  }
  flow(): void {
    this.#stalled = false;
    for (const link of this.#links) link.stall(false);
  }
  /** Nothing passes any more on the connections that are open now; new ones are well. */
  freeze(): void {
    for (const link of this.#links) link.stall(true);
  }
  /** Every new connection is answered with this page; null: no more. Those that are open end. */
  portal(page: string | null): void {
    this.#page = page;
    this.cut();
  }
  /** What servers send on the connections that are open now is swallowed, after so many more bytes. */
  deafen(afterBytes = 0): void {
    for (const link of this.#links) link.toClient.swallowAfter(afterBytes);
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    this.#connections += 1;
    if (this.#down) {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    if (this.#page !== null) {
      const page = this.#page;
      client.on('error', () => undefined);
      client
        .resume()
        .end(`HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${page.length}\r\n\r\n${page}`);
      return;
    }
    const server = connect({ ...this.#target, noDelay: true });
    const link = new Link(client, server, this.#settings, {
      onEnd: () => this.#links.delete(link),
      onPassed: (bytes) => {
        this.#toServerBytes += bytes;
      },
    });
    if (this.#chaos) link.bytesToReset = Math.ceil(-Math.log(1 - this.#chaos.random()) * this.#chaos.mean);
    link.stall(this.#stalled);
    this.#links.add(link);
  }
}

interface LinkEvents {
  readonly onEnd: () => void;
  /** Bytes towards the server. */
  readonly onPassed: (bytes: number) => void;
}

class Link {
  readonly toServer: Line;
  readonly toClient: Line;
  bytesToReset = Number.POSITIVE_INFINITY;
  readonly #sockets: readonly [Socket, Socket];
  readonly #onEnd: () => void;
  #ended = false;

  constructor(client: Socket, server: Socket, settings: LinkSettings, { onEnd, onPassed }: LinkEvents) {
    this.#sockets = [client, server];
    this.#onEnd = onEnd;
    const passed = (bytes: number): void => {
      this.bytesToReset -= bytes;
      if (this.bytesToReset <= 0) this.reset();
    };
    this.toServer = new Line(client, server, settings, (bytes) => {
      onPassed(bytes);
      passed(bytes);
    });
    this.toClient = new Line(server, client, settings, passed);
    for (const socket of this.#sockets) {
      socket.setNoDelay(true);
      socket.on('error', () => this.reset());
      socket.on('close', () => this.#socketClosed());
    }
  }

  stall(stalled: boolean): void {
    this.toServer.stall(stalled);
    this.toClient.stall(stalled);
  }

  reset(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const line of [this.toServer, this.toClient]) line.drop();
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#onEnd();
  }

  #socketClosed(): void {
    if (this.#sockets.every((socket) => socket.destroyed)) this.reset();
  }
}

/** One direction. */
class Line {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #settings: LinkSettings;
  readonly #passed: (bytes: number) => void;
  /** In the line: what comes out when. Null: the end of the stream. */
  #queue: { readonly chunk: Buffer | null; readonly dueMs: number }[] = [];
  #bytes = 0;
  #freeMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #stalled = false;
  #swallowAfter = Number.POSITIVE_INFINITY;

  constructor(from: Socket, to: Socket, settings: LinkSettings, passed: (bytes: number) => void) {
    this.#from = from;
    this.#to = to;
    this.#settings = settings;
    this.#passed = passed;
    from.on('data', (chunk) => this.#enter(chunk));
    from.on('end', () => this.#enter(null));
    to.on('drain', () => this.#regulate());
  }

  swallowAfter(bytes: number): void {
    this.#swallowAfter = bytes;
  }

  stall(stalled: boolean): void {
    this.#stalled = stalled;
    if (!stalled) this.#schedule();
    this.#regulate();
  }

  drop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#queue = [];
  }

  #enter(chunk: Buffer | null): void {
    const now = performance.now();
    const { latencyMs = 0, bytesPerSecond } = this.#settings;
    const takesMs = chunk && bytesPerSecond ? (chunk.length / bytesPerSecond) * 1000 : 0;
    this.#freeMs = Math.max(now, this.#freeMs) + takesMs;
    this.#queue.push({ chunk, dueMs: this.#freeMs + latencyMs });
    this.#bytes += chunk?.length ?? 0;
    this.#regulate();
    this.#schedule();
  }

  #schedule(): void {
    const next = this.#queue[0];
    if (next === undefined || this.#stalled || this.#timer) return;
    const waitMs = next.dueMs - performance.now();
    if (waitMs <= 0) {
      this.#leave();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#leave();
    }, waitMs);
  }

  #leave(): void {
    while (this.#queue.length > 0 && !this.#stalled && this.#queue[0]!.dueMs <= performance.now()) {
      const { chunk } = this.#queue.shift()!;
      if (chunk === null) {
        this.#to.end();
        continue;
      }
      this.#bytes -= chunk.length;
      const kept = chunk.subarray(0, Math.min(chunk.length, this.#swallowAfter));
      this.#swallowAfter -= kept.length;
      if (kept.length > 0 && !this.#to.destroyed) this.#to.write(kept);
      this.#passed(chunk.length);
    }
    this.#regulate();
    this.#schedule();
  }

  /** Reads on only while there is room in the line and in the receiver. */
  #regulate(): void {
    const room = !this.#stalled && this.#bytes < this.#capacityBytes() && this.#to.writableLength < QUEUE_BYTES;
    if (room) this.#from.resume();
    else this.#from.pause();
  }

  /** What the line holds when it is full: bandwidth times latency, and the queue. */
  #capacityBytes(): number {
    const { latencyMs = 0, bytesPerSecond } = this.#settings;
    if (latencyMs === 0) return QUEUE_BYTES;
    const underWay = bytesPerSecond === undefined ? MOST_BYTES : (bytesPerSecond * latencyMs) / 1000;
    return Math.min(MOST_BYTES, underWay) + QUEUE_BYTES;
  }
}
