import { type Cluster, readCommitted } from '../../shared/kafka/index.ts';
import { limits, MIB } from '../../shared/limits.ts';
import { walkRecords } from '../../shared/records/index.ts';
import { DEAD_LETTER } from '../write/deadLetter.ts';
import type { ExpectedStream } from './expected.ts';
import { normalise, type Range } from './ranges.ts';

/** Ranges of each stream that lie in the dead letter topic; read only where the ledger counts any. */
export async function readDeadLetters(
  cluster: Cluster,
  topicName: string,
  expected: readonly ExpectedStream[],
): Promise<Map<string, Range[]>> {
  const found = new Map<string, Range[]>();
  if (!expected.some(({ counts }) => counts.deadLettered > 0)) return found;
  const { topics } = await cluster.metadata([topicName]);
  const topic = topics.get(topicName);
  for (const { partition } of topic?.errorCode === 0 ? topic.partitions : []) {
    const where = { topic: topicName, topicId: topic?.topicId ?? '', partition };
    await readCommitted(cluster, where, {
      from: null,
      until: 'end',
      purpose: 'dead letters',
      visit: ({ baseOffset }, batch, from) => {
        walkRecords(batch, { maxRawBytes: limits.maxBatchRawBytes + MIB }, (record) => {
          if (baseOffset + record.offsetDelta >= from) note(found, record.headers());
        });
        return true;
      },
    });
  }
  for (const [key, ranges] of found) found.set(key, normalise(ranges));
  return found;
}

function note(found: Map<string, Range[]>, headers: readonly (readonly [Buffer, Buffer | null])[]): void {
  const text = (name: string): string => headers.find(([known]) => known.toString() === name)?.[1]?.toString() ?? '';
  const stream = text(DEAD_LETTER.stream);
  const range = { first: Number(text(DEAD_LETTER.first)), last: Number(text(DEAD_LETTER.last)) };
  if (stream === '' || !Number.isSafeInteger(range.first) || !Number.isSafeInteger(range.last)) return;
  const known = found.get(stream);
  if (known) known.push(range);
  else found.set(stream, [range]);
}
