/** The agent's own status page: totals and places as the buffer's transactions count them. */
import type { EdgeId } from '../../shared/identity.ts';
import type { Outlook } from '../../shared/wire/index.ts';
import type { PlaceStats, RetainedStats, RoomState } from '../buffer/outbox.ts';
import { describe, type LinkState } from '../forward/linkState.ts';
import type { ReportParts } from './report.ts';

export interface AgentStatus {
  readonly edge: EdgeId;
  readonly startedAtMs: number;
  /** Over all places: captured = delivered + buffered + gaps. */
  readonly captured: number;
  readonly delivered: number;
  readonly buffered: number;
  readonly gaps: number;
  readonly maybeDuplicate: number;
  readonly bufferBytes: number;
  readonly bufferMaxBytes: number;
  /** Whether what is captured can be written. */
  readonly bufferState: RoomState['kind'];
  readonly bufferSinceMs: number;
  readonly bufferReason: string;
  readonly oldestAgeMs: number;
  readonly retained: RetainedStats;
  readonly link: LinkState['kind'];
  readonly linkSinceMs: number;
  readonly linkReason: string;
  /** What becomes of the buffer if it goes on so. */
  readonly outlook: Outlook | null;
  readonly sources: ReportParts['sources'];
  readonly places: readonly PlaceStats[];
}

type Counter = 'captured' | 'delivered' | 'buffered' | 'gaps' | 'maybeDuplicate';

export function statusOf(edge: EdgeId, { startedAtMs, link, stats, sources, outlook }: ReportParts): AgentStatus {
  const { places, bytes, maxBytes, oldestAgeMs, retained, room } = stats;
  const sum = (counter: Counter): number => places.reduce((total, place) => total + place[counter], 0);
  return {
    edge,
    startedAtMs,
    captured: sum('captured'),
    delivered: sum('delivered'),
    buffered: sum('buffered'),
    gaps: sum('gaps'),
    maybeDuplicate: sum('maybeDuplicate'),
    bufferBytes: bytes,
    bufferMaxBytes: maxBytes,
    bufferState: room.kind,
    bufferSinceMs: room.sinceMs,
    bufferReason: room.reason,
    oldestAgeMs,
    retained,
    link: link.kind,
    linkSinceMs: link.sinceMs,
    linkReason: describe(link),
    outlook: outlook ?? null,
    sources,
    places,
  };
}
