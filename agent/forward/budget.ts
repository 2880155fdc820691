/**
 * What the link may be used for: bytes a second (a token bucket of one second), a day and a month (counted durably), and windows
 * of the day for what has not the highest priority. Data only: session and heartbeats have a connection of their own.
 *
 * - Time of day is the hub's, from the last welcome, carried on by the monotonic clock: nothing is sent before there is one. A
 *   day or month that was counted ends when a later one has begun, never by a step back.
 * - What is written down is ahead of what was used, so that a kill forgets nothing: after one at most a hundredth is lost.
 * - A shipment is never larger than what is left, but for a single row that is.
 */
import type { Clock } from '../../shared/clock.ts';
import { KIB } from '../../shared/limits.ts';
import { PRIORITIES, type Priority, QUEUES } from '../../shared/queues.ts';
import type { Outbox } from '../buffer/outbox.ts';

export interface BudgetWindow {
  /** Minutes since midnight; the end may be before the beginning, on the next day. */
  readonly from: number;
  readonly to: number;
  /** Topics up to this priority are sent only in windows that name it or a higher one. */
  readonly upTo: Priority;
}
export interface BudgetSettings {
  readonly bytesPerSecond?: number;
  readonly bytesPerDay?: number;
  readonly bytesPerMonth?: number;
  readonly timeZone: string;
  readonly windows: readonly BudgetWindow[];
}

export interface Allowance {
  /** Queues that may send now. */
  readonly queues: readonly number[];
  readonly maxBytes: number;
  /** Why others, or all, may not; null: all may. For people. */
  readonly reason: string | null;
  /** Monotonic: not before then does anything change. */
  readonly untilMs: number;
}

const ALL = QUEUES.map(({ number }) => number);
const FREE: Allowance = {
  ...{ queues: ALL, maxBytes: Number.POSITIVE_INFINITY, reason: null, untilMs: Number.POSITIVE_INFINITY },
};
const NOTE = 'budget.';
/** What a period of which nothing is known is looked at again after; windows change by the minute. */
const LOOK_MS = 5_000;
const AHEAD_PARTS = 100;
const LEAST_AHEAD_BYTES = 64 * KIB;

interface Period {
  readonly name: 'day' | 'month';
  readonly limit: number;
  /** `2026-11-24`, `2026-11`. */
  key: string;
  used: number;
  /** As written down. */
  noted: number;
}

export class Budget {
  readonly #settings: BudgetSettings;
  readonly #clock: Clock;
  readonly #meta: Outbox['meta'];
  readonly #format: Intl.DateTimeFormat;
  readonly #periods: readonly Period[];
  /** The hub's wall clock less the monotonic one; null before the first welcome. */
  #hubAheadMs: number | null = null;
  #tokens: number;
  #filledMs: number;

  constructor(settings: BudgetSettings, clock: Clock, meta: Outbox['meta']) {
    this.#settings = settings;
    this.#clock = clock;
    this.#meta = meta;
    this.#tokens = settings.bytesPerSecond ?? 0;
    this.#filledMs = clock.monotonicMs();
    const fields = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
    this.#format = new Intl.DateTimeFormat('en-CA', { timeZone: settings.timeZone, hourCycle: 'h23', ...fields });
    const limits = [['day', settings.bytesPerDay] as const, ['month', settings.bytesPerMonth] as const];
    this.#periods = limits.flatMap(([name, limit]) => (limit === undefined ? [] : [this.#read(name, limit)]));
  }

  #read(name: Period['name'], limit: number): Period {
    const [key = '', used = '0'] = (this.#meta.get(NOTE + name) ?? '').split(' ');
    return { name, limit, key, used: Number(used), noted: Number(used) };
  }

  /** What a welcome says of the time. */
  hubTime(wallMs: number): void {
    this.#hubAheadMs = wallMs - this.#clock.monotonicMs();
  }

  allow(): Allowance {
    const { bytesPerSecond, windows } = this.#settings;
    if (bytesPerSecond === undefined && windows.length === 0 && this.#periods.length === 0) return FREE;
    const now = this.#clock.monotonicMs();
    if (this.#hubAheadMs === null)
      return { queues: [], maxBytes: 0, reason: 'the time is not known', untilMs: now + LOOK_MS };
    const { date, minutes } = this.#timeOfDay(now + this.#hubAheadMs);
    let maxBytes = Number.POSITIVE_INFINITY;
    for (const period of this.#periods) {
      this.#turn(period, date);
      if (period.used >= period.limit) {
        const reason = `the ${period.limit} bytes of this ${period.name} are used up`;
        return { queues: [], maxBytes: 0, reason, untilMs: now + LOOK_MS };
      }
      maxBytes = Math.min(maxBytes, period.limit - period.used);
    }
    if (bytesPerSecond !== undefined) {
      this.#tokens = Math.min(bytesPerSecond, this.#tokens + (bytesPerSecond * (now - this.#filledMs)) / 1000);
      this.#filledMs = now;
      // Not before there is enough for more than the smallest pieces.
      const least = Math.min(bytesPerSecond / 4, 16 * KIB);
      if (this.#tokens < least) {
        const untilMs = now + Math.ceil((1000 * (least - this.#tokens)) / bytesPerSecond);
        return { queues: [], maxBytes: 0, reason: null, untilMs };
      }
      maxBytes = Math.min(maxBytes, this.#tokens);
    }
    const queues = ALL.filter((queue) => isOpen(windows, QUEUES[queue]!.priority, minutes));
    if (queues.length === ALL.length) return { queues, maxBytes, reason: null, untilMs: Number.POSITIVE_INFINITY };
    return { queues, maxBytes, reason: 'outside of its hours', untilMs: now + LOOK_MS };
  }

  /** So much went out. */
  sent(bytes: number): void {
    if (this.#settings.bytesPerSecond !== undefined) this.#tokens -= bytes;
    for (const period of this.#periods) {
      period.used += bytes;
      if (period.used > period.noted) this.#note(period);
    }
  }

  #note(period: Period): void {
    period.noted = Math.ceil(period.used + Math.max(LEAST_AHEAD_BYTES, period.limit / AHEAD_PARTS));
    this.#meta.set(NOTE + period.name, `${period.key} ${period.noted}`);
  }

  /** A later day or month has begun. */
  #turn(period: Period, date: string): void {
    const key = period.name === 'day' ? date : date.slice(0, 7);
    if (key <= period.key) return;
    period.key = key;
    period.used = 0;
    period.noted = 0;
  }

  #timeOfDay(wallMs: number): { date: string; minutes: number } {
    const parts = Object.fromEntries(this.#format.formatToParts(wallMs).map(({ type, value }) => [type, value]));
    const { year, month, day, hour, minute } = parts;
    return { date: `${year}-${month}-${day}`, minutes: Number(hour) * 60 + Number(minute) };
  }
}

/** A priority that no window is about is always sent. */
function isOpen(windows: readonly BudgetWindow[], priority: Priority, minutes: number): boolean {
  const rank = PRIORITIES.indexOf(priority);
  const about = windows.filter(({ upTo }) => rank <= PRIORITIES.indexOf(upTo));
  return about.length === 0 || about.some((window) => isWithin(window, minutes));
}

const isWithin = ({ from, to }: BudgetWindow, minutes: number): boolean =>
  from <= to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
