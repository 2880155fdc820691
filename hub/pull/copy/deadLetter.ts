import { encodeBatch, patchBatch, type RecordHeader } from '../../../shared/records/index.ts';
import { flowText } from './ledger.ts';
import type { Partition } from './partition.ts';
import type { Piece } from './plan.ts';
import type { FlowName } from './settings.ts';

/**
 * Names of a dead letter's headers. Its key is the position's ledger id, its value the batch that was refused: a whole
 * RecordBatch v2 (of base offset 0), with the records from `first` to `last` of the source.
 */
export const PULL_DEAD_LETTER = {
  reason: 'tributary.deadletter.reason',
  message: 'tributary.deadletter.message',
  target: 'tributary.deadletter.target',
  flow: 'tributary.deadletter.flow',
  source: 'tributary.deadletter.source',
  first: 'tributary.deadletter.first',
  last: 'tributary.deadletter.last',
} as const;

const MAX_MESSAGE_CHARS = 500;

export interface RefusedPiece {
  readonly flow: FlowName;
  readonly partition: Partition;
  readonly piece: Piece;
  /** Kafka's name of the error: `MESSAGE_TOO_LARGE`. */
  readonly reason: string;
  readonly message: string;
}

/** One dead letter as a batch to produce. */
export function pullDeadLetter({ flow, partition, piece, reason, message }: RefusedPiece, nowMs: number): Buffer {
  // Producing has patched it.
  patchBatch(piece.blob, { baseOffset: 0, producerId: -1n, producerEpoch: -1, baseSequence: -1, transactional: false });
  const facts: Record<keyof typeof PULL_DEAD_LETTER, string> = {
    reason,
    message: message.slice(0, MAX_MESSAGE_CHARS),
    target: partition.target,
    flow: flowText(flow),
    source: partition.label,
    first: String(piece.first),
    last: String(piece.last),
  };
  const headers = Object.entries(facts).map(
    ([name, value]): RecordHeader => [
      Buffer.from(PULL_DEAD_LETTER[name as keyof typeof PULL_DEAD_LETTER]),
      Buffer.from(value),
    ],
  );
  return encodeBatch([{ key: Buffer.from(partition.id), value: piece.blob, timestamp: nowMs, headers }], {
    codec: 'none',
  });
}
