/**
 * When something happened, told from boots, monotonic clocks and the hub's time; the wall clock is a hint that has to fit.
 * Pure.
 *
 * - In a boot that had contact, the monotonic clock is read between the hub times that were seen (anchors): straight lines, so
 *   that a clock that runs too fast is corrected, and its own pace before the first and behind the last.
 * - A boot without contact lies between the boots around it that had some. Its wall clock, as it was last seen, is believed
 *   where that puts the whole boot there; else what is not known, how long the machine was off, is spread evenly.
 * - Behind the last hub time of an earlier boot nothing is known before the next contact: then only the time counts that agents
 *   are known to have run.
 */
import type { Moment } from './rows.ts';

/** A run of the machine, as far as agents on this file saw it. */
export interface Boot {
  readonly id: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Wall clock less monotonic clock, when last seen. */
  readonly offsetMs: number;
}

/** The hub's time at a moment of a boot's monotonic clock. */
export interface Anchor {
  readonly boot: number;
  readonly monotonicMs: number;
  readonly hubMs: number;
  /** Half the round trip: how far off it may be. */
  readonly errorMs: number;
}

/** A clock that shows less has not been set: nobody ran this program then. */
export const NOT_BEFORE_MS = Date.UTC(2026, 0, 1);

/** Boots and anchors in their order. */
export interface Timeline {
  readonly boots: readonly Boot[];
  readonly anchors: readonly Anchor[];
}

/** Milliseconds since 1970 of a moment by the hub's clock; null: nothing is known of it yet. */
export function hubTimeOf(line: Timeline, { boot, monotonicMs }: Pick<Moment, 'boot' | 'monotonicMs'>): number | null {
  const anchors = line.anchors.filter((anchor) => anchor.boot === boot);
  return anchors.length > 0 ? between(anchors, monotonicMs) : placed(line, boot, monotonicMs);
}

/** On the line through the two anchors around it. */
function between(anchors: readonly Anchor[], monotonicMs: number): number {
  const behind = anchors.findIndex((anchor) => anchor.monotonicMs > monotonicMs);
  const before = anchors[(behind < 0 ? anchors.length : behind) - 1];
  const after = anchors[behind];
  if (before === undefined) return after!.hubMs - (after!.monotonicMs - monotonicMs);
  if (after === undefined) return before.hubMs + (monotonicMs - before.monotonicMs);
  const part = (monotonicMs - before.monotonicMs) / (after.monotonicMs - before.monotonicMs);
  return before.hubMs + part * (after.hubMs - before.hubMs);
}

/** A boot without contact, between those around it that had some. */
function placed(line: Timeline, bootId: number, monotonicMs: number): number | null {
  const { boots, anchors } = line;
  const had = (boot: Boot): boolean => anchors.some((anchor) => anchor.boot === boot.id);
  const next = boots.find((boot) => boot.id > bootId && had(boot));
  if (next === undefined) return null;
  const last = boots.findLast((boot) => boot.id < bootId && had(boot));
  const endMs = hubTimeOf(line, { boot: next.id, monotonicMs: next.firstMs })!;
  const beginMs = last === undefined ? null : hubTimeOf(line, { boot: last.id, monotonicMs: last.lastMs })!;
  const without = boots.filter((boot) => boot.id < next.id && (last === undefined || boot.id > last.id));
  const index = without.findIndex((boot) => boot.id === bootId);
  const own = without[index];
  // Of a boot that was forgotten only so much is known.
  if (own === undefined) return beginMs ?? endMs;
  const beforeMs = ranMs(without.slice(0, index));
  const earliestMs = (beginMs ?? NOT_BEFORE_MS) + beforeMs;
  const latestMs = endMs - ranMs(without.slice(index));
  const byWallMs = own.firstMs + own.offsetMs;
  const startMs = byWallMs >= earliestMs && byWallMs <= latestMs ? byWallMs : spread();
  return Math.min(startMs + (monotonicMs - own.firstMs), endMs);

  function spread(): number {
    if (beginMs === null) return latestMs;
    const offMs = Math.max(0, endMs - beginMs - ranMs(without)) / (without.length + 1);
    return earliestMs + offMs * (index + 1);
  }
}

const ranMs = (boots: readonly Boot[]): number => boots.reduce((sum, { firstMs, lastMs }) => sum + lastMs - firstMs, 0);

/**
 * How old something is that was made at `moment`: so old at least. What only a wall clock says does not count: a step of it
 * makes nothing older or younger.
 */
export function ageMs(line: Timeline, moment: Pick<Moment, 'boot' | 'monotonicMs'>, now: Moment): number {
  if (moment.boot === now.boot) return ranSince(line, moment, now);
  const [then, here] = [hubTimeOf(line, moment), hubTimeOf(line, now)];
  const known = then === null || here === null ? 0 : here - then;
  return Math.max(0, known, ranSince(line, moment, now));
}

/**
 * Time that agents are known to have run since then: monotonic clocks alone. Wall clocks, which {@link hubTimeOf} takes as a hint,
 * have no part in it.
 */
export function ranSince({ boots }: Timeline, moment: Pick<Moment, 'boot' | 'monotonicMs'>, now: Moment): number {
  if (moment.boot === now.boot) return Math.max(0, now.monotonicMs - moment.monotonicMs);
  const later = boots.filter((boot) => boot.id > moment.boot && boot.id < now.boot);
  const own = boots.find((boot) => boot.id === moment.boot);
  const present = boots.find((boot) => boot.id === now.boot);
  const rest = own === undefined ? 0 : Math.max(0, own.lastMs - moment.monotonicMs);
  return rest + ranMs(later) + Math.max(0, now.monotonicMs - (present?.firstMs ?? now.monotonicMs));
}

/** How far off the hub time of a boot may be, by the round trips that it was learned in. */
export function errorOf({ anchors }: Timeline, boot: number): number {
  return Math.max(0, ...anchors.filter((anchor) => anchor.boot === boot).map(({ errorMs }) => errorMs));
}
