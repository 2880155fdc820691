/** What Kafka's answer to one batch means. */
import { isRetriable, kafkaErrorName } from '../errorTable.ts';

/**
 * `refused`: these bytes will never be taken, and are not in the log. `unavailable`: not in the log, the same may be tried
 * in a later transaction; `silentNode`: because this broker can't be reached. `late`: not in the log: the time that the
 * caller gave was over before it was sent.
 */
export type Outcome =
  | { readonly kind: 'landed'; readonly offset: number }
  | { readonly kind: 'refused'; readonly code: number; readonly name: string; readonly message: string }
  | {
      readonly kind: 'unavailable';
      readonly code: number;
      readonly name: string;
      readonly silentNode: number | null;
    }
  | { readonly kind: 'late'; readonly name: string };

/**
 * - `landed`: in the log.
 * - `behind`: refused only because of the sequence: a batch in front of it is missing.
 * - `again`: not in the log; the same bytes may land later.
 * - `maybe`: perhaps in the log. The same bytes with the same sequence are sent again, which the broker recognises: a
 *   repeat is answered as landed, with the first offset. If this does not end in `landed` nobody knows.
 * - `doubtful`: probably poison. Sent once more with the same sequence before it is called refused: if a broker failed
 *   after it had appended, the repeat is recognised, and the sequence is not given to other bytes.
 * - `fenced`: another producer with this transactional id has taken over.
 * - `broken`: the transaction itself is in a state that only fencing mends.
 */
export type Verdict = 'landed' | 'behind' | 'again' | 'maybe' | 'doubtful' | 'refused' | 'fenced' | 'broken';

const OUT_OF_ORDER = 45;
const FENCED = new Set([47, 90]);
/** REQUEST_TIMED_OUT (replication took too long), NOT_ENOUGH_REPLICAS_AFTER_APPEND, KAFKA_STORAGE_ERROR. */
const MAYBE = new Set([7, 20, 56]);
/** About the transaction or the producer, not about the bytes. */
const BROKEN = new Set([46, 48, 49, 52, 53, 54, 59, 120]);
/** Checked before anything is appended, and final. */
const REFUSED = new Set([10, 17, 18, 29, 32, 43, 44, 76, 87]);
const CORRUPT_MESSAGE = 2;

/** `baseOffset`: as answered. An error with an offset comes from a leader that had appended the batch (KIP-360's case). */
export function judge(code: number, baseOffset: number): Verdict {
  if (code === 0) return 'landed';
  if (FENCED.has(code)) return 'fenced';
  if (BROKEN.has(code)) return 'broken';
  if (MAYBE.has(code) || baseOffset >= 0) return 'maybe';
  if (code === OUT_OF_ORDER) return 'behind';
  if (REFUSED.has(code)) return 'refused';
  // Retriable in name, as the damage may have happened on the way; sent twice it is the bytes themselves.
  if (code === CORRUPT_MESSAGE) return 'doubtful';
  return isRetriable(code) ? 'again' : 'doubtful';
}

export function refusal(code: number, message: string | null): Outcome {
  const name = kafkaErrorName(code);
  return { kind: 'refused', code, name, message: message ?? name };
}
export const unavailable = (code: number, silentNode: number | null = null): Outcome => ({
  kind: 'unavailable',
  code,
  name: kafkaErrorName(code),
  silentNode,
});
export const LATE: Outcome = { kind: 'late', name: 'NOT_SENT_IN_TIME' };
