/** What the buffer says about itself: the counters that its own transactions keep. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { BufferStats, PlaceState, PlaceStats, RetainedStats, RoomState } from '../buffer/index.ts';
import type { Room } from './room.ts';
import type { Sealer } from './sealer.ts';

export function bufferStats(sealer: Sealer, room: RoomState): BufferStats {
  const { file } = sealer;
  const places = [...file.catalog.places()].map((place) => placeStats(sealer, place));
  const oldestAgeMs = Math.max(0, ...places.map((place) => place.oldestAgeMs));
  const retained = retainedStats(sealer);
  return { bytes: file.bytes(), maxBytes: file.maxBytes, room, oldestAgeMs, retained, places };
}

function retainedStats(sealer: Sealer): RetainedStats {
  const { file } = sealer;
  const { rows, records, bytes } = file.catalog.retained;
  const [oldest] = rows === 0 ? [] : file.read(() => file.retained.oldest(1));
  return { records, bytes, oldestAgeMs: oldest === undefined ? 0 : Math.max(0, sealer.runMs() - oldest.runMs) };
}

export const bufferedOf = ({ captured, delivered, gaps }: PlaceState): number => captured - delivered - gaps;

function placeStats(sealer: Sealer, place: PlaceState): PlaceStats {
  const { topic, partition, lane, captured, delivered, deadLettered, gaps, maybeDuplicate } = place;
  const counts = { captured, delivered, deadLettered, buffered: bufferedOf(place), gaps, maybeDuplicate };
  const streams = [...place.chain, ...place.moving];
  const bytes = streams.reduce((sum, stream) => sum + stream.bytes + stream.tailBytes, 0);
  return { topic, partition, lane, ...counts, bytes, oldestAgeMs: oldestAgeMs(sealer, place) };
}

function oldestAgeMs(sealer: Sealer, place: PlaceState): number {
  const { file } = sealer;
  let oldest = 0;
  for (const stream of [...place.chain, ...place.moving]) {
    if (stream.settled.next === stream.next && stream.moveOrder === null) continue;
    const moment = file.read(() => file.rows.oldestOf(stream.id));
    const age = moment === undefined ? 0 : sealer.ageMs(moment);
    const tail = stream.tailRows === 0 ? 0 : sealer.now().monotonicMs - stream.tailSinceMs;
    oldest = Math.max(oldest, age, tail);
  }
  return oldest;
}

/** Metrics that read the counters when they are scraped: right after a kill, too. */
export function registerMetrics(sealer: Sealer, room: Room, registry: Registry): void {
  const { file } = sealer;
  const sum = (of: (place: PlaceState) => number): number => {
    let total = 0;
    for (const place of file.catalog.places()) total += of(place);
    return total;
  };
  const counter = (name: string, help: string, of: (place: PlaceState) => number): void => {
    const collect = function (this: Counter): void {
      this.reset();
      this.inc(sum(of));
    };
    new Counter({ name: `tributary_agent_${name}_total`, help, registers: [registry], collect });
  };
  const gauge = (name: string, help: string, value: () => number): void => {
    const collect = function (this: Gauge): void {
      if (file.usable) this.set(value());
    };
    new Gauge({ name: `tributary_agent_${name}`, help, registers: [registry], collect });
  };
  counter('records_captured', 'Records captured, over all runs on this buffer.', (place) => place.captured);
  counter('records_delivered', 'Records that the hub has confirmed.', (place) => place.delivered);
  counter('records_dead_lettered', 'Delivered records that went to the dead-letter topic.', (p) => p.deadLettered);
  counter('records_gap', 'Records that will never come, told to the hub as gaps.', (place) => place.gaps);
  counter(
    'records_maybe_duplicate',
    'Records sealed or captured again that the hub may have.',
    (place) => place.maybeDuplicate,
  );
  gauge('buffer_records', 'Records captured and not yet delivered.', () => sum(bufferedOf));
  gauge('buffer_bytes', 'Database, write-ahead log and reserve on disk.', () => file.bytes());
  gauge('buffer_retained_records', 'Delivered records that are kept.', () => file.catalog.retained.records);
  gauge('buffer_retained_bytes', 'Part of buffer_bytes: kept after delivery.', () => file.catalog.retained.bytes);
  const retainedSeconds = (): number => retainedStats(sealer).oldestAgeMs / 1000;
  gauge('buffer_retained_age_seconds', 'Since the oldest kept delivery, in running time.', retainedSeconds);
  gauge('buffer_max_bytes', 'Cap of database, write-ahead log and reserve.', () => file.maxBytes);
  gauge(
    'buffer_state',
    'Whether what is captured can be written: 0 yes, 1 the buffer is full, 2 the disk is full.',
    () => ['open', 'full', 'diskFull'].indexOf(room.state.kind),
  );
}
