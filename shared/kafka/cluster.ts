/** A cluster as its clients see it: metadata, leaders, coordinators, and one connection a node and purpose. */
import { TributaryError } from '../errors.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { RawConnection } from './connection.ts';
import { saysStaleCoordinator } from './errorTable.ts';
import { answeredWith, closedError, deepReason, noAnswer } from './failures.ts';
import { Line } from './line.ts';
import { type Patience, patiently, TryAgain } from './patience.ts';
import { type Address, addressText, type KafkaSettings, parseAddress } from './settings.ts';
import { Throttles } from './throttle.ts';
import { type ApiVersionsResponse, apiVersions } from './wire/apiVersions.ts';
import { type CoordinatorKind, findCoordinator } from './wire/findCoordinator.ts';
import { type MetadataResponse, type MetadataTopic, metadata as metadataApi } from './wire/metadata.ts';

export interface Metadata extends Omit<MetadataResponse, 'topics'> {
  /** Each asked topic, unknown ones too, with their error code. */
  readonly topics: ReadonlyMap<string, MetadataTopic>;
}
export interface Leader {
  readonly nodeId: number;
  readonly leaderEpoch: number;
}

/** A young cluster makes its internal topics when first asked for a coordinator; that takes seconds. */
const COORDINATOR_PATIENCE: Patience = { withinMs: 30_000, firstDelayMs: 20, maxDelayMs: 500 };

export class Cluster {
  readonly settings: KafkaSettings;
  readonly #bootstrap: readonly Address[];
  readonly #control: Line;
  readonly #throttles: Throttles;
  readonly #lines = new Map<string, { readonly address: string; readonly line: Line }>();
  readonly #nodes = new Map<number, Address>();
  readonly #topics = new Map<string, MetadataTopic>();
  readonly #coordinators = new Map<string, number>();
  #clusterId: string | null = null;
  #firstToTry = 0;
  #closed = false;

  private constructor(settings: KafkaSettings, telemetry: Telemetry | null) {
    this.settings = settings;
    this.#throttles = new Throttles(telemetry);
    this.#bootstrap = settings.brokers.map(parseAddress);
    this.#control = new Line(() => this.#dialAny());
  }

  /**
   * Lazy: no broker is asked before the first call that needs one. `telemetry` hears of throttling.
   * @throws TributaryError `configInvalid`
   */
  static open(settings: KafkaSettings, telemetry: Telemetry | null = null): Cluster {
    return new Cluster(settings, telemetry);
  }

  /** The id that the cluster gave with the last metadata; null before. */
  get clusterId(): string | null {
    return this.#clusterId;
  }

  /**
   * Asks the cluster; never makes a topic. Null: all topics.
   * @throws TributaryError `brokerUnavailable`
   */
  async metadata(topics: readonly string[] | null): Promise<Metadata> {
    const control = await this.#control.get();
    const answer = await control.send(metadataApi, { topics });
    this.#nodes.clear();
    for (const { nodeId, host, port } of answer.brokers) this.#nodes.set(nodeId, { host, port });
    this.#clusterId = answer.clusterId;
    for (const topic of answer.topics) {
      if (topic.errorCode === 0) this.#topics.set(topic.name, topic);
      else this.#topics.delete(topic.name);
    }
    return { ...answer, topics: new Map(answer.topics.map((topic) => [topic.name, topic])) };
  }

