/**
 * In a process of its own: writes into the source, record by record, and looks when each arrives on the target. First message: what; the
 * answer comes when one record of each partition has arrived. Second: go.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { TributaryError } from '../../shared/errors.ts';
import {
  Cluster,
  type FetchPartition,
  FetchSession,
  IdempotentProducer,
  LATEST,
  listOffsets,
} from '../../shared/kafka/index.ts';
import { encodeBatch, readRecords, splitBatches } from '../../shared/records/index.ts';

export interface TrickleLoad {
  readonly source: string;
  readonly target: string;
  readonly topics: readonly string[];
  /** Of the copies' names. */
  readonly prefix: string;
  readonly partitions: number;
  readonly seconds: number;
  readonly readyWithinMs: number;
}
export interface TrickleResult {
  readonly records: number;
  /** That came more than once, from the start on. */
  readonly repeated: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const STEP_MS = 100;
const VALUE_BYTES = 100;
const WRITTEN_WITHIN_MS = 240_000;
const ARRIVES_WITHIN_MS = 120_000;
const LOOK_AGAIN_MS = 200;
const IDLE_MS = 5;

/** Milliseconds since 1970, with fractions. */
const now = (): number => performance.timeOrigin + performance.now();

class Trickle {
  readonly #load: TrickleLoad;
  readonly #source: Cluster;
  readonly #producer: IdempotentProducer;
  readonly #target: Cluster;
  readonly #places: { topic: string; partition: number }[];
  /** How long each record was on its way, those that came once more left out. */
  latenciesMs: number[] = [];
  repeated = 0;
  /** When the newest record that has arrived of each partition was written; they are written one after the other. */
  readonly #newest = new Map<string, number>();

  constructor(load: TrickleLoad) {
    this.#load = load;
    this.#source = Cluster.open({ brokers: load.source.split(',') });
    this.#producer = new IdempotentProducer(this.#source, 'trickle');
    this.#target = Cluster.open({ brokers: load.target.split(',') });
    this.#places = load.topics.flatMap((topic) =>
      Array.from({ length: load.partitions }, (_, partition) => ({ topic, partition })),
    );
  }

  get records(): number {
    return this.#places.length;
  }

  /** A broker hears of thousands of new topics one after the other: what it does not take yet is written again. */
  async write(from: number, to: number): Promise<void> {
    const deadline = performance.now() + WRITTEN_WITHIN_MS;
    let places = this.#places.slice(from, to);
    for (;;) {
      const batches = places.map((place) => {
        const value = Buffer.alloc(VALUE_BYTES);
        value.writeDoubleBE(now(), 0);
        const blob = encodeBatch([{ key: null, value, timestamp: Date.now(), headers: [] }], { codec: 'none' });
        return { ...place, blob, records: 1 };
      });
      const outcomes = await this.#producer.send(batches);
      places = places.filter((_, at) => outcomes[at]!.kind !== 'landed');
      if (places.length === 0) return;
      if (performance.now() > deadline) throw new Error(`${places.length} partitions do not take a record`);
      await sleep(LOOK_AGAIN_MS);
    }
  }

  /** For ever; as fast as it comes, also over a connection that was lost. */
  async observe(): Promise<void> {
    const asked = await this.#copies();
    const leader = (await this.#target.leader(asked[0]!.topic, 0))!.nodeId;
    const session = new FetchSession(this.#target, leader, 'observe');
    const index = new Map(asked.map((p, i) => [`${p.topic}/${p.partition}`, i]));
    for (;;) {
      const bounds = { isolation: 'read_committed', maxWaitMs: 500, minBytes: 1, maxBytes: 8 << 20 } as const;
      const answer = await session.fetch({ ...bounds, partitions: asked }).catch((error: unknown) => {
        if (error instanceof TributaryError && error.retry === 'retried') return null;
        throw error;
      });
      const at = now();
      for (const { topic, partition, records } of answer?.partitions ?? []) {
        const i = index.get(`${topic}/${partition}`)!;
        for (const { header, batch } of splitBatches(records)) {
          asked[i] = { ...asked[i]!, offset: header.baseOffset + header.lastOffsetDelta + 1 };
          if (header.control) continue;
          for (const { value } of readRecords(batch, { maxRawBytes: 1 << 20 }))
            this.#arrivedAt(`${topic}/${partition}`, value!.readDoubleBE(0), at);
        }
      }
      await sleep(answer ? IDLE_MS : LOOK_AGAIN_MS);
    }
  }

  #arrivedAt(copy: string, written: number, at: number): void {
    if (written <= (this.#newest.get(copy) ?? 0)) {
      this.repeated += 1;
      return;
    }
    this.#newest.set(copy, written);
    this.latenciesMs.push(at - written);
  }

  /** Records in the source: those of earlier systems' rounds too. */
  async written(): Promise<number> {
    const ends = await listOffsets(
      this.#source,
      this.#places.map((place) => ({ ...place, timestamp: LATEST })),
    );
    return ends.reduce((sum, { offset }) => sum + offset, 0);
  }

  /** Once all copies are there. */
  async #copies(): Promise<FetchPartition[]> {
    const names = this.#load.topics.map((topic) => this.#load.prefix + topic);
    for (;;) {
      const found = [...(await this.#target.metadata(names)).topics.values()];
      const all = found.flatMap(({ name, topicId, errorCode, partitions }) =>
        errorCode !== 0
          ? []
          : partitions
              .filter(({ leader }) => leader >= 0)
              .map(({ partition }) => ({
                topic: name,
                topicId,
                partition,
                offset: 0,
                currentLeaderEpoch: -1,
                maxBytes: 65_536,
              })),
      );
      if (all.length === this.#places.length) return all;
      await sleep(LOOK_AGAIN_MS);
    }
  }

  async arrived(count: number, withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (this.latenciesMs.length < count) {
      if (performance.now() > deadline) throw new Error(`${this.latenciesMs.length} of ${count} records have arrived`);
      await sleep(STEP_MS);
    }
  }

  async round(): Promise<TrickleResult> {
    this.latenciesMs = [];
    const { seconds } = this.#load;
    const [started, steps] = [performance.now(), (seconds * 1000) / STEP_MS];
    for (let step = 0; step < steps; step += 1) {
      const share = (at: number): number => Math.round((this.records * at) / steps);
      if (share(step + 1) > share(step)) await this.write(share(step), share(step + 1));
      await sleep(Math.max(0, started + (step + 1) * STEP_MS - performance.now()));
    }
    await this.arrived(this.records, ARRIVES_WITHIN_MS);
    const sorted = this.latenciesMs.sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
    const took = (performance.now() - started) / 1000;
    const { records, repeated } = this;
    return { records, repeated, bytes: records * VALUE_BYTES, seconds: took, p50Ms: at(0.5), p99Ms: at(0.99) };
  }
}

async function prepare(load: TrickleLoad): Promise<Trickle> {
  const trickle = new Trickle(load);
  const step = 500;
  for (let at = 0; at < trickle.records; at += step) await trickle.write(at, at + step);
  trickle.observe().catch(fail);
  // Later systems find the records of the earlier rounds as well.
  await trickle.arrived(await trickle.written(), load.readyWithinMs);
  return trickle;
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}

let trickle: Trickle | null = null;
process.on('message', (message: TrickleLoad | { go: true }) => {
  const work = async (): Promise<void> => {
    if ('go' in message) process.send?.(await trickle!.round());
    else {
      trickle = await prepare(message);
      process.send?.({ ready: true });
    }
  };
  work().catch(fail);
});
process.once('SIGTERM', () => process.exit(0));
