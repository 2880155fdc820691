/**
 * What an agent says of its buffer's future: how full each topic keeps it, when a backlog will be gone at the rates of the
 * last minutes, and when the buffer will be full at the rate of the last day.
 *
 * Looks are kept as two bounded rings; time is monotonic, so that a wrong clock changes nothing. A rate is that between the
 * oldest look of its ring and now: nothing is said before there is a while to speak of.
 */
import type { Clock } from '../../shared/clock.ts';
import type { Outlook, TopicOutlook } from '../../shared/wire/index.ts';
import type { BufferStats, PlaceStats } from '../buffer/outbox.ts';

/** The last five minutes, and the last day. */
const DRAIN = { everyMs: 5_000, looks: 60, leastMs: 10_000 };
const FILL = { everyMs: 600_000, looks: 144, leastMs: 60_000 };
/** What is further away than this is never. */
const NEVER_MS = 10 * 365 * 86_400_000;
/** Topics that are named; the others are one. */
export const TOPICS_NAMED = 20;

interface Look {
  readonly atMs: number;
  readonly captured: number;
  /** Delivered, or a gap. */
  readonly settled: number;
  /** Of what is buffered. */
  readonly bytes: number;
}

class Ring {
  readonly #looks: Look[] = [];
  readonly #settings: typeof DRAIN;

  constructor(settings: typeof DRAIN) {
    this.#settings = settings;
  }

  add(look: Look): void {
    const last = this.#looks.at(-1);
    if (last !== undefined && look.atMs - last.atMs < this.#settings.everyMs) return;
    this.#looks.push(look);
    if (this.#looks.length > this.#settings.looks) this.#looks.shift();
  }

  /** How much of something has come in a second; null: it is too early to say. */
  perSecond(now: Look, of: (look: Look) => number): number | null {
    const first = this.#looks[0];
    if (first === undefined || now.atMs - first.atMs < this.#settings.leastMs) return null;
    return (1000 * (of(now) - of(first))) / (now.atMs - first.atMs);
  }
}

const bytesOf = (places: readonly PlaceStats[]): number => places.reduce((sum, { bytes }) => sum + bytes, 0);

export class Outlooks {
  readonly #clock: Clock;
  readonly #drain = new Ring(DRAIN);
  readonly #fill = new Ring(FILL);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Called with each report: the heartbeats make the looks. */
  look({ places, maxBytes }: BufferStats, linkBytesPerSecond: number | null): Outlook {
    const sum = (of: (place: PlaceStats) => number): number => places.reduce((total, place) => total + of(place), 0);
    const captured = sum((place) => place.captured);
    const settled = sum((place) => place.delivered + place.gaps);
    const now: Look = { atMs: this.#clock.monotonicMs(), captured, settled, bytes: bytesOf(places) };
    this.#drain.add(now);
    this.#fill.add(now);
    const intake = this.#drain.perSecond(now, (look) => look.captured);
    const drain = this.#drain.perSecond(now, (look) => look.settled);
    const growth = this.#fill.perSecond(now, (look) => look.bytes);
    return {
      linkBytesPerSecond: Math.round(linkBytesPerSecond ?? 0),
      intakePerSecond: positive(intake ?? 0),
      drainPerSecond: positive(drain ?? 0),
      drainMs: intake === null || drain === null ? null : timeFor(captured - settled, drain - intake),
      // Pages that deleting has freed are used again before the file grows.
      fullMs: growth === null ? null : timeFor(Math.max(0, maxBytes - now.bytes), growth),
      ...topicsOf(places),
    };
  }
}

const positive = (value: number): number => Math.max(0, Math.round(value * 10) / 10);

/** Null: never, as it goes now. */
function timeFor(amount: number, perSecond: number): number | null {
  if (amount <= 0) return 0;
  const ms = perSecond <= 0 ? Number.POSITIVE_INFINITY : (1000 * amount) / perSecond;
  return ms > NEVER_MS ? null : Math.round(ms);
}

/** The topics that take most room, by name; what the others have is counted together. */
export function topicsOf(
  places: readonly PlaceStats[],
  named = TOPICS_NAMED,
): Pick<Outlook, 'topics' | 'topicsLeftOut' | 'leftOutBytes'> {
  const byTopic = new Map<string, TopicOutlook>();
  for (const { topic, buffered, bytes, oldestAgeMs } of places) {
    const known = byTopic.get(topic) ?? { topic, buffered: 0, bytes: 0, oldestAgeMs: 0 };
    byTopic.set(topic, {
      topic,
      buffered: known.buffered + buffered,
      bytes: known.bytes + bytes,
      oldestAgeMs: Math.max(known.oldestAgeMs, Math.round(oldestAgeMs)),
    });
  }
  const waiting = [...byTopic.values()].filter(({ buffered }) => buffered > 0).sort((a, b) => b.bytes - a.bytes);
  const others = waiting.slice(named);
  const leftOutBytes = others.reduce((sum, { bytes }) => sum + bytes, 0);
  return { topics: waiting.slice(0, named), topicsLeftOut: others.length, leftOutBytes };
}
