/**
 * `tributary verify`: proves from the central topics and the ledger alone that what arrived is complete, once, in order.
 *
 * For each stream of the ledger: every sequence below its `next` is in its target partition exactly once, in rising
 * order, or is a gap or a dead letter that the ledger knows of; the numbers are the ledger's; every record's
 * provenance names a stream that belongs where the record lies. A ledger without streams proves nothing, and that is said.
 *
 * It works beside a running hub: the ledger as it is committed; the topics' ends, and a wait until all transactions in
 * front of them are decided; the ledger again, with what is being committed; the records up to those ends (a transaction's
 * end reaches its partitions one by one). What the first reading of the ledger says must be there; the second one knows of
 * every record below the ends, since entries are written before their transaction ends, and what is beyond it is a fault.
 *
 * Limits: epochs that have left the ledger's bounded list are `unlisted`: contiguous, once and in order, but where they
 * end nobody knows any more. Streams that share a target partition and whose records do not say which of them they are
 * of are proven together (sharers.ts).
 *
 * Bounded: a stream in order costs a counter; only deviations are kept, as ranges, and so many of them.
 */
import { awaitStable, type Cluster } from '../../shared/kafka/index.ts';
import { readDeadLetters } from './deadLetters.ts';
import { readExpected } from './expected.ts';
import { type Proof, proofOf } from './proof.ts';
import { Records } from './records.ts';
import { readTargets, targetPartitions } from './targets.ts';

export type { Finding, Proof, StreamProof, Verdict } from './proof.ts';
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
  const { ledgerTopic, deadLetterTopic, edges, topics, ignoreExpired = false, onProgress } = options;
  const before = await readExpected(cluster, ledgerTopic, 'stable');
  const wanted = [...before.values()].filter(
    ({ id, target }) => isAmong(edges, id.edge) && isAmong(topics, target.topic),
  );
  const partitions = await targetPartitions(cluster, wanted);
  await awaitStable(cluster, partitions);
  const after = await readExpected(cluster, ledgerTopic, 'end');
  // Other edges' records in the same topics are no strangers.
  const names = new Set(wanted.map(({ target }) => target.topic));
  const there = [...new Map([...before, ...after]).values()].filter(({ target }) => names.has(target.topic));
  const deadLetters = await readDeadLetters(cluster, deadLetterTopic, there);
  const records = new Records(there, deadLetters);
  const total = there.reduce((sum, { counts }) => sum + counts.records, 0);
  const targets = await readTargets(cluster, partitions, records, (read) => onProgress?.(read, total));
  records.finish();
  return proofOf({ wanted, after, records, deadLetters, targets, ignoreExpired });
}

const isAmong = (names: readonly string[] | undefined, name: string): boolean =>
  names === undefined || names.length === 0 || names.includes(name);