  /** As last heard; asks for those that are not known. Topics that the cluster does not know are not in the answer. */
  async topics(names: Iterable<string>): Promise<Map<string, MetadataTopic>> {
    const wanted = [...new Set(names)];
    const unknown = wanted.filter((name) => !this.#topics.has(name));
    if (unknown.length > 0) await this.metadata(unknown);
    const found = new Map<string, MetadataTopic>();
    for (const name of wanted) {
      const topic = this.#topics.get(name);
      if (topic) found.set(name, topic);
    }
    return found;
  }

  /** Null where the partition has no leader, or the cluster does not know it. */
  async leader(topic: string, partition: number): Promise<Leader | null> {
    const found = (await this.topics([topic])).get(topic)?.partitions.find((p) => p.partition === partition);
    return found && found.leader >= 0 ? { nodeId: found.leader, leaderEpoch: found.leaderEpoch } : null;
  }

  /** Somebody answered that what is cached is old: the next question goes to the cluster. */
  forget(topic: string): void {
    this.#topics.delete(topic);
  }

  /** Where topics are made: the controller of old clusters, any broker of new ones. */
  async controller(): Promise<number> {
    return (await this.metadata([])).controllerId;
  }

  /**
   * @throws TributaryError `brokerUnavailable`: no coordinator for half a minute; `brokerRefused`: not allowed
   */
  async coordinator(kind: CoordinatorKind, key: string): Promise<number> {
    const cacheKey = `${kind}/${key}`;
    const known = this.#coordinators.get(cacheKey);
    if (known !== undefined) return known;
    const nodeId = await patiently(COORDINATOR_PATIENCE, async () => {
      const control = await this.#control.get();
      const answer = await control.send(findCoordinator, { kind, key });
      if (answer.errorCode === 0) return answer.nodeId;
      const failure = answeredWith(`find ${kind} coordinator`, key, answer.errorCode, answer.errorMessage);
      throw saysStaleCoordinator(answer.errorCode) ? new TryAgain(failure) : failure;
    });
    this.#coordinators.set(cacheKey, nodeId);
    return nodeId;
  }

  forgetCoordinator(kind: CoordinatorKind, key: string): void {
    this.#coordinators.delete(`${kind}/${key}`);
  }

  /** What a node speaks. */
  async apiVersions(nodeId: number): Promise<ApiVersionsResponse> {
    return (await this.connection(nodeId, 'control')).versions;
  }

  /** To a broker that answered lately, for what any of them can say. @throws TributaryError `brokerUnavailable` */
  anyConnection(): Promise<RawConnection> {
    return this.#control.get();
  }

  /**
   * Resolves when the node answers a question now.
   * @throws TributaryError `brokerUnavailable`
   */
  async ping(nodeId: number): Promise<void> {
    await (await this.connection(nodeId, 'ping')).send(apiVersions, null);
  }

  /** The cluster's feature levels, asked anew: `transaction.version` 2 is KIP-890's second part. */
  async features(): Promise<ReadonlyMap<string, number>> {
    const control = await this.#control.get();
    return (await control.send(apiVersions, null)).features;
  }

  /**
   * The open connection to a node for a purpose, dialled where there is none. Purposes keep what may take long (a
   * waiting fetch) away from what must not wait (a produce).
   * @throws TributaryError `brokerUnavailable`: nothing was sent
   */
  async connection(nodeId: number, purpose: string): Promise<RawConnection> {
    if (this.#closed) throw closedError('Kafka cluster');
    let address = this.#nodes.get(nodeId);
    if (!address) {
      await this.metadata([]);
      address = this.#nodes.get(nodeId);
    }
    if (!address) throw noAnswer('connect to Kafka', `node ${nodeId}`, new Error('the cluster has no such node now'));
    try {
      return await this.#lineTo(nodeId, purpose, address).get();
    } catch (error) {
      // It may have come back elsewhere: its address is asked for again.
      this.#nodes.delete(nodeId);
      throw error;
    }
  }

  #lineTo(nodeId: number, purpose: string, address: Address): Line {
    const key = `${nodeId}/${purpose}`;
    const text = addressText(address);
    const known = this.#lines.get(key);
    if (known?.address === text) return known.line;
    known?.line.close();
    const line = new Line(() => this.#dial(address));
    this.#lines.set(key, { address: text, line });
    return line;
  }

  #dial(address: Address): Promise<RawConnection> {
    return RawConnection.open(this.settings, address, {
      throttles: this.#throttles,
      onUnanswered: (by) => this.#unanswered(by),
    });
  }

  /**
   * A machine that is gone answers nothing and resets nothing. What else leads there and waits for nothing is dialled anew
   * when it is used next, maybe to where the name leads by now: it does not have to find out by waiting itself.
   */
  #unanswered(by: RawConnection): void {
    const gone = addressText(by.address);
    for (const line of [this.#control, ...Array.from(this.#lines.values(), (one) => one.line)]) {
      const { current } = line;
      if (current && current !== by && current.idle && addressText(current.address) === gone) current.close();
    }
  }

  /** Configured addresses first, then what the cluster told; beginning after the last one: it may be silent by now. */
  async #dialAny(): Promise<RawConnection> {
    const candidates = new Map([...this.#bootstrap, ...this.#nodes.values()].map((a) => [addressText(a), a]));
    const list = [...candidates.values()];
    const reasons: string[] = [];
    for (let i = 0; i < list.length; i++) {
      if (this.#closed) throw closedError('Kafka cluster');
      const at = (this.#firstToTry + i) % list.length;
      const address = list[at];
      if (!address) continue;
      try {
        const opened = await this.#dial(address);
        this.#firstToTry = at + 1;
        return opened;
      } catch (error) {
        if (error instanceof TributaryError && error.retry === 'final') throw error;
        reasons.push(list.length > 1 ? `${addressText(address)}: ${deepReason(error)}` : deepReason(error));
      }
    }
    throw new TributaryError({
      code: 'brokerUnavailable',
      operation: 'connect to Kafka',
      subject: [...candidates.keys()].join(', '),
      reason: reasons.join('; '),
      retry: 'retried',
    });
  }

  close(): void {
    this.#closed = true;
    this.#control.close();
    for (const { line } of this.#lines.values()) line.close();
    this.#lines.clear();
  }
}
