/**
 * Fetches from one node within a fetch session (KIP-227): a request names only what has changed since the last one, an
 * answer only what is new, so that a thousand idle partitions cost nothing.
 *
 * One fetch at a time. Whatever goes wrong (an answer that never came, a session that the broker has forgotten) ends the
 * session; the next fetch makes another one. A broker that keeps no session is asked in full each time.
 */
import type { Cluster } from './cluster.ts';
import { answeredWith } from './failures.ts';
import { patientWaitMs } from './fetchRaw.ts';
import {
  type FetchedPartition,
  type FetchPartition,
  type FetchRequest,
  type FetchResponse,
  fetchV12,
  fetchV13,
  type SessionRequest,
} from './wire/fetch.ts';

const SESSION_NOT_FOUND = 70;
const SESSION_EPOCH = 71;
const SESSION_TOPIC_ID = 106;
const MAX_EPOCH = 2 ** 31 - 1;

export interface SessionAnswer {
  /** Those of which there is something new, and those with an error. */
  readonly partitions: readonly FetchedPartition[];
  /** The broker wants no request for that long. */
  readonly throttleMs: number;
}

const keyOf = (p: { topic: string; partition: number }): string => `${p.topic}/${p.partition}`;

/** What the broker believes to be in the session, and what has to be said to make it what is wanted. */
export class SessionState {
  #id = 0;
  #epoch = 0;
  #members = new Map<string, FetchPartition>();

  reset(): void {
    this.#id = 0;
    this.#epoch = 0;
    this.#members.clear();
  }

  /** Takes it as said: to be followed by {@link answered} or {@link reset}. */
  prepare(wanted: readonly FetchPartition[]): { session: SessionRequest; partitions: FetchPartition[] } {
    const members = new Map(wanted.map((p) => [keyOf(p), p]));
    const before = this.#members;
    this.#members = members;
    const session = { id: this.#id, epoch: this.#epoch };
    if (this.#id === 0) return { session: { ...session, forgotten: [] }, partitions: [...wanted] };
    const partitions = wanted.filter((p) => {
      const known = before.get(keyOf(p));
      return !known || !isSame(known, p);
    });
    const forgotten = [...before.values()].filter((p) => members.get(keyOf(p))?.topicId !== p.topicId);
    return { session: { ...session, forgotten }, partitions };
  }

  /** False where the session is over and the same has to be asked anew. */
  answered({ errorCode, sessionId }: Pick<FetchResponse, 'errorCode' | 'sessionId'>): boolean {
    if (errorCode !== 0 || (this.#id !== 0 && sessionId !== this.#id)) {
      const lost = errorCode === SESSION_NOT_FOUND || errorCode === SESSION_EPOCH || errorCode === SESSION_TOPIC_ID;
      const hadOne = this.#id !== 0;
      this.reset();
      return !(lost && hadOne);
    }
    this.#epoch = sessionId === 0 ? 0 : this.#epoch === MAX_EPOCH ? 1 : this.#epoch + 1;
    this.#id = sessionId;
    return true;
  }

  names(): Map<string, string> {
    return new Map([...this.#members.values()].map((p) => [p.topicId ?? '', p.topic]));
  }

  idOf(topic: string, partition: number): string | undefined {
    return this.#members.get(`${topic}/${partition}`)?.topicId;
  }
}

function isSame(a: FetchPartition, b: FetchPartition): boolean {
  return (
    a.offset === b.offset &&
    a.topicId === b.topicId &&
    a.currentLeaderEpoch === b.currentLeaderEpoch &&
    a.maxBytes === b.maxBytes
  );
}

export class FetchSession {
  readonly #cluster: Cluster;
  readonly #nodeId: number;
  readonly #purpose: string;
  readonly #state = new SessionState();
  #byId: boolean | null = null;

  /** `purpose` names the connection; nothing else should wait on it. */
  constructor(cluster: Cluster, nodeId: number, purpose: string) {
    this.#cluster = cluster;
    this.#nodeId = nodeId;
    this.#purpose = purpose;
  }

  /**
   * `request.partitions`: all that are wanted now, whatever was asked before. By topic id where every partition has one and
   * the broker speaks it.
   * @throws TributaryError `brokerUnavailable`: no answer; reading again is harmless
   */
  async fetch(request: Omit<FetchRequest, 'session'>): Promise<SessionAnswer> {
    try {
      return (await this.#once(request)) ?? (await this.#once(request)) ?? { partitions: [], throttleMs: 0 };
    } catch (error) {
      this.#state.reset();
      throw error;
    }
  }

  /** Null: the broker has forgotten the session. */
  async #once(request: Omit<FetchRequest, 'session'>): Promise<SessionAnswer | null> {
    const connection = await this.#cluster.connection(this.#nodeId, this.#purpose);
    const byId = request.partitions.every((p) => p.topicId) && connection.speaks(fetchV13);
    if (byId !== this.#byId) this.#state.reset();
    this.#byId = byId;
    const maxWaitMs = patientWaitMs(this.#cluster, request.maxWaitMs);
    const asked = { ...request, ...this.#state.prepare(request.partitions), maxWaitMs };
    const answer = await connection.send(byId ? fetchV13 : fetchV12, asked);
    if (!this.#state.answered(answer)) return null;
    if (answer.errorCode !== 0) throw answeredWith('Fetch request', `node ${this.#nodeId}`, answer.errorCode);
    const names = byId ? this.#state.names() : null;
    const partitions = answer.partitions.map((p) =>
      names
        ? { ...p, topic: names.get(p.topicId) ?? '' }
        : { ...p, topicId: this.#state.idOf(p.topic, p.partition) ?? p.topicId },
    );
    return { partitions, throttleMs: answer.throttleMs };
  }
}
