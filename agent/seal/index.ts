/**
 * Sealing: from captures to durable rows, and from receipts to nothing.
 *
 * Invariants
 * - A capture resolves after the commit that holds all of it: records, positions, idempotency key, counters. It is in
 *   one transaction or in none.
 * - Captures are committed in the order in which they came; the records of a place keep that order in sequence, row id and
 *   chain, over epochs too.
 * - An epoch is used by one run only. It is drawn with the first record (or the first row that a fork moves) of the run.
 *   Streams of earlier epochs get nothing new; their tail is sealed when the next run begins.
 * - A stream's `previous` is the end of the place's chain when the stream opened, and stays (but see quarantine.ts).
 * - Nothing waits inside a transaction: SQLite is synchronous, so whole operations exclude each other by being
 *   functions. What may be long (settling a long repeat, moving after a fork, new tips behind a quarantine,
 *   sealing many tails) is cut into bounded transactions with their progress in the file.
 *
 * Group commit: the first capture asks for a flush in this turn of the event loop; what arrives until then, and while a
 * commit runs, shares the next one, up to a bound. Receipts join it. What waits is bounded: beyond that captures are refused
 * with `bufferFull`, as they are when the disk's share is used up.
 *
 * Lifecycle: {@link SealingIntake.open} seals the tail of the run before, drops what is drained and goes on with forks
 * and quarantines that were under way; `close` commits what waits, seals the tail and closes the file.
 */
export { SealingIntake, type SealingIntakeOptions } from './intake.ts';
