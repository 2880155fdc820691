import { Cluster, type KafkaSettings } from '../../shared/kafka/index.ts';
import { prove } from './index.ts';
import type { Proof, Verdict } from './proof.ts';
import { proofTable } from './report.ts';

export interface VerifyOptions {
  readonly kafka: KafkaSettings;
  readonly ledgerTopic: string;
  readonly deadLetterTopic: string;
  readonly edges: readonly string[];
  readonly topics: readonly string[];
  readonly ignoreExpired: boolean;
  readonly onProgress?: (read: number, expected: number) => void;
}
export interface VerifyOutcome {
  /** `proven`: every stream is contiguous, in order, without a repeat, as the ledger says. */
  readonly verdict: Verdict;
  /** The verdict is `proven`. */
  readonly sound: boolean;
  /** For people: a table, and the exact ranges of what was found. */
  readonly text: string;
  /** The same for programs. */
  readonly report: Proof;
}

/** @throws TributaryError where the cluster can't be read or has no such ledger */
export async function runVerify({ kafka, ...options }: VerifyOptions): Promise<VerifyOutcome> {
  const cluster = Cluster.open(kafka);
  try {
    const report = await prove(cluster, options);
    return { verdict: report.verdict, sound: report.verdict === 'proven', text: proofTable(report), report };
  } finally {
    await cluster.close();
  }
}
