/** What a heartbeat says of an agent, out of what its parts publish. */
import { placeKey } from '../../shared/identity.ts';
import type { Outlook, PlaceReport, SourceReport } from '../../shared/wire/index.ts';
import { bounds } from '../../shared/wire/index.ts';
import type { BufferStats, PlaceStats } from '../buffer/outbox.ts';
import type { LinkState } from '../forward/linkState.ts';
import type { Report } from './control.ts';

export interface ReportParts {
  readonly startedAtMs: number;
  readonly link: LinkState;
  readonly stats: BufferStats;
  readonly outlook?: Outlook;
  /** By place key: why the place does not send. */
  readonly waits: ReadonlyMap<string, string>;
  readonly sources: readonly { readonly name: string; readonly state: string; readonly reason?: string }[];
}

export function reportOf({ startedAtMs, link, stats, waits, sources, outlook }: ReportParts): Report {
  const places = mostBuffered(stats.places, bounds.places);
  return {
    startedAtMs,
    linkState: link.kind,
    linkSinceMs: link.sinceMs,
    bufferBytes: stats.bytes,
    bufferMaxBytes: stats.maxBytes,
    bufferOldestAgeMs: Math.max(0, Math.round(stats.oldestAgeMs)),
    places: places.map((place) => placeReport(place, waits)),
    placesLeftOut: stats.places.length - places.length,
    sources: sources.map(({ name, state, reason }): SourceReport => ({ name, state, reason: reason ?? '' })),
    ...(outlook === undefined ? {} : { outlook }),
  };
}

function mostBuffered(places: readonly PlaceStats[], max: number): readonly PlaceStats[] {
  return places.length <= max ? places : [...places].sort((a, b) => b.buffered - a.buffered).slice(0, max);
}

function placeReport(place: PlaceStats, waits: ReadonlyMap<string, string>): PlaceReport {
  const { topic, partition, lane, captured, delivered, buffered, gaps, maybeDuplicate } = place;
  const oldestAgeMs = Math.max(0, Math.round(place.oldestAgeMs));
  const state = waits.get(placeKey(place)) ?? (buffered > 0 ? 'sending' : 'drained');
  return { topic, partition, lane, captured, delivered, buffered, gaps, oldestAgeMs, state, maybeDuplicate };
}
