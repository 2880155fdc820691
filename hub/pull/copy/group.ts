/**
 * One transaction of a shard: chunks as they come, then dead letters and the positions of all partitions that it touched,
 * then the commit.
 *
 * A partition's position never passes a batch that has neither landed nor become a dead letter. Where a batch behind such a
 * one has landed, the transaction is aborted: the partition in trouble waits, all others are fetched again.
 */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../shared/clock.ts';
import { crashPoint } from '../../../shared/crashPoint.ts';
import { TributaryError } from '../../../shared/errors.ts';
import type { IdempotentProducer, Outcome, OutgoingBatch, TransactionalProducer } from '../../../shared/kafka/index.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import { ledgerBatches } from '../../ledger/batches.ts';
import type { Chunk } from './chunk.ts';
import { pullDeadLetter } from './deadLetter.ts';
import { pullDeadLettered, pullGapFound, pullMapsRefused, pullTransactionCommitted } from './events.ts';
import { encodePull, type PullPosition } from './ledger.ts';
import type { Partition } from './partition.ts';
import type { Piece } from './plan.ts';
import { Progress } from './progress.ts';
import { commitAtMs } from './rhythm.ts';
import type { TargetTopics } from './targets.ts';
import { holds, judgeOutcome } from './verdict.ts';

export interface GroupParts {
  readonly shard: number;
  readonly producer: TransactionalProducer;
  readonly idempotent: IdempotentProducer;
  readonly targets: TargetTopics;
  readonly topics: PullTopics;
  /** Maps can't be written before this time of the monotonic clock; kept over groups. */
  readonly maps: { notBeforeMs: number };
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** As in the ledger; kept so. */
  readonly positions: Map<string, PullPosition>;
}

/** Of the target cluster, each with a partition a shard. */
export interface PullTopics {
  readonly ledger: string;
  readonly deadLetter: string;
  readonly maps: string;
}

/** So long nothing is tried with maps after they were refused. */
const MAPS_RETRY_MS = 60_000;

interface Item {
  readonly chunk: Chunk;
  readonly piece: Piece;
  outcome: Outcome | null;
}

export class Group {
  readonly #parts: GroupParts;
  readonly #progress = new Map<Partition, Progress>();
  readonly #ids = new Set<string>();
  readonly #startedMs: number;
  #bytes = 0;
  /** Something in it is seen only once it is committed. */
  #hidden = false;
  #lastCommitMs = Number.NEGATIVE_INFINITY;
  #mustAbort = false;
  #awaited = false;

  constructor(parts: GroupParts) {
    this.#parts = parts;
    this.#startedMs = parts.clock.monotonicMs();
  }

  get bytes(): number {
    return this.#bytes;
  }
  get partitions(): number {
    return this.#progress.size;
  }
  /** When it ends if nothing more comes, where a steady stream is committed each `everyMs`; on the monotonic clock. */
  endsAtMs(everyMs: number): number {
    const [startedMs, hidden, bytes, lastCommitMs] = [this.#startedMs, this.#hidden, this.#bytes, this.#lastCommitMs];
    return commitAtMs({ startedMs, hidden, bytes, lastCommitMs }, everyMs);
  }
  /** Nothing more should be added. */
  get spoiled(): boolean {
    return this.#mustAbort || this.#awaited;
  }

  /** @throws TributaryError `fenced`, `outcomeUnknown` */
  async write(chunks: readonly Chunk[]): Promise<void> {
    const taken = chunks.filter((chunk) => this.#takes(chunk));
    const items = taken.map((chunk) => chunk.plan.pieces.map((piece): Item => ({ chunk, piece, outcome: null })));
    const flat = items.flat();
    try {
      await this.#deliver(flat.filter(({ chunk, piece }) => !isDoubted(chunk, piece)));
      await this.#deliverDoubted(flat.filter(({ chunk, piece }) => isDoubted(chunk, piece)));
      if (flat.length > 0) crashPoint('pull.batch.produced');
    } finally {
      for (const chunk of taken) chunk.flow.released(chunk);
    }
    for (const [at, chunk] of taken.entries()) this.#judge(chunk, items[at]!);
  }

  /** Each chunk begins where the one before ended, or is thrown away. */
  #takes(chunk: Chunk): boolean {
    const { partition } = chunk;
    const known = this.#progress.get(partition);
    const current =
      chunk.generation === partition.generation && !known?.failure && (known || this.#isUpToDate(partition));
    if (current && chunk.from === (known?.next ?? partition.committed)) {
      const progress = known ?? new Progress(partition, chunk);
      this.#progress.set(partition, progress);
      this.#ids.add(partition.id);
      progress.next = chunk.plan.next;
      this.#bytes += chunk.plan.bytes;
      this.#lastCommitMs = Math.max(this.#lastCommitMs, partition.committedAtMs);
      if (chunk.flow.settings.delivery === 'exactlyOnce' && chunk.plan.pieces.length > 0) this.#hidden = true;
      return true;
    }
    if (current) partition.rewind();
    chunk.flow.released(chunk);
    return false;
  }

  /**
   * A flow that ends and begins again leaves its last transaction behind: what follows began at the position before it, and
   * would write its records once more.
   */
  #isUpToDate(partition: Partition): boolean {
    if (this.#ids.has(partition.id)) {
      // Another run's, in this transaction: it has to be over first.
      this.#awaited = true;
      partition.rewind();
      return false;
    }
    const position = this.#parts.positions.get(partition.id) ?? null;
    if (position === partition.position) return true;
    partition.own(position);
    partition.start();
    return false;
  }

  /** What was refused goes alone, and what is behind it only if it was taken: so nothing has to be undone for it. */
  async #deliverDoubted(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return;
    const refused = items.filter(({ chunk, piece }) => holds(piece, chunk.partition.refusedAt));
    await this.#deliver(refused);
    const held = new Set<Partition>();
    for (const { chunk, piece, outcome } of refused) {
      const verdict = judgeOutcome(this.#progress.get(chunk.partition)!, piece, outcome, chunk.flow.settings);
      if (verdict.kind === 'failed') held.add(chunk.partition);
    }
    await this.#deliver(items.filter((item) => !refused.includes(item) && !held.has(item.chunk.partition)));
  }

  async #deliver(items: readonly Item[]): Promise<void> {
    const { producer, idempotent } = this.#parts;
    const sendable = items.filter(({ piece }) => !piece.tooLarge);
    const once = sendable.filter(({ chunk }) => chunk.flow.settings.delivery === 'exactlyOnce');
    const least = sendable.filter(({ chunk }) => chunk.flow.settings.delivery === 'atLeastOnce');
    await Promise.all([
      once.length > 0 ? send(producer, once) : null,
      least.length > 0 ? send(idempotent, least) : null,
    ]);
  }

