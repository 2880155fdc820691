import type { Clock } from '../../shared/clock.ts';
import type { EdgeId } from '../../shared/identity.ts';
import type { Heartbeat } from '../../shared/wire/index.ts';

/** What an edge said last, and when. In memory only: after a restart it fills again with the next heartbeats. */
export interface Contact {
  readonly lastContactMs: number;
  readonly remote: string;
  readonly agentVersion: string | null;
  readonly heartbeat: Heartbeat | null;
  readonly heartbeatAtMs: number | null;
  /** How far the agent's wall clock is ahead of the hub's, as of its last word about it. */
  readonly clockAheadMs: number | null;
}

/** What a message of an edge says about it. */
export interface News {
  readonly agentVersion?: string;
  readonly wallMs?: number;
  readonly heartbeat?: Heartbeat;
}

const NOTHING: Omit<Contact, 'lastContactMs' | 'remote'> = {
  agentVersion: null,
  heartbeat: null,
  heartbeatAtMs: null,
  clockAheadMs: null,
};

/** Bounded: the edge heard of longest ago makes room. A published snapshot for the fleet view. */
export class Contacts {
  readonly #clock: Clock;
  readonly #maxEdges: number;
  readonly #edges = new Map<EdgeId, Contact>();

  constructor(clock: Clock, maxEdges: number) {
    this.#clock = clock;
    this.#maxEdges = maxEdges;
  }

  get(edge: EdgeId): Contact | null {
    return this.#edges.get(edge) ?? null;
  }

  edges(): Iterable<EdgeId> {
    return this.#edges.keys();
  }

  heard(edge: EdgeId, remote: string, news: News = {}): void {
    const now = this.#clock.now();
    const before = this.#edges.get(edge) ?? NOTHING;
    this.#edges.delete(edge);
    this.#edges.set(edge, {
      lastContactMs: now,
      remote,
      agentVersion: news.agentVersion ?? before.agentVersion,
      heartbeat: news.heartbeat ?? before.heartbeat,
      heartbeatAtMs: news.heartbeat ? now : before.heartbeatAtMs,
      clockAheadMs: news.wallMs === undefined ? before.clockAheadMs : news.wallMs - now,
    });
    const oldest = this.#edges.size > this.#maxEdges ? this.#edges.keys().next().value : undefined;
    if (oldest !== undefined) this.#edges.delete(oldest);
  }
}
