/** Streams and a hub for tests that say each parcel by hand. */
import {
  type Destination,
  type Divergence,
  decideEpoch,
  type Exclusion,
  edgeView,
  emptyState,
  type Fact,
  type LineageLink,
  recordIncidents,
  registerLineage,
  type Sequencing,
  Staging,
  sequenceShipment,
} from '../../../hub/sequence/index.ts';
import type { ShippedStream, VerifiedBatch, VerifiedGap, VerifiedParcel } from '../../../hub/stages.ts';
import { type EdgeId, EMPTY_TIP, type Epoch, type Tip, tipAfterBatch, tipAfterGap } from '../../../shared/identity.ts';
import { nextEpoch } from './modelAgent.ts';

export const EDGE = 'store-1' as EdgeId;
export const READY: Destination = { kind: 'ready', topic: 't', topicId: 'id', partition: 0, leaderEpoch: 3 };

/** A stream's batches, chained. */
export class Chain {
  readonly stream: ShippedStream;
  next = 0;
  tip: Tip = EMPTY_TIP;
  readonly parcels: (VerifiedBatch | VerifiedGap)[] = [];

  constructor(epoch: Epoch, previous: Chain | null = null, topic = 'orders') {
    const link = previous && { epoch: previous.stream.epoch, next: previous.next, tip: previous.tip };
    this.stream = { edge: EDGE, epoch, topic, partition: 0, lane: 'main', sourcePartitions: 1, previous: link };
  }

  batch(count: number, bytes = `${this.next}`): this {
    const blob = Buffer.from(bytes);
    this.#push({ kind: 'sealed', blob, position: null }, count, tipAfterBatch(this.tip, blob));
    return this;
  }

  gap(count: number): this {
    const tip = tipAfterGap(this.tip, this.next, this.next + count - 1, 'evicted');
    this.#push({ kind: 'gap', reason: 'evicted', detail: '' }, count, tip);
    return this;
  }

  #push(
    content: Pick<VerifiedBatch, 'kind' | 'blob' | 'position'> | Pick<VerifiedGap, 'kind' | 'reason' | 'detail'>,
    count: number,
    tip: Tip,
  ): void {
    const span = { first: this.next, last: this.next + count - 1, previousTip: this.tip, tip };
    this.parcels.push({ stream: 0, ...span, minTimestamp: 1, maxTimestamp: 9, ...content } as VerifiedBatch);
    this.next += count;
    this.tip = tip;
  }

  /** Other bytes from parcel `at` on. */
  twin(at: number): Chain {
    const twin = new Chain(this.stream.epoch);
    Object.assign(twin, { stream: this.stream });
    for (const [index, parcel] of this.parcels.entries()) {
      const count = parcel.last - parcel.first + 1;
      if (index < at) twin.batch(count, String((parcel as VerifiedBatch).blob));
      else twin.batch(count, `other ${index}`);
    }
    return twin;
  }
}

export class Hub {
  readonly state = emptyState();
  destination: Destination = READY;
  exclusions = new Map<string, Exclusion>();
  readonly facts: Fact[] = [];

  #with<T>(work: (context: Sequencing) => T): T {
    const staging = new Staging(this.state);
    const destinations = { choose: () => this.destination, bound: () => this.destination };
    const result = work({ staging, destinations, exclusions: this.exclusions, nowMs: 5, facts: this.facts });
    staging.publish();
    return result;
  }

  register(...epochs: Epoch[]) {
    const lineage = epochs.map((epoch, index) => ({ epoch, predecessor: epochs[index - 1] ?? null }));
    return this.name(lineage);
  }

  name(lineage: readonly LineageLink[]) {
    return this.#with((context) => registerLineage(context, EDGE, lineage));
  }

  link(epoch: Epoch, predecessor: Epoch | null) {
    return this.#with((context) => registerLineage(context, EDGE, [{ epoch, predecessor }]))[0]!;
  }

  lost(...found: Divergence[]): void {
    this.#with((context) => recordIncidents(context, found));
  }

  decide(epoch: Epoch, decision: 'accept' | 'reject') {
    return this.#with((context) => decideEpoch(context, EDGE, epoch, decision));
  }

  /** Some parcels of some chains in one shipment. */
  take(...parts: [Chain, number?, number?][]) {
    const parcels = parts.flatMap(([chain, from, to], stream) =>
      chain.parcels.slice(from ?? 0, to).map((parcel): VerifiedParcel => ({ ...parcel, stream })),
    );
    return this.raw(
      parts.map(([chain]) => chain.stream),
      parcels,
    );
  }

  raw(streams: ShippedStream[], parcels: VerifiedParcel[]) {
    return this.#with((context) => sequenceShipment(context, { edge: EDGE, streams, parcels, marks: [], bytes: 0 }));
  }

  one(...part: [Chain, number?, number?]) {
    const { answers, writes } = this.take(part);
    const { points, refusal, gaps } = answers[0]!;
    return { code: refusal?.code ?? null, refusal, next: points.at(-1)?.next, points, gaps, taken: writes.length };
  }

  get forks() {
    return edgeView(this.state, EDGE)!.forks.map((fork) => fork.cause);
  }
}

/** A hub that has the first `has` parcels of a chain. */
export function hubWith(has: number, chain = chainOf(6)): { hub: Hub; chain: Chain } {
  const hub = new Hub();
  hub.register(chain.stream.epoch);
  if (has > 0) hub.take([chain, 0, has]);
  return { hub, chain };
}

export function chainOf(batches: number, epoch = nextEpoch()): Chain {
  const chain = new Chain(epoch);
  for (let at = 0; at < batches; at += 1) chain.batch(2);
  return chain;
}
