import type { Socket } from 'node:net';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { edgesConnected } from './events.ts';

/** A request's place in the order of its connection. */
export interface Turn {
  /** Resolves when every request before it on the connection has been handed on or has failed. */
  readonly comes: Promise<void>;
  /** Lets the next one go on. Must be called, whatever happens. */
  done(): void;
}

/**
 * What is known of one connection. Pipelined shipments are handed on in the order in which they arrived, although they
 * are read and verified asynchronously: each takes a turn when its head arrives, and waits for it before it is handed on.
 */
export class Connection {
  readonly id: string;
  edge: string | null = null;
  readonly #onClose = new Set<() => void>();
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(id: string, socket: Socket) {
    this.id = id;
    socket.once('close', () => {
      this.#closed = true;
      for (const listener of this.#onClose) listener();
      this.#onClose.clear();
    });
  }

  takeTurn(): Turn {
    const comes = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    return { comes, done: resolve };
  }

  /** Calls back once when the connection has closed; returns how to stop waiting for that. */
  whenClosed(listener: () => void): () => void {
    if (this.#closed) listener();
    else this.#onClose.add(listener);
    return () => this.#onClose.delete(listener);
  }
}

/** The open connections, and how many edges are behind them. */
export class Connections {
  readonly #telemetry: Telemetry;
  readonly #known = new WeakMap<Socket, Connection>();
  /** Edge -> number of its connections. */
  readonly #edges = new Map<string, number>();
  #made = 0;

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry;
  }

  get edges(): number {
    return this.#edges.size;
  }

  isConnected(edge: string): boolean {
    return this.#edges.has(edge);
  }

  of(socket: Socket): Connection {
    const known = this.#known.get(socket);
    if (known) return known;
    this.#made += 1;
    const made = new Connection(`connection-${this.#made}`, socket);
    this.#known.set(socket, made);
    return made;
  }

  /** The connection's edge is known now. A connection that changes its edge counts for the last one. */
  belongsTo(connection: Connection, edge: string): void {
    if (connection.edge === edge) return;
    if (connection.edge === null) connection.whenClosed(() => connection.edge && this.#count(connection.edge, -1));
    else this.#count(connection.edge, -1);
    connection.edge = edge;
    this.#count(edge, 1);
  }

  #count(edge: string, by: number): void {
    const connections = (this.#edges.get(edge) ?? 0) + by;
    if (connections <= 0) this.#edges.delete(edge);
    else this.#edges.set(edge, connections);
    this.#telemetry.emit(edgesConnected, { edges: this.#edges.size });
  }
}
