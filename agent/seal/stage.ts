/** Captures into the open transaction. */
import { TributaryError } from '../../shared/errors.ts';
import { limits } from '../../shared/limits.ts';
import { queueOf } from '../../shared/queues.ts';
import type { PlaceState } from '../buffer/index.ts';
import type { KeyLimits, UsedKey } from '../buffer/notes.ts';
import type { Moment } from '../buffer/rows.ts';
import { SAME_CLOCK_MS } from '../buffer/times.ts';
import type { Capture, Captured, CaptureOutcome } from '../stages.ts';
import type { Segment } from './cut.ts';
import { giveUpNew } from './giveUp.ts';
import { Group } from './group.ts';
import type { Sealer } from './sealer.ts';

/**
 * Everything of these captures: records, positions, keys, counters. `sinceOpenMs`: monotonic, for the keys' age. `givenUp`:
 * there is no room for the records: gaps.
 */
export function stageCaptures(
  sealer: Sealer,
  captures: readonly Capture[],
  sinceOpenMs: number,
  limitsOfKeys: KeyLimits,
  givenUp = false,
): CaptureOutcome[] {
  const { notes } = sealer.file;
  const group = new Group();
  let keys = 0;
  const outcomes = captures.map((capture): CaptureOutcome => {
    const { idempotencyKey: key, records } = capture;
    const before = key === undefined ? null : notes.findKey(key, sinceOpenMs, limitsOfKeys);
    if (before !== null) return repeatOf(before);
    if (key !== undefined) {
      notes.addKey(key, { digest: capture.idempotencyDigest ?? null, records: records.length }, sinceOpenMs);
      keys += 1;
    }
    group.add(capture);
    return { repeated: false, records: records.length };
  });
  if (keys > 0) notes.expireKeys(keys, sinceOpenMs, limitsOfKeys);
  stageRecords(sealer, group, givenUp);
  for (const [key, position] of group.positions) {
    if (position === null) notes.removePosition(key);
    else notes.setPosition(key, position);
  }
  return outcomes;
}

const repeatOf = ({ digest, records }: UsedKey): CaptureOutcome => ({
  repeated: true,
  records,
  ...(digest === null ? {} : { idempotencyDigest: digest }),
});

function stageRecords(sealer: Sealer, group: Group, givenUp: boolean): void {
  const { catalog } = sealer.file;
  const moment = sealer.now();
  sealer.file.times.seen(moment);
  for (const { topic, partition, segments, records } of group.buckets()) {
    const place = catalog.place(topic, partition, 'main') ?? addPlace(sealer, topic, partition);
    catalog.touchPlace(place);
    place.captured += records;
    place.sourcePartitions = Math.max(place.sourcePartitions, group.sourcePartitions.get(topic) ?? 0);
    const stream = sealer.captureStream(place);
    for (const captured of segments) {
      const segment = stampedAlike(captured, moment);
      if (givenUp) giveUpNew(sealer, stream, segment, moment);
      else sealer.append(stream, segment, moment);
    }
  }
  for (const { topic, partition, records } of group.maybeDuplicate) {
    const place = catalog.place(topic, partition, 'main');
    if (place === undefined) continue;
    catalog.touchPlace(place);
    place.maybeDuplicate += records;
  }
}

/**
 * A clock that was set between a record's stamp and its commit: it is stamped again, as the row has one moment for all of its
 * records.
 */
function stampedAlike(segment: Segment, { createdMs }: Moment): Segment {
  if (!segment.agentStamped) return segment;
  const isOff = ({ timestamp }: Captured): boolean => Math.abs(timestamp - createdMs) > SAME_CLOCK_MS;
  if (!segment.records.some(isOff)) return segment;
  const records = segment.records.map((record) => (isOff(record) ? { ...record, timestamp: createdMs } : record));
  return { ...segment, records };
}

function addPlace(sealer: Sealer, topic: string, partition: number): PlaceState {
  const { catalog } = sealer.file;
  if (catalog.placeCount < limits.openStreamsPerEdge) {
    const queue = queueOf(sealer.orders(topic).priority, 'main');
    return catalog.addPlace({ topic, partition, lane: 'main' }, queue);
  }
  throw new TributaryError({
    ...{ code: 'badRequest', operation: 'capture', subject: `${topic}/${partition}`, retry: 'final' },
    reason: `the buffer holds ${catalog.placeCount} topic partitions already`,
  });
}
