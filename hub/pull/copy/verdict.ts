/** What becomes of a batch, from the broker's answer: pure. */
import type { Outcome } from '../../../shared/kafka/index.ts';
import type { Piece } from './plan.ts';
import type { Failure, Progress } from './progress.ts';
import type { CopySettings } from './settings.ts';

export type BatchVerdict =
  | { readonly kind: 'landed'; readonly offset: number }
  | { readonly kind: 'deadLetter'; readonly reason: string; readonly message: string }
  /** `undo`: it is in the log and must not stay. `doubt`: what is known of the target topic is old. */
  | { readonly kind: 'failed'; readonly failure: Failure; readonly undo: boolean; readonly doubt: boolean };

const MESSAGE_TOO_LARGE = 10;
/** About the topic, not about the bytes: they will be taken once somebody allows it. */
const NOT_ABOUT_BYTES = new Set([17, 29, 44]);

/** `outcome` is null for what was not even sent. */
export function judgeOutcome(
  { partition, lastOffset }: Pick<Progress, 'partition' | 'lastOffset'>,
  piece: Piece,
  outcome: Outcome | null,
  { onRefused }: Pick<CopySettings, 'onRefused'>,
): BatchVerdict {
  const { target } = partition;
  if (outcome === null) {
    const message = `${piece.blob.length} bytes are more than ${target} takes`;
    return { kind: 'deadLetter', reason: 'MESSAGE_TOO_LARGE', message };
  }
  if (outcome.kind === 'landed') {
    if (outcome.offset > lastOffset) return { kind: 'landed', offset: outcome.offset };
    const detail = `${target} had records up to offset ${lastOffset} and gave offset ${outcome.offset} again: it has lost records`;
    return { kind: 'failed', failure: { stop: 'targetTruncated', detail }, undo: true, doubt: true };
  }
  if (outcome.kind === 'unavailable' || outcome.kind === 'late') {
    const detail = `${target} does not answer: ${outcome.name}`;
    return { kind: 'failed', failure: { wait: 'targetUnavailable', detail }, undo: false, doubt: true };
  }
  const { code, name, message } = outcome;
  // The limit may have been lowered: it is looked up, and the batch split, before anything is put aside.
  const mayBePutAside = !NOT_ABOUT_BYTES.has(code) && (code !== MESSAGE_TOO_LARGE || holds(piece, partition.refusedAt));
  if (onRefused === 'deadLetter' && mayBePutAside) return { kind: 'deadLetter', reason: name, message };
  const detail = `${target} refuses the batch at offset ${piece.first}: ${message === name ? name : `${name}: ${message}`}`;
  return { kind: 'failed', failure: { wait: 'targetRefused', detail, at: piece.first }, undo: false, doubt: true };
}

/** Whether a batch has the record at this source offset. */
export const holds = ({ first, last }: Piece, offset: number): boolean => first <= offset && offset <= last;
