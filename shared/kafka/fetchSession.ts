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

/** `topic` by id where there is one: a topic that was made again is another one. */
const keyOf = (p: { topic: string; topicId?: string; partition: number }): string =>
  `${p.topicId ?? p.topic}/${p.partition}`;

/**
 * What the broker believes to be in the session, and what has to be said to make it what is wanted. Partitions are compared
 * as objects: one that is the same object as before has not changed.
 */
export class SessionState {
  #id = 0;
  #epoch = 0;
  #members: ReadonlySet<FetchPartition> = new Set();
  readonly #names = new Map<string, string>();

  reset(): void {
    this.#id = 0;
    this.#epoch = 0;
    this.#members = new Set();
    this.#names.clear();
  }

  /** Takes it as said: to be followed by {@link answered} or {@link reset}. */
  prepare(wanted: readonly FetchPartition[]): { session: SessionRequest; partitions: readonly FetchPartition[] } {
    const before = this.#members;
    const members = new Set(wanted);
    this.#members = members;
    const partitions = this.#id === 0 ? wanted : wanted.filter((p) => !before.has(p));
    for (const { topicId, topic } of partitions) if (topicId) this.#names.set(topicId, topic);
    const forgotten: FetchPartition[] = [];
    if (this.#id !== 0 && (partitions.length > 0 || members.size !== before.size)) {
      const said = new Set(partitions.map(keyOf));
      for (const member of before) if (!members.has(member) && !said.has(keyOf(member))) forgotten.push(member);
    }
    return { session: { id: this.#id, epoch: this.#epoch, forgotten }, partitions };
  }

  /** False where the session is over and the same has to be asked anew. */
  answered({ errorCode, sessionId }: Pick<FetchResponse, 'errorCode' | 'sessionId'>): boolean {
    const hadOne = this.#id !== 0;
    if (errorCode !== 0 || (hadOne && sessionId !== this.#id)) {
      this.reset();
      const lost = errorCode === SESSION_NOT_FOUND || errorCode === SESSION_EPOCH || errorCode === SESSION_TOPIC_ID;
      return !(lost && hadOne);
    }
    this.#epoch = sessionId === 0 ? 0 : this.#epoch === MAX_EPOCH ? 1 : this.#epoch + 1;
    this.#id = sessionId;
    return true;
  }

  /** Of a topic that was asked for by id; empty where it was not. */
  nameOf(topicId: string): string {
    return this.#names.get(topicId) ?? '';
  }
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
   * `request.partitions`: all that are wanted now, whatever was asked before; the same object where nothing has changed. By topic id where every partition has one and
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
    const partitions = byId
      ? answer.partitions.map((p) => ({ ...p, topic: this.#state.nameOf(p.topicId) }))
      : answer.partitions;
    return { partitions, throttleMs: answer.throttleMs };
  }
}
