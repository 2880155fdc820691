import type { Clock } from '../../shared/clock.ts';
import { crashPoint } from '../../shared/crashPoint.ts';
import { TributaryError } from '../../shared/errors.ts';
import type { TransactionalProducer } from '../../shared/kafka/index.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import type { Destinations, Divergence, Exclusion, Fact, ShardState } from '../sequence/index.ts';
import {
  batchSplit,
  deadLettered,
  epochHeld,
  forkSeen,
  gapsCoalesced,
  gapTaken,
  repeatConfirmed,
  streamRefused,
  transactionCommitted,
} from './events.ts';
import type { DeadRange, Job } from './jobs.ts';
import { type Piece, piecesOf, recordsOf } from './pieces.ts';
import { type Plan, planGroup } from './plan.ts';
import type { Routing } from './routing.ts';
import { targetLost } from './targetEvents.ts';
import type { Targets } from './targets.ts';
import { runTransaction } from './transaction.ts';
import type { Verdict } from './verdict.ts';

export interface GroupParts {
  readonly shard: number;
  readonly state: ShardState;
  readonly jobs: readonly Job[];
  readonly destinations: Destinations;
  readonly producer: TransactionalProducer;
  readonly targets: Targets;
  readonly routing: Routing;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly topics: { readonly ledger: string; readonly audit: string; readonly deadLetter: string };
  /** A target's log is not what the ledger says: to be written down. */
  readonly onDiverged: (found: readonly Divergence[]) => void;
}

/** Each failed attempt takes at least one stream out or looks a topic up again; more than this is not bad luck. */
const MAX_ATTEMPTS = 8;

/** One group of jobs on its way into Kafka: planned, written, and planned again without what can't be written. */
export class GroupRun {
  readonly #parts: GroupParts;
  readonly #lookedUp = new Set<string>();
  #plan: Plan | null = null;
  #late = false;
  #verdict: Verdict | null = null;

  constructor(parts: GroupParts) {
    this.#parts = parts;
  }

