import type { Clock } from '../../shared/clock.ts';
import type { EdgeId } from '../../shared/identity.ts';
import { decodeHeartbeat, type Heartbeat } from '../../shared/wire/index.ts';

/** What an edge said last, and when. In memory only: after a restart it fills again with the next heartbeats. */
export interface Contact {
  readonly lastContactMs: number;
  readonly remote: string;
  readonly agentVersion: string | null;
  /** Its last heartbeat, decoded anew at each call. */
  readonly heartbeat: () => Heartbeat | null;
  readonly heartbeatAtMs: number | null;
  /** How far the agent's wall clock is ahead of the hub's, as of its last word about it. */
  readonly clockAheadMs: number | null;
}

/** What a message of an edge says about it. */
export interface News {
  readonly agentVersion?: string;
  readonly wallMs?: number;
  /** A heartbeat's bytes: objects would take several times as much for each edge. */
  readonly report?: Buffer;
}

interface Known extends Omit<Contact, 'heartbeat'> {
  readonly report: Buffer | null;
}

const NOTHING = { agentVersion: null, report: null, heartbeatAtMs: null, clockAheadMs: null };

export interface ContactLimits {
  readonly edges: number;
  /** Of all last heartbeats together. */
  readonly reportBytes: number;
}
export const CONTACT_LIMITS: ContactLimits = { edges: 20_000, reportBytes: 128 * 1024 * 1024 };

/**
 * A snapshot that the data plane publishes for the fleet view. Bounded: the edges heard of longest ago lose their reports
 * first, then their place.
 */
export class Contacts {
  readonly #clock: Clock;
  readonly #limits: ContactLimits;
  /** In the order in which they were heard of last. */
  readonly #edges = new Map<EdgeId, Known>();
  #reportBytes = 0;

  constructor(clock: Clock, limits: ContactLimits = CONTACT_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  get(edge: EdgeId): Contact | null {
    const known = this.#edges.get(edge);
    if (!known) return null;
    const { report, ...rest } = known;
    return { ...rest, heartbeat: () => report && decodeHeartbeat(report) };
  }

  edges(): Iterable<EdgeId> {
    return this.#edges.keys();
  }

  heard(edge: EdgeId, remote: string, news: News = {}): void {
    const now = this.#clock.now();
    const before = this.#edges.get(edge) ?? NOTHING;
    const report = news.report ?? before.report;
    this.#reportBytes += (report?.length ?? 0) - (before.report?.length ?? 0);
    this.#edges.delete(edge);
    this.#edges.set(edge, {
      lastContactMs: now,
      remote,
      agentVersion: news.agentVersion ?? before.agentVersion,
      report,
      heartbeatAtMs: news.report ? now : before.heartbeatAtMs,
      clockAheadMs: news.wallMs === undefined ? before.clockAheadMs : news.wallMs - now,
    });
    if (this.#reportBytes > this.#limits.reportBytes) this.#dropReports();
    if (this.#edges.size > this.#limits.edges) this.#dropOldest();
  }

  #dropReports(): void {
    for (const [edge, known] of this.#edges) {
      if (this.#reportBytes <= this.#limits.reportBytes) return;
      this.#reportBytes -= known.report?.length ?? 0;
      this.#edges.set(edge, { ...known, report: null });
    }
  }

  #dropOldest(): void {
    const [oldest] = this.#edges;
    if (!oldest) return;
    this.#reportBytes -= oldest[1].report?.length ?? 0;
    this.#edges.delete(oldest[0]);
  }
}
