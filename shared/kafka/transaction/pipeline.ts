/**
 * One call of `send`: many lanes, few requests.
 *
 * Each request to a leader takes one batch from every lane that is ready (Kafka's rule: one batch a partition and
 * request), and up to five requests are under way to a leader. A lane in trouble waits by its own clock; the others go
 * on. A request without an answer ends the whole call: nobody knows what it did.
 *
 * The call has an end in time: from `sendUntilMs` on nothing new is sent (what waits is `late`, or unavailable where its
 * leader is in trouble), at `answerUntilMs` what is still under way counts as unanswered. So a silent leader costs no more
 * than that, and the partitions in question are named.
 */
import { reasonOf, TributaryError } from '../../errors.ts';
import { patchBatch } from '../../records/index.ts';
import type { Cluster } from '../cluster.ts';
import type { RawConnection } from '../connection.ts';
import { saysStaleLeader } from '../errorTable.ts';
import { within } from '../patience.ts';
import { DEFAULT_REQUEST_TIMEOUT_MS } from '../settings.ts';
import type { WireApi } from '../wire/api.ts';
import type { ProducedPartition, ProduceRequest, ProduceResponse } from '../wire/produce.ts';
import { Ambiguous, Fenced, type Unanswered, unansweredText } from './ambiguous.ts';
import { type Entry, type Lane, LaneBroken } from './lane.ts';
import { judge } from './outcome.ts';

export { Ambiguous, Fenced } from './ambiguous.ts';

const REQUESTS_IN_FLIGHT = 5;
const REQUEST_BYTES = 4 * 1024 * 1024;
/** To a leader that throttles; and one at a time, so that none lies there unread until its time is over. */
const THROTTLED_REQUEST_BYTES = 256 * 1024;
/** How long a lane without success is tried before its batches are called unavailable. */
export const LANE_PATIENCE_MS = 5_000;
const UNKNOWN_TOPIC = 3;
const LEADER_NOT_AVAILABLE = 5;
const NETWORK = 13;

/** The broker's share of the time that a request may take. */
const REPLICATION_SHARE = 0.6;

/** How long a leader may wait for its followers, where a request or all of them may take `withinMs`. */
export const replicationTimeoutMs = (cluster: Cluster, withinMs = Number.POSITIVE_INFINITY): number =>
  Math.round(Math.min(cluster.settings.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS, withinMs) * REPLICATION_SHARE);

export interface PipelineContext {
  readonly cluster: Cluster;
  readonly api: WireApi<ProduceRequest, ProduceResponse>;
  /** Null: outside of transactions. */
  readonly transactionalId: string | null;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly purpose: string;
  /** How long a leader may wait for its followers. */
  readonly replicationTimeoutMs: number;
  /** Whether the transaction's coordinator has gone: then the transaction before this one may lack markers. */
  readonly coordinatorLost: () => boolean;
  /** By `performance.now()`. */
  readonly sendUntilMs: number;
  readonly answerUntilMs: number;
}
interface Node {
  readonly id: number;
  connection: RawConnection | null;
  connecting: boolean;
  /** Requests under way. */
  readonly requests: Set<readonly Flight[]>;
}
interface Flight {
  readonly lane: Lane;
  readonly entry: Entry;
}

export class Pipeline {
  readonly #context: PipelineContext;
  readonly #nodes = new Map<number, Node>();
  /** As last seen. */
  readonly #leaders = new Map<Lane, number>();
  #lanes: Lane[];
  #failure: Error | null = null;
  #wake: () => void = () => {};

  constructor(context: PipelineContext, lanes: readonly Lane[]) {
    this.#context = context;
    this.#lanes = [...lanes];
  }

