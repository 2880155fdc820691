/** What a caller hands to a producer, divided into lanes. */
import { RecordsError, readHeader } from '../../records/index.ts';
import { Lane } from './lane.ts';
import { type Outcome, refusal } from './outcome.ts';
import type { Sequences } from './sequence.ts';

export interface OutgoingBatch {
  readonly topic: string;
  readonly partition: number;
  /** One whole RecordBatch v2. Patched in place: base offset, leader epoch, producer, sequence, transactional bit. */
  readonly blob: Buffer;
  /** What the caller believes it to hold; a batch whose header says otherwise is refused. */
  readonly records: number;
}

const INVALID_RECORD = 87;

export function lanesOf(
  batches: readonly OutgoingBatch[],
  sequences: Sequences,
  proveFirst: boolean,
  settle: (index: number, outcome: Outcome) => void,
): Lane[] {
  const lanes = new Map<string, Lane>();
  batches.forEach(({ topic, partition, blob, records }, index) => {
    const counted = countRecords(blob);
    if (counted !== records) {
      settle(index, refusal(INVALID_RECORD, `the batch's header says ${counted} records, not ${records}`));
      return;
    }
    const key = `${topic}/${partition}`;
    let lane = lanes.get(key);
    if (!lane) {
      lane = new Lane(topic, partition, sequences.of(key), proveFirst, settle);
      lanes.set(key, lane);
    }
    lane.add(index, blob, records);
  });
  return [...lanes.values()];
}

/** The broker counts by the last offset delta. Null where the bytes are no batch. */
function countRecords(blob: Buffer): number | null {
  try {
    return readHeader(blob).lastOffsetDelta + 1;
  } catch (error) {
    if (error instanceof RecordsError) return null;
    throw error;
  }
}
