/**
 * One transaction: data, then dead letters, ledger and audit together, then the commit.
 *
 * Nothing of a group is committed unless each of its batches landed or has its dead letter: otherwise the transaction is
 * aborted and the group is sequenced again without the streams in trouble. So a stream never has a hole, and its order
 * never depends on what could be written when.
 *
 * Bounded in time: data has `limits.transactionMs`, what is not sent by then is left out of the next attempt, what is not
 * answered ends the group. Ledger entries have what is left of it, and {@link ENTRIES_MS} at least. So no slow partition
 * holds a transaction open until the coordinator ends it.
 */
import { setImmediate } from 'node:timers/promises';
import { crashPoint } from '../../shared/crashPoint.ts';
import { TributaryError } from '../../shared/errors.ts';
import type { Outcome, OutgoingBatch, TransactionalProducer } from '../../shared/kafka/index.ts';
import { limits } from '../../shared/limits.ts';
import { type LedgerBatch, ledgerBatches } from '../ledger/batches.ts';
import { encodeAudit, encodeChange } from '../ledger/codec.ts';
import type { Exclusion, Staging } from '../sequence/index.ts';
import { deadLetterBatch, type RefusedPiece } from './deadLetter.ts';
import type { Piece } from './pieces.ts';
import { amendStaging, judgeGroup, mustRepeat, outgoing, type Verdict } from './verdict.ts';

export interface TransactionInput {
  readonly producer: TransactionalProducer;
  readonly staging: Staging;
  readonly pieces: readonly Piece[];
  readonly shard: number;
  readonly topics: { readonly ledger: string; readonly audit: string; readonly deadLetter: string };
  readonly onRefused: (piece: Piece) => 'deadLetter' | 'quarantine';
  readonly leaderEpoch: (piece: Piece) => number;
  readonly lookedUp: ReadonlySet<string>;
  /** Why a partition is not to be tried now; null: it may be. */
  readonly parkedReason: (topic: string, partition: number) => string | null;
  readonly nowMs: number;
}

const ENTRIES_MS = 5_000;

export type TransactionResult =
  | { readonly kind: 'committed'; readonly verdict: Verdict; readonly ledgerEnd: number }
  /** Aborted: nothing is in any log. */
  | { readonly kind: 'aborted'; readonly verdict: Verdict };

/**
 * @throws TributaryError `outcomeUnknown`, `fenced`; `brokerUnavailable`: aborted, as the ledger itself can't be written
 */
export async function runTransaction(input: TransactionInput): Promise<TransactionResult> {
  const { producer, staging, nowMs } = input;
  const started = performance.now();
  const verdict = await writeData(input);
  if (mustRepeat(verdict)) {
    await producer.abort();
    return { kind: 'aborted', verdict };
  }
  crashPoint('hub.write.produced');
  amendStaging(staging, verdict, input.leaderEpoch);
  const ledger = ledgerBatches(staging.changes().map(encodeChange), nowMs);
  const audits = staging.audits().map(({ edge, entry }) => encodeAudit(edge, entry));
  const audit = ledgerBatches(audits, nowMs);
  const withinMs = Math.max(ENTRIES_MS, started + limits.transactionMs - performance.now());
  const ledgerEnd = await writeEntries(input, verdict, { ledger, audit, withinMs });
  if (ledgerEnd === null) {
    await producer.abort();
    return { kind: 'aborted', verdict };
  }
  crashPoint('hub.ledger.written');
  await commit(producer);
  return { kind: 'committed', verdict, ledgerEnd };
}

async function writeData({ producer, pieces, ...rest }: TransactionInput): Promise<Verdict> {
  const sendable = pieces.filter((piece) => !piece.tooLarge);
  const answers = sendable.length > 0 ? await producer.send(sendable.map(outgoing), limits.transactionMs) : [];
  const outcomes: (Outcome | null)[] = [];
  let next = 0;
  for (const piece of pieces) outcomes.push(piece.tooLarge ? null : answers[next++]!);
  return judgeGroup({ pieces, outcomes, ...rest });
}

interface Entries {
  readonly ledger: readonly LedgerBatch[];
  readonly audit: readonly LedgerBatch[];
  readonly withinMs: number;
}

/** Offset behind the last ledger record; null: a dead letter could not be written, its stream is excluded now. */
async function writeEntries(
  input: TransactionInput,
  verdict: Verdict,
  { ledger, audit, withinMs }: Entries,
): Promise<number | null> {
  const { producer, topics, shard, nowMs } = input;
  if (verdict.refused.length > 0 && input.parkedReason(topics.deadLetter, shard) !== null) {
    for (const refused of verdict.refused) excludeUndeliverable(verdict, refused, topics.deadLetter);
    return null;
  }
  const to = (topic: string, { blob, records }: LedgerBatch): OutgoingBatch => ({
    topic,
    partition: shard,
    blob,
    records,
  });
  const dead = verdict.refused.map((refused) => ({ blob: deadLetterBatch(refused, nowMs), records: 1 }));
  const batches = [
    ...ledger.map((batch) => to(topics.ledger, batch)),
    ...audit.map((batch) => to(topics.audit, batch)),
    ...dead.map((batch) => to(topics.deadLetter, batch)),
  ];
  const outcomes = await producer.send(batches, withinMs);
  const own = outcomes.slice(0, ledger.length + audit.length);
  const failed = own.findIndex((outcome) => outcome.kind !== 'landed');
  if (failed >= 0) {
    await producer.abort();
    throw notWritable(failed < ledger.length ? topics.ledger : topics.audit, shard, own[failed]!);
  }
  const lost = verdict.refused.filter((_, index) => outcomes[own.length + index]!.kind !== 'landed');
  for (const refused of lost) excludeUndeliverable(verdict, refused, topics.deadLetter);
  if (lost.length > 0) return null;
  const last = own[ledger.length - 1];
  return last?.kind === 'landed' ? last.offset + ledger.at(-1)!.records : -1;
}

function excludeUndeliverable(verdict: Verdict, { piece, reason }: RefusedPiece, topic: string): void {
  const { key, batch, partition } = piece.write;
  const text = `${piece.write.topic}/${partition} refuses a batch (${reason}) and ${topic} did not take it either`;
  const exclusion: Exclusion = { first: batch.first, refusal: { code: 'PARKED', reason: text, retryAfterMs: 5_000 } };
  const known = verdict.exclusions.get(key);
  if (!known || batch.first < known.first) verdict.exclusions.set(key, exclusion);
}

/** The request is on its way when the crash point is reached, its answer is not awaited yet. */
async function commit(producer: TransactionalProducer): Promise<void> {
  const committing = producer.commit();
  committing.catch(() => {});
  await setImmediate();
  crashPoint('hub.commit.sent');
  await committing;
}

function notWritable(topic: string, shard: number, outcome: Outcome): TributaryError {
  const name = outcome.kind === 'landed' ? '' : outcome.name;
  return new TributaryError({
    code: 'brokerUnavailable',
    operation: 'write ledger',
    subject: `${topic}/${shard}`,
    reason: `Kafka answers ${name}; nothing of the transaction was kept`,
    retry: 'retryable',
  });
}
