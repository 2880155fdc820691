/**
 * `tributary verify`: proves from the central topics and the ledger alone that what arrived is complete, once, in order.
 *
 * For each stream of the ledger: every sequence below its `next` is in its target partition exactly once, in rising
 * order, or is a gap or a dead letter that the ledger knows of; the numbers are the ledger's; every record's
 * provenance names a stream that belongs where the record lies.
 *
 * It works beside a running hub. Order of reading: ledger, then the topics up to what is committed then, then the ledger
 * again. What the first reading says must be there; what is beyond it must be below the second reading.
 *
 * Bounded: a stream in order costs a counter; only deviations are kept, as ranges, and so many of them.
 */
import type { Cluster } from '../../shared/kafka/index.ts';
import { readDeadLetters } from './deadLetters.ts';
import { readExpected } from './expected.ts';
import { type Proof, proofOf } from './proof.ts';
import { Records } from './records.ts';
import { readTargets } from './targets.ts';

export type { Finding, Proof, StreamProof } from './proof.ts';
export { proofTable } from './report.ts';

export interface ProveOptions {
  readonly ledgerTopic: string;
  readonly deadLetterTopic: string;
  /** Only these; all where absent or empty. */
  readonly edges?: readonly string[];
  /** Target topics. */
  readonly topics?: readonly string[];
  /** Records that retention took from the front of a topic are not called missing. */
  readonly ignoreExpired?: boolean;
  /** Called now and then with records read and records expected. */
  readonly onProgress?: (read: number, expected: number) => void;
}

/** @throws TributaryError `brokerUnavailable`, `brokerRefused`, `verificationFailed` when there is no such ledger */
export async function prove(cluster: Cluster, options: ProveOptions): Promise<Proof> {
  const before = await readExpected(cluster, options.ledgerTopic, options);
  const deadLetters = await readDeadLetters(cluster, options.deadLetterTopic, before);
  const records = new Records(before);
  const logStarts = await readTargets(cluster, before, records, options.onProgress);
  const after = await readExpected(cluster, options.ledgerTopic, options);
  return proofOf({ before, after, records, deadLetters, logStarts, ignoreExpired: options.ignoreExpired ?? false });
}
