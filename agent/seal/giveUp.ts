/**
 * Giving up what is too much or too old: a row becomes a gap where it lies, with the tips that it had, in one transaction with
 * the counters. So nothing behind it is chained again, whatever its size; the hub takes such a gap's tip as it is
 * (`keepsTip` of shared/identity.ts), and a repeat of it tells by the hub's own list of gaps whether the row had been delivered (settle.ts).
 *
 * Neighbours that nobody can have sent become one gap. Any other keeps its ends: the hub may have taken a part of them.
 */
import type { Clock } from '../../shared/clock.ts';
import { sameTip } from '../../shared/identity.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import type { ParcelRow, StreamState } from '../buffer/index.ts';
import { KIND_GAP, type Moment } from '../buffer/rows.ts';
import type { Segment } from './cut.ts';
import { givingUp, recordsGivenUp } from './events.ts';
import { factsOf, type Sealer } from './sealer.ts';
import { isStale } from './settle.ts';

export type GiveUpReason = 'evicted' | 'expired';

const LINE_MS = 60_000;
const DETAIL: Readonly<Record<GiveUpReason, string>> = {
  evicted: 'the buffer was full',
  expired: 'older than buffer.topics[].maxAge',
};

/** A sealed row that is not under way. */
export function giveUpRow(sealer: Sealer, stream: StreamState, row: ParcelRow, reason: GiveUpReason): void {
  const { catalog, rows } = sealer.file;
  catalog.touchPlace(stream.place);
  stream.place.gaps += row.last - row.first + 1;
  joinToFront(sealer, stream, rows.giveUp(row, reason, DETAIL[reason]));
}

/** Records for which there is no room at all: captured, and a gap from the beginning. */
export function giveUpNew(sealer: Sealer, stream: StreamState, segment: Segment, moment: Moment): void {
  const { catalog, rows } = sealer.file;
  const count = segment.records.length;
  sealer.sealTail(stream);
  catalog.touchPlace(stream.place);
  catalog.touchStream(stream);
  stream.place.gaps += count;
  stream.next += count;
  sealer.addGap(stream, count, 'evicted', DETAIL.evicted, { ...moment, ...factsOf(segment, segment.records, count) });
  const row = rows.holding(stream.id, stream.next - 1);
  if (row !== undefined) joinToFront(sealer, stream, rows.parcel(row.id));
}

function joinToFront(sealer: Sealer, stream: StreamState, gap: ParcelRow): void {
  const { rows } = sealer.file;
  const ends = gap.first === 0 ? undefined : rows.holding(stream.id, gap.first - 1);
  if (ends === undefined || ends.kind !== KIND_GAP || ends.reason !== gap.reason) return;
  if (ends.last + 1 !== gap.first) return;
  if (sealer.mayBeSent(stream, gap.first) || sealer.mayBeSent(stream, ends.first)) return;
  if (isStale(stream, gap.first) || ends.formerTip !== null || gap.formerTip !== null) return;
  if (sameTip(ends.tip, gap.previousTip)) rows.join(rows.parcel(ends.id), gap);
}

/** A log line a minute at most; the metric always. */
export class GivingUp {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #said = new Map<GiveUpReason, { atMs: number; records: number }>();

  constructor({ clock, telemetry }: { readonly clock: Clock; readonly telemetry: Telemetry }) {
    this.#clock = clock;
    this.#telemetry = telemetry;
  }

  tell(reason: GiveUpReason, records: number): void {
    this.#telemetry.emit(recordsGivenUp, { reason, records });
    const now = this.#clock.monotonicMs();
    const said = this.#said.get(reason) ?? { atMs: Number.NEGATIVE_INFINITY, records: 0 };
    const unsaid = said.records + records;
    const isDue = now - said.atMs >= LINE_MS;
    if (isDue) this.#telemetry.emit(givingUp, { reason, records: unsaid });
    this.#said.set(reason, isDue ? { atMs: now, records: 0 } : { atMs: said.atMs, records: unsaid });
  }
}
