import { encodeBatch, type RecordHeader } from '../../shared/records/index.ts';
import { type Piece, restored } from './pieces.ts';

/**
 * Names of a dead letter's headers. Its key is the stream's ledger key, its value the batch that was refused: a whole
 * RecordBatch v2, as the edge sealed it (or the part of it that was too large).
 */
export const DEAD_LETTER = {
  reason: 'tributary.deadletter.reason',
  message: 'tributary.deadletter.message',
  target: 'tributary.deadletter.target',
  edge: 'tributary.deadletter.edge',
  stream: 'tributary.deadletter.stream',
  first: 'tributary.deadletter.first',
  last: 'tributary.deadletter.last',
} as const;

export interface RefusedPiece {
  readonly piece: Piece;
  /** Kafka's name of the error: `MESSAGE_TOO_LARGE`. */
  readonly reason: string;
  readonly message: string;
}

const MAX_MESSAGE_CHARS = 500;

/** One dead letter as a batch to produce. */
export function deadLetterBatch({ piece, reason, message }: RefusedPiece, nowMs: number): Buffer {
  const { write, first, last } = piece;
  const facts: Record<keyof typeof DEAD_LETTER, string> = {
    reason,
    message: message.slice(0, MAX_MESSAGE_CHARS),
    target: `${write.topic}/${write.partition}`,
    edge: write.edge,
    stream: write.key,
    first: String(first),
    last: String(last),
  };
  const headers = Object.entries(facts).map(
    ([name, value]): RecordHeader => [Buffer.from(DEAD_LETTER[name as keyof typeof DEAD_LETTER]), Buffer.from(value)],
  );
  const record = { key: Buffer.from(write.key), value: restored(piece), timestamp: nowMs, headers };
  return encodeBatch([record], { codec: 'none' });
}