  /**
   * Offset behind the last ledger record of the transaction; null: there was nothing to write.
   * @throws TributaryError `outcomeUnknown`, `fenced`; `brokerUnavailable`: nothing was written
   */
  async commit(exclusions: Map<string, Exclusion>): Promise<number | null> {
    const { state, jobs, destinations, clock, telemetry, shard } = this.#parts;
    const started = performance.now();
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const plan = planGroup({ state, jobs, destinations, exclusions, nowMs: clock.now() });
      this.#plan = plan;
      crashPoint('hub.sequence.staged');
      if (plan.staging.isEmpty) return null;
      const pieces = this.#pieces(plan);
      const begun = performance.now();
      const result = await this.#write(plan, pieces);
      if (result.kind === 'aborted') {
        await this.#learn(result.verdict, exclusions, performance.now() - begun);
        continue;
      }
      plan.staging.publish();
      this.#verdict = result.verdict;
      telemetry.emit(transactionCommitted, {
        shard,
        records: pieces.reduce((sum, piece) => sum + recordsOf(piece), 0),
        bytes: pieces.reduce((sum, piece) => sum + piece.blob.length, 0),
        partitions: new Set(pieces.map(({ write }) => `${write.topic}/${write.partition}`)).size,
        submissions: jobs.length,
        attempts: attempt,
        tookMs: performance.now() - started,
      });
      return result.ledgerEnd;
    }
    throw hopeless(shard);
  }

  /** Whether there was more in the group than a transaction's time was enough for. */
  get late(): boolean {
    return this.#late;
  }

  /** Answers every job and tells what happened. To be called once, after {@link commit}. */
  answer(): void {
    const plan = this.#plan!;
    const dead = this.#tellDead();
    for (const fact of plan.facts) this.#tell(fact);
    for (const [job, error] of plan.failed) job.reject(error);
    for (const index of this.#parts.jobs.keys()) plan.answer(index, dead.get(index) ?? []);
  }

  #pieces(plan: Plan): Piece[] {
    return plan.writes.flatMap(({ job, write }) => {
      const parts = piecesOf(write, job, this.#parts.targets.maxMessageBytes(write.topic));
      const { first, last } = write.batch;
      if (parts.length > 1) {
        this.#parts.telemetry.emit(batchSplit, { stream: write.key, first, last, parts: parts.length });
      }
      return parts;
    });
  }

  #write(plan: Plan, pieces: readonly Piece[]) {
    const { producer, shard, topics, clock, targets, jobs, routing } = this.#parts;
    const streamOf = ({ job, write }: Piece) => {
      const found = jobs[job];
      return found?.kind === 'shipment' ? found.shipment.streams[write.stream] : undefined;
    };
    return runTransaction({
      producer,
      staging: plan.staging,
      pieces,
      shard,
      topics,
      lookedUp: this.#lookedUp,
      parkedReason: (topic, partition) => targets.parkedReason(topic, partition),
      nowMs: clock.now(),
      onRefused: (piece) => policyOf(routing, streamOf(piece)),
      leaderEpoch: ({ write }) => targets.leaderEpoch(write.topic, write.partition),
    });
  }

  /** Before the next attempt: park what does not answer, look up what was wrong, leave out what can't be written. */
  async #learn(verdict: Verdict, exclusions: Map<string, Exclusion>, costMs: number): Promise<void> {
    const { targets } = this.#parts;
    this.#late ||= verdict.late;
    if (verdict.diverged.length > 0) await this.#understand(verdict.diverged);
    for (const [node, why] of verdict.silent) targets.silent(node, why, costMs);
    for (const [target, reason] of verdict.parks) {
      targets.park(target, reason);
      targets.doubt(target.slice(0, target.lastIndexOf('/')));
    }
    for (const [key, exclusion] of verdict.exclusions) {
      const known = exclusions.get(key);
      if (!known || exclusion.first <= known.first) exclusions.set(key, exclusion);
    }
    for (const topic of verdict.doubted) {
      this.#lookedUp.add(topic);
      await targets.lookUp(topic);
    }
  }

  /** An offset that comes twice is a log that was cut, or another topic of that name: its id says which. */
  async #understand(diverged: readonly Divergence[]): Promise<void> {
    const { targets, onDiverged } = this.#parts;
    for (const topic of new Set(diverged.map(({ target }) => target.topic))) await targets.lookUp(topic);
    const understood = diverged.flatMap((found): Divergence[] => {
      const { topic, topicId } = found.target;
      const foundTopicId = targets.topicId(topic);
      if (foundTopicId === null || foundTopicId === topicId) return foundTopicId === null ? [] : [found];
      return [{ ...found, cause: 'replaced', foundTopicId, lostFrom: 0 }];
    });
    if (understood.length > 0) onDiverged(understood);
  }

  #tellDead(): Map<number, DeadRange[]> {
    const dead = new Map<number, DeadRange[]>();
    const { telemetry, targets } = this.#parts;
    for (const { piece, reason } of this.#verdict?.refused ?? []) {
      const { write, first, last, job } = piece;
      const target = `${write.topic}/${write.partition}`;
      telemetry.emit(deadLettered, { edge: write.edge, stream: write.key, first, last, target, reason });
      dead.set(job, [...(dead.get(job) ?? []), { stream: write.stream, first, last, reason }]);
    }
    if (dead.size > 0) targets.worked(`${this.#parts.topics.deadLetter}/${this.#parts.shard}`);
    targets.landed((this.#verdict?.landed ?? []).map(({ piece }) => piece.write));
    return dead;
  }

  #tell(fact: Fact): void {
    const { telemetry } = this.#parts;
    switch (fact.kind) {
      case 'fork':
        telemetry.emit(forkSeen, fact);
        break;
      case 'gap':
        telemetry.emit(gapTaken, fact);
        break;
      case 'gapsCoalesced':
        telemetry.emit(gapsCoalesced, fact);
        break;
      case 'repeat':
        telemetry.emit(repeatConfirmed, fact);
        break;
      case 'epochHeld':
        telemetry.emit(epochHeld, fact);
        break;
      case 'incident': {
        const { cause, target, next } = fact.incident;
        const { edge, stream } = fact;
        telemetry.emit(targetLost, { edge, stream, cause, target: `${target.topic}/${target.partition}`, next });
        break;
      }
      case 'refused': {
        const { edge, stream, refusal } = fact;
        telemetry.emit(streamRefused, { edge, stream, code: refusal.code, reason: refusal.reason });
      }
    }
  }
}

function policyOf(routing: Routing, stream: Parameters<Routing['target']>[0] | undefined): 'deadLetter' | 'quarantine' {
  try {
    return stream ? routing.target(stream).onRefused : 'deadLetter';
  } catch {
    // The route was taken away since the stream opened: the default holds.
    return 'deadLetter';
  }
}

function hopeless(shard: number): TributaryError {
  return new TributaryError({
    code: 'brokerUnavailable',
    operation: 'write shipments',
    subject: `shard ${shard}`,
    reason: `${MAX_ATTEMPTS} attempts each found something else that could not be written`,
    retry: 'retryable',
  });
}