  /**
   * Until every batch has an outcome.
   * @throws Fenced, Ambiguous; requests may then still be under way
   */
  async run(): Promise<void> {
    for (;;) {
      if (this.#failure) throw this.#failure;
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const waitMs = await this.#dispatch();
      if (this.#failure) throw this.#failure;
      if (this.#lanes.length === 0) return;
      await orAfter(woken, waitMs);
    }
  }

  /** Sends what can be sent; answers how long until a waiting lane is ready, if nothing happens before. */
  async #dispatch(): Promise<number> {
    const now = performance.now();
    const { sendUntilMs, answerUntilMs } = this.#context;
    for (const lane of this.#lanes) this.#certain(() => lane.expire(now, LANE_PATIENCE_MS));
    if (now >= sendUntilMs) for (const lane of this.#lanes) this.#certain(() => lane.stop(this.#connectingTo(lane)));
    this.#lanes = this.#lanes.filter((lane) => !lane.done);
    if (now >= answerUntilMs) this.#giveUp();
    const ready = this.#lanes.filter((lane) => lane.readyAtMs() <= now);
    for (const [nodeId, lanes] of await this.#byLeader(ready)) this.#fill(nodeId, lanes);
    const later = this.#lanes.map((lane) => lane.readyAtMs()).filter((at) => at > now && Number.isFinite(at));
    const ends = [sendUntilMs, answerUntilMs].filter((at) => at > now);
    return Math.max(1, Math.min(LANE_PATIENCE_MS, ...[...later, ...ends].map((at) => at - performance.now())));
  }

  /** The node that a lane waits for a connection to. */
  #connectingTo(lane: Lane): number | null {
    const node = this.#nodes.get(this.#leaders.get(lane) ?? -1);
    return node?.connecting ? node.id : null;
  }

  /** Nobody waits for what is still under way; where that is, a later request needs another connection. */
  #giveUp(): void {
    const silent = [...this.#nodes.values()].filter((node) => node.requests.size > 0);
    if (silent.length === 0) return;
    for (const node of silent) node.connection?.close();
    const unanswered = silent.flatMap(unansweredBy);
    this.#failure ??= new Ambiguous(unansweredText(unanswered), { unanswered });
  }

  /** A lane that can't say what its log holds ends the call, with its name. */
  #certain(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #byLeader(ready: readonly Lane[]): Promise<Map<number, Lane[]>> {
    const byNode = new Map<number, Lane[]>();
    if (ready.length === 0) return byNode;
    const { cluster, sendUntilMs } = this.#context;
    const asked = cluster.topics(ready.map((lane) => lane.topic)).catch(() => null);
    // Whoever is asked may be silent, too.
    const topics = Number.isFinite(sendUntilMs) ? await within(asked, sendUntilMs - performance.now()) : await asked;
    for (const lane of ready) {
      const found = topics?.get(lane.topic)?.partitions.find((p) => p.partition === lane.partition);
      if (found && found.leader >= 0) {
        this.#leaders.set(lane, found.leader);
        const lanes = byNode.get(found.leader);
        if (lanes) lanes.push(lane);
        else byNode.set(found.leader, [lane]);
      } else {
        cluster.forget(lane.topic);
        lane.unreachable(topics ? (found ? LEADER_NOT_AVAILABLE : UNKNOWN_TOPIC) : NETWORK, performance.now());
      }
    }
    return byNode;
  }

  #fill(nodeId: number, lanes: readonly Lane[]): void {
    const node = this.#node(nodeId);
    if (node.connection && !node.connection.usable) {
      // Nothing new is begun on it; what is under way there ends first, so that order holds on the next one.
      if (node.requests.size > 0) return;
      node.connection = null;
    }
    if (!node.connection) {
      if (!node.connecting) this.#connect(nodeId, node, lanes);
      return;
    }
    const now = performance.now();
    const { silentForMs } = node.connection;
    if (silentForMs > 0) {
      for (const lane of lanes) lane.hold(now + silentForMs);
      return;
    }
    const throttled = node.connection.throttles(this.#context.api);
    const inFlight = throttled ? 1 : REQUESTS_IN_FLIGHT;
    let candidates = lanes;
    while (node.requests.size < inFlight && !this.#failure) {
      const flights = this.#load(candidates, throttled ? THROTTLED_REQUEST_BYTES : REQUEST_BYTES);
      if (flights.length === 0) return;
      this.#send(node, node.connection, flights);
      candidates = candidates.filter((lane) => lane.readyAtMs() <= now);
    }
  }

  #node(nodeId: number): Node {
    let node = this.#nodes.get(nodeId);
    if (!node) {
      node = { id: nodeId, connection: null, connecting: false, requests: new Set() };
      this.#nodes.set(nodeId, node);
    }
    return node;
  }

  /** Nothing was sent to this node yet, so that a failure to connect is only a delay. */
  #connect(nodeId: number, node: Node, lanes: readonly Lane[]): void {
    if (this.#context.coordinatorLost()) {
      this.#fail(new Ambiguous('the coordinator was lost'));
      return;
    }
    node.connecting = true;
    this.#context.cluster.connection(nodeId, this.#context.purpose).then(
      (connection) => {
        node.connecting = false;
        node.connection = connection;
        this.#wake();
      },
      () => {
        node.connecting = false;
        for (const lane of lanes) {
          this.#context.cluster.forget(lane.topic);
          lane.unreachable(NETWORK, performance.now(), nodeId);
        }
        this.#wake();
      },
    );
  }

