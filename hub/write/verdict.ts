import type { Outcome, OutgoingBatch } from '../../shared/kafka/index.ts';
import { limits } from '../../shared/limits.ts';
import {
  amendWritten,
  type Divergence,
  type Exclusion,
  type Refusal,
  type Staging,
  targetOf,
} from '../sequence/index.ts';
import type { RefusedPiece } from './deadLetter.ts';
import { type Piece, recordsOf } from './pieces.ts';

/** What the outcomes of a group's batches mean. Where there are exclusions the transaction must be aborted. */
export interface Verdict {
  /** Streams that can't go on as planned, by ledger key: from where, and what they are told in the next attempt. */
  readonly exclusions: Map<string, Exclusion>;
  /** Go to the dead letter topic in the same transaction. */
  readonly refused: RefusedPiece[];
  /** Targets (`topic/partition`) that do not take records now, and why. */
  readonly parks: Map<string, string>;
  /** Brokers that could not be reached, and why it is thought so. */
  readonly silent: Map<number, string>;
  /** Streams whose target has lost records. */
  readonly diverged: Divergence[];
  /** Something was not sent because the transaction's time was over. */
  late: boolean;
  /** Topics whose settings are not what was believed: looked up again before the next attempt. */
  readonly doubted: Set<string>;
  readonly landed: { readonly piece: Piece; readonly lastOffset: number }[];
}

export interface VerdictInput {
  readonly pieces: readonly Piece[];
  /** In the order of the pieces; for those that are too large there is none. */
  readonly outcomes: readonly (Outcome | null)[];
  readonly staging: Staging;
  readonly onRefused: (piece: Piece) => 'deadLetter' | 'quarantine';
  /** Topics that were looked up again already in an earlier attempt. */
  readonly lookedUp: ReadonlySet<string>;
}

const MESSAGE_TOO_LARGE = 10;
const PARKED_RETRY_MS = 1_000;

export function judgeGroup(input: VerdictInput): Verdict {
  const verdict: Verdict = {
    exclusions: new Map(),
    refused: [],
    parks: new Map(),
    silent: new Map(),
    diverged: [],
    late: false,
    doubted: new Set(),
    landed: [],
  };
  for (const [index, piece] of input.pieces.entries()) judge(input, verdict, piece, input.outcomes[index] ?? null);
  return verdict;
}

function judge(input: VerdictInput, verdict: Verdict, piece: Piece, outcome: Outcome | null): void {
  const { write } = piece;
  const target = `${write.topic}/${write.partition}`;
  if (outcome === null) {
    const message = `${piece.blob.length} bytes are over the topic's max.message.bytes`;
    refuse(input, verdict, { piece, reason: 'MESSAGE_TOO_LARGE', message });
  } else if (outcome.kind === 'landed') {
    land(input, verdict, piece, outcome.offset);
  } else if (outcome.kind === 'unavailable') {
    const reason = `${target} does not take records now: ${outcome.name}`;
    if (outcome.silentNode === null) verdict.parks.set(target, reason);
    else verdict.silent.set(outcome.silentNode, `no connection for ${target}`);
    exclude(verdict, piece, { code: 'PARKED', reason, retryAfterMs: PARKED_RETRY_MS });
  } else if (outcome.kind === 'late') {
    verdict.late = true;
    const reason = `${target} did not take everything within the ${limits.transactionMs} ms of a transaction`;
    exclude(verdict, piece, { code: 'PARKED', reason, retryAfterMs: PARKED_RETRY_MS });
  } else if (outcome.code === MESSAGE_TOO_LARGE && !input.lookedUp.has(write.topic)) {
    // The limit was lowered since it was asked for. Splitting now would put the records behind their followers.
    verdict.doubted.add(write.topic);
  } else {
    refuse(input, verdict, { piece, reason: outcome.name, message: outcome.message });
  }
}

/** A log that gives an offset twice has lost what was there before. */
function land(input: VerdictInput, verdict: Verdict, piece: Piece, offset: number): void {
  const { write } = piece;
  const known = targetOf(input.staging, write.key);
  const before = known?.lastOffset ?? -1;
  if (!known || offset > before) {
    verdict.landed.push({ piece, lastOffset: offset + recordsOf(piece) - 1 });
    return;
  }
  const target = `${write.topic}/${write.partition}`;
  const reason = `${target} lost records: it was written up to offset ${before} and gave offset ${offset} again`;
  const foundTopicId = known.topicId;
  verdict.diverged.push({ stream: write.key, cause: 'truncated', target: known, foundTopicId, lostFrom: offset });
  exclude(verdict, piece, { code: 'PARKED', reason, retryAfterMs: PARKED_RETRY_MS });
}

function refuse(input: VerdictInput, verdict: Verdict, refused: RefusedPiece): void {
  const { piece, reason, message } = refused;
  if (input.onRefused(piece) === 'deadLetter') {
    verdict.refused.push(refused);
    return;
  }
  const { first, last } = piece.write.batch;
  const range = { first, last, reason };
  exclude(verdict, piece, { code: 'REJECTED', reason: `Kafka will never take it: ${reason}: ${message}`, range });
}

/** From the whole sealed batch on: a part of it can't be confirmed. */
function exclude(verdict: Verdict, piece: Piece, refusal: Refusal): void {
  const { key, batch } = piece.write;
  const known = verdict.exclusions.get(key);
  if (!known || batch.first < known.first) verdict.exclusions.set(key, { first: batch.first, refusal });
}

export const mustRepeat = ({ exclusions, doubted }: Verdict): boolean => exclusions.size > 0 || doubted.size > 0;

/** Completes the staged entries with offsets and dead letters. */
export function amendStaging(staging: Staging, verdict: Verdict, leaderEpoch: (piece: Piece) => number): void {
  const streams = new Map<string, { lastOffset: number; leaderEpoch: number; deadLettered: number }>();
  const of = (piece: Piece) => {
    const known = streams.get(piece.write.key);
    if (known) return known;
    const made = { lastOffset: -1, leaderEpoch: leaderEpoch(piece), deadLettered: 0 };
    streams.set(piece.write.key, made);
    return made;
  };
  for (const { piece, lastOffset } of verdict.landed) {
    const written = of(piece);
    written.lastOffset = Math.max(written.lastOffset, lastOffset);
  }
  for (const { piece } of verdict.refused) of(piece).deadLettered += recordsOf(piece);
  for (const [key, written] of streams) amendWritten(staging, key, written);
}

export const outgoing = (piece: Piece): OutgoingBatch => ({
  topic: piece.write.topic,
  partition: piece.write.partition,
  blob: piece.blob,
  records: recordsOf(piece),
});
