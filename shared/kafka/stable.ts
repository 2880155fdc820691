import { setTimeout as sleep } from 'node:timers/promises';
import { TributaryError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import { listOffsets } from './offsets.ts';
import { LATEST } from './wire/listOffsets.ts';

export interface LogEnd {
  readonly topic: string;
  readonly partition: number;
  readonly end: number;
}

/** Without any progress for this long nothing is waited for. Markers of a fenced producer may take seconds. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 20;

/**
 * Resolves when every transaction with a record below these ends has been decided there: `read_committed` may then be
 * read up to them, and whatever else those transactions wrote is in its log.
 * @throws TributaryError `brokerUnavailable`: a transaction stays open, or a partition can't be asked
 */
export async function awaitStable(cluster: Cluster, ends: readonly LogEnd[]): Promise<void> {
  let open = [...ends];
  let deadline = performance.now() + PATIENCE_MS;
  let reached = new Map<string, number>();
  while (open.length > 0) {
    const questions = open.map(({ topic, partition }) => ({ topic, partition, timestamp: LATEST }));
    const answers = await listOffsets(cluster, questions, 'read_committed');
    // A partition that is gone has no transaction to wait for; its reader says what is wrong.
    const stable = new Map(answers.map((a) => [keyOf(a), a.errorCode === 0 ? a.offset : Number.POSITIVE_INFINITY]));
    open = open.filter((wanted) => stable.get(keyOf(wanted))! < wanted.end);
    if (open.some((p) => stable.get(keyOf(p)) !== reached.get(keyOf(p)))) deadline = performance.now() + PATIENCE_MS;
    else if (open[0] && performance.now() > deadline) throw openForLong(open[0], stable.get(keyOf(open[0]))!);
    reached = stable;
    if (open.length > 0) await sleep(PAUSE_MS);
  }
}

const keyOf = ({ topic, partition }: { topic: string; partition: number }): string => `${topic}/${partition}`;

function openForLong({ topic, partition, end }: LogEnd, stable: number): TributaryError {
  return new TributaryError({
    code: 'brokerUnavailable',
    operation: 'wait for open transactions',
    subject: `${topic}/${partition}`,
    reason: `a transaction at offset ${stable}, in front of the end ${end}, stays open`,
    retry: 'retried',
  });
}