  #judge(chunk: Chunk, items: readonly Item[]): void {
    const progress = this.#progress.get(chunk.partition)!;
    progress.begin(chunk);
    for (const item of items) this.#judgeItem(progress, item);
    if (progress.failure === null) progress.complete(chunk);
  }

  #judgeItem(progress: Progress, { chunk, piece, outcome }: Item): void {
    if (outcome === null && !piece.tooLarge) return;
    if (progress.failure) {
      if (outcome?.kind === 'landed' && chunk.flow.settings.delivery === 'exactlyOnce') this.#mustAbort = true;
      return;
    }
    const verdict = judgeOutcome(progress, piece, outcome, chunk.flow.settings);
    if (verdict.kind === 'failed') {
      progress.failure = verdict.failure;
      if (verdict.undo) this.#mustAbort = true;
      if (verdict.doubt) this.#parts.targets.doubt(progress.partition.spec.targetTopic);
      return;
    }
    if (verdict.kind === 'landed') progress.landed(piece, verdict.offset);
    else progress.dead(piece, verdict.reason, verdict.message);
    if (holds(piece, chunk.partition.refusedAt)) chunk.partition.refusedAt = -1;
  }

  /**
   * Ends the transaction.
   * @returns the offset behind its last ledger record; null: there was nothing to commit
   * @throws TributaryError `fenced`, `outcomeUnknown`; `brokerUnavailable`: the ledger can't be written, all was aborted
   */
  async finish(): Promise<number | null> {
    const { producer } = this.#parts;
    if (this.#mustAbort) {
      await producer.abort();
      this.#dropUndone();
    }
    for (;;) {
      const changed = [...this.#progress.values()].filter((progress) => progress.changed);
      if (changed.length === 0) {
        await producer.abort();
        this.#settle();
        return null;
      }
      const end = await this.#writeEntries(changed);
      if (end === null) continue;
      crashPoint('pull.ledger.written');
      await commit(producer);
      crashPoint('pull.commit.done');
      this.#settle();
      this.#tell(changed.length);
      return end;
    }
  }

  /** What was written in the transaction is not there any more; what was written beside it is. */
  #dropUndone(): void {
    for (const [partition, progress] of this.#progress) {
      if (progress.flow.settings.delivery === 'atLeastOnce') continue;
      this.#progress.delete(partition);
      progress.undo();
    }
    this.#mustAbort = false;
  }

  /** Null: a dead letter was refused, its partition waits; to be tried again with what is left. */
  async #writeEntries(changed: readonly Progress[]): Promise<number | null> {
    const { producer, topics, shard, clock, maps } = this.#parts;
    const nowMs = clock.now();
    if (clock.monotonicMs() < maps.notBeforeMs) for (const progress of changed) progress.withoutMap();
    const mapped = ledgerBatches(
      changed.flatMap((progress) => progress.mapRecords()),
      nowMs,
    );
    const changes = changed.map((progress) => progress.entry());
    const ledger = ledgerBatches(
      changes.map(({ id, value }) => encodePull({ kind: 'flow', id, value })),
      nowMs,
    );
    const dead = changed.flatMap((progress) => progress.deadLetters.map((letter) => ({ progress, letter })));
    const outcomes = await producer.send([
      ...ledger.map(({ blob, records }) => ({ topic: topics.ledger, partition: shard, blob, records })),
      ...dead.map(({ letter }) => {
        const blob = pullDeadLetter(letter, nowMs);
        return { topic: topics.deadLetter, partition: shard, blob, records: 1 };
      }),
      ...mapped.map(({ blob, records }) => ({ topic: topics.maps, partition: shard, blob, records })),
    ]);
    const failed = outcomes.findIndex(({ kind }) => kind !== 'landed');
    const last = outcomes[ledger.length - 1];
    if (mapped.length > 0 && failed < 0) maps.notBeforeMs = 0;
    if (failed < 0 && last?.kind === 'landed') return last.offset + ledger.at(-1)!.records;
    await producer.abort();
    const refused = dead[failed - ledger.length];
    if (failed >= ledger.length + dead.length) {
      this.#mapsRefused(outcomes[failed]!);
      return null;
    }
    if (!refused) throw notWritable(topics.ledger, shard, outcomes[failed]);
    refused.progress.failure = { wait: 'targetRefused', detail: `${topics.deadLetter} does not take the dead letter` };
    refused.progress.discard();
    this.#dropUndone();
    return null;
  }

  /** Maps are beside the copying: it goes on without them for a while. */
  #mapsRefused(outcome: Outcome): void {
    const { maps, clock, telemetry, topics, shard } = this.#parts;
    const reason = outcome.kind === 'landed' ? '' : outcome.name;
    if (maps.notBeforeMs === 0) telemetry.emit(pullMapsRefused, { topic: topics.maps, shard, reason });
    maps.notBeforeMs = clock.monotonicMs() + MAPS_RETRY_MS;
    this.#dropUndone();
  }

  #settle(): void {
    const { telemetry, positions, clock } = this.#parts;
    const nowMs = clock.monotonicMs();
    for (const progress of this.#progress.values()) {
      const { partition, flow } = progress;
      for (const gap of progress.gaps) {
        telemetry.emit(pullGapFound, { flow: flow.name, source: partition.label, ...gap });
      }
      for (const { piece, reason } of progress.deadLetters) {
        const { first, last } = piece;
        const { label: source, target } = partition;
        telemetry.emit(pullDeadLettered, { flow: flow.name, source, target, first, last, reason });
      }
      const entry = progress.settle(nowMs);
      if (entry) positions.set(partition.id, entry);
    }
    this.#progress.clear();
  }

  #tell(partitions: number): void {
    const { telemetry, shard, clock } = this.#parts;
    const tookMs = clock.monotonicMs() - this.#startedMs;
    telemetry.emit(pullTransactionCommitted, { shard, partitions, bytes: this.#bytes, tookMs });
  }

  /** Nobody knows what of it is there, or nothing is: everything is fetched again. */
  fail(): void {
    for (const progress of this.#progress.values()) progress.undo();
    this.#progress.clear();
  }
}

/** The request is on its way when the crash point is reached, its answer is not awaited yet. */
async function commit(producer: TransactionalProducer): Promise<void> {
  const committing = producer.commit();
  committing.catch(() => {});
  await setImmediate();
  crashPoint('pull.commit.sent');
  await committing;
}

/** At or behind a batch that the target has refused before. */
const isDoubted = ({ partition }: Chunk, { last }: Piece): boolean =>
  partition.refusedAt >= 0 && last >= partition.refusedAt;

async function send(producer: TransactionalProducer | IdempotentProducer, items: readonly Item[]): Promise<void> {
  const batches = items.map(({ chunk: { target }, piece: { blob, records } }): OutgoingBatch => {
    return { topic: target.topic, partition: target.partition, blob, records };
  });
  const outcomes = await producer.send(batches);
  for (const [at, item] of items.entries()) item.outcome = outcomes[at]!;
}

function notWritable(topic: string, shard: number, outcome: Outcome | undefined): TributaryError {
  return new TributaryError({
    code: 'brokerUnavailable',
    operation: 'write pull ledger',
    subject: `${topic}/${shard}`,
    reason: `Kafka answers ${outcome && outcome.kind !== 'landed' ? outcome.name : 'nothing'}; nothing of the transaction was kept`,
    retry: 'retried',
  });
}