  /** One batch of each lane, as many as a request holds. */
  #load(lanes: readonly Lane[], maxBytes: number): Flight[] {
    const flights: Flight[] = [];
    let bytes = 0;
    for (const lane of lanes) {
      if (flights.length > 0 && bytes + lane.nextBytes > maxBytes) continue;
      const entry = lane.take();
      if (!entry) continue;
      bytes += entry.blob.length;
      this.#patch(entry);
      flights.push({ lane, entry });
    }
    return flights;
  }

  #patch(entry: Entry): void {
    const { producerId, producerEpoch, transactionalId } = this.#context;
    patchBatch(entry.blob, {
      baseOffset: 0,
      partitionLeaderEpoch: -1,
      producerId,
      producerEpoch,
      baseSequence: entry.sequence,
      transactional: transactionalId !== null,
    });
  }

  #send(node: Node, connection: RawConnection, flights: readonly Flight[]): void {
    node.requests.add(flights);
    const { api, transactionalId, replicationTimeoutMs } = this.#context;
    const batches = flights.map(({ lane, entry }) => ({
      topic: lane.topic,
      partition: lane.partition,
      batch: entry.blob,
    }));
    connection.send(api, { transactionalId, timeoutMs: replicationTimeoutMs, batches }).then(
      ({ partitions }) => {
        node.requests.delete(flights);
        this.#certain(() => this.#handle(flights, partitions));
        this.#wake();
      },
      (error) => {
        this.#fail(error, node);
        this.#wake();
      },
    );
  }

  /** `node`: a request to it was not answered, and so were not those behind it. */
  #fail(error: unknown, node: Node | null = null): void {
    const unsent = error instanceof TributaryError && error.retry === 'final';
    if (error instanceof Fenced || error instanceof Ambiguous || unsent) this.#failure ??= error;
    else if (error instanceof LaneBroken) {
      const { topic, partition } = error;
      this.#failure ??= new Ambiguous(error.message, { unanswered: [{ topic, partition, node: null }] });
    } else {
      const unanswered = node ? unansweredBy(node) : [];
      const text = node ? unansweredText(unanswered) : reasonOf(error);
      this.#failure ??= new Ambiguous(text, { cause: error, unanswered });
    }
  }

  #handle(flights: readonly Flight[], answers: readonly ProducedPartition[]): void {
    const byPartition = new Map(answers.map((answer) => [`${answer.topic}/${answer.partition}`, answer]));
    const now = performance.now();
    for (const { lane, entry } of flights) {
      const answer = byPartition.get(`${lane.topic}/${lane.partition}`);
      if (!answer) throw new Ambiguous(`the answer leaves out ${lane.topic}/${lane.partition}`);
      const { errorCode, baseOffset, errorMessage } = answer;
      const verdict = judge(errorCode, baseOffset);
      if (verdict === 'fenced') throw new Fenced(`Produce answered ${errorCode}`);
      if (verdict === 'broken')
        throw new Ambiguous(`Produce answered ${errorCode} for ${lane.topic}/${lane.partition}`);
      if (saysStaleLeader(errorCode)) this.#context.cluster.forget(lane.topic);
      lane.answer(entry, verdict, errorCode, baseOffset, errorMessage, now);
    }
  }
}

function unansweredBy(node: Node): Unanswered[] {
  const lanes = new Set([...node.requests].flatMap((flights) => flights.map(({ lane }) => lane)));
  return [...lanes].map(({ topic, partition }) => ({ topic, partition, node: node.id }));
}

async function orAfter(event: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([event, timeout]);
  clearTimeout(timer);
}
