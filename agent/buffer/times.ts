/** The file's {@link Timeline}: what agents on it saw of boots and of the hub's time, kept as it is learned. */
import type { Database } from 'better-sqlite3';
import type { Checks } from './checks.ts';
import type { Moment } from './rows.ts';
import {
  type Anchor,
  ageMs,
  type Boot,
  errorOf,
  hubTimeOf,
  NOT_BEFORE_MS,
  ranSince,
  type Timeline,
} from './timeline.ts';

/** The hub's time at a moment of this boot's monotonic clock. */
export interface HubTime {
  readonly monotonicMs: number;
  readonly hubMs: number;
  /** Half the round trip. */
  readonly errorMs: number;
}

/** How often it is written down that the boot goes on, and at what pace its clock runs. */
const SEEN_EVERY_MS = 10_000;
const ANCHOR_EVERY_MS = 30 * 60_000;
/** A clock that differs by more was set in between. */
export const SAME_CLOCK_MS = 1_000;
const MAX_BOOTS = 1_024;
const MAX_ANCHORS = 256;
const MAX_ANCHORS_OF_BOOT = 16;

/**
 * Agent-stamped records that are off by no more than this, and what the round trip leaves open, are sent as they are: clocks of
 * machines that keep time differ by less.
 */
const TOLERATED_MS = 1_000;
/** Farther than the hub takes: such a clock shows no time at all, and Kafka's own bound decides about the records. */
const MAX_SHIFT_MS = 150 * 365 * 86_400_000;

const BOOT_COLUMNS = ['boot', 'firstMs', 'lastMs', 'offsetMs'];
const ANCHOR_COLUMNS = ['id', 'boot', 'monotonicMs', 'hubMs', 'errorMs'];

function prepare(db: Database) {
  return {
    boots: db.prepare('SELECT * FROM bootSpan ORDER BY boot'),
    putBoot: db.prepare('INSERT OR REPLACE INTO bootSpan VALUES (?, ?, ?, ?, ?)'),
    dropBoots: db.prepare('DELETE FROM bootSpan WHERE boot <= ?'),
    anchors: db.prepare('SELECT * FROM anchor ORDER BY boot, monotonicMs'),
    addAnchor: db.prepare('INSERT INTO anchor VALUES (?, ?, ?, ?, ?, ?)'),
    lastAnchor: db.prepare('SELECT coalesce(max(id), 0) FROM anchor').pluck(),
    dropAnchorsOf: db.prepare('DELETE FROM anchor WHERE boot = ?'),
    dropAnchor: db.prepare('DELETE FROM anchor WHERE id = ?'),
    dropAnchors: db.prepare('DELETE FROM anchor WHERE boot NOT IN (SELECT boot FROM bootSpan)'),
  };
}

/** The same clock as then, and now it is known better. */
const isBetter = (now: Anchor, last: Anchor): boolean =>
  now.errorMs < last.errorMs / 2 &&
  Math.abs(now.hubMs - last.hubMs - (now.monotonicMs - last.monotonicMs)) <= last.errorMs + SAME_CLOCK_MS / 4;

/** The one between the two nearest: what is known of each stretch of time stays. First and last stay. */
function leastNeeded(anchors: readonly Anchor[]): number {
  const spans = anchors.slice(1, -1).map((_, i) => anchors[i + 2]!.monotonicMs - anchors[i]!.monotonicMs);
  return 1 + spans.indexOf(Math.min(...spans));
}

/** Rows that are not what was written are passed over: less is known then. Methods that write belong inside a transaction of the file. What is in memory may be ahead of a transaction that fails. */
export class Times implements Timeline {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #checks: Checks;
  boots: readonly Boot[] = [];
  anchors: readonly Anchor[] = [];
  #seenMs = Number.NEGATIVE_INFINITY;

  constructor(db: Database, checks: Checks) {
    this.#sql = prepare(db);
    this.#checks = checks;
    this.#load();
  }

  #load(): void {
    const whole = <R>(table: string, columns: readonly string[], rows: unknown[]): R[] =>
      rows.filter((row) => this.#checks.holds(table, columns, row as Record<string, unknown>)) as R[];
    const spans = whole<Omit<Boot, 'id'> & { boot: number }>('bootSpan', BOOT_COLUMNS, this.#sql.boots.all());
    this.boots = spans.map(({ boot: id, firstMs, lastMs, offsetMs }) => ({ id, firstMs, lastMs, offsetMs }));
    this.anchors = whole<Anchor>('anchor', ANCHOR_COLUMNS, this.#sql.anchors.all());
  }

  /**
   * The present boot's row; `rowOf` finds or makes it by its name. A monotonic clock that has gone back is another boot, whatever
   * its name (a machine's snapshot was resumed), and so is one that others came behind (the file was elsewhere): rows of
   * boots are in the order of time.
   */
  begin(rowOf: (bootId: string) => number, bootId: string, { monotonicMs, createdMs }: Omit<Moment, 'boot'>): number {
    const newest = this.boots.at(-1);
    let id = rowOf(bootId);
    for (let n = 2; ; n++) {
      const known = this.boots.find((boot) => boot.id === id);
      if (known === undefined && id > (newest?.id ?? 0)) break;
      if (known !== undefined && known === newest && known.lastMs <= monotonicMs + SAME_CLOCK_MS) return id;
      id = rowOf(`${bootId}/${n}`);
    }
    this.#putBoot({ id, firstMs: monotonicMs, lastMs: monotonicMs, offsetMs: createdMs - monotonicMs });
    this.#forget(id - MAX_BOOTS);
    this.#load();
    return id;
  }

  #forget(upTo: number): void {
    this.#sql.dropBoots.run(upTo);
    this.#sql.dropAnchors.run();
    const anchors = this.#sql.anchors.all() as { id: number }[];
    for (const { id } of anchors.slice(0, -MAX_ANCHORS)) this.#sql.dropAnchor.run(id);
  }

  #putBoot({ id, firstMs, lastMs, offsetMs }: Boot): void {
    const fields = [id, firstMs, lastMs, offsetMs];
    this.#sql.putBoot.run(...fields, this.#checks.of('bootSpan', fields));
  }

  /** The boot goes on: noted now and then, when its wall clock was set, and at a run's end. */
  seen({ boot, monotonicMs, createdMs }: Moment, isLast = false): void {
    const known = this.boots.at(-1);
    if (known?.id !== boot) return;
    const offsetMs = createdMs - monotonicMs;
    const isSet = Math.abs(offsetMs - known.offsetMs) > SAME_CLOCK_MS;
    if (!isLast && !isSet && monotonicMs < this.#seenMs + SEEN_EVERY_MS) return;
    this.#seenMs = monotonicMs;
    const seen = { ...known, lastMs: Math.max(known.lastMs, monotonicMs), offsetMs };
    this.#putBoot(seen);
    this.boots = [...this.boots.slice(0, -1), seen];
  }

  /** Whether this says more than what is known already. */
  isNews(boot: number, { monotonicMs, hubMs, errorMs }: HubTime): boolean {
    if (hubMs < NOT_BEFORE_MS) return false;
    const last = this.#ofBoot(boot).at(-1);
    if (last === undefined) return true;
    const expected = last.hubMs + (monotonicMs - last.monotonicMs);
    if (Math.abs(hubMs - expected) > last.errorMs + errorMs + SAME_CLOCK_MS / 4) return true;
    return errorMs < last.errorMs / 2 || monotonicMs - last.monotonicMs > ANCHOR_EVERY_MS;
  }

  /** Believes it at once; `write` keeps it. */
  anchor(boot: number, time: HubTime): void {
    const added: Anchor = { boot, monotonicMs: time.monotonicMs, hubMs: time.hubMs, errorMs: time.errorMs };
    const before = this.#ofBoot(boot);
    const last = before.at(-1);
    const own = last !== undefined && isBetter(added, last) ? before.slice(0, -1) : [...before];
    own.push(added);
    if (own.length > MAX_ANCHORS_OF_BOOT) own.splice(leastNeeded(own), 1);
    this.anchors = [...this.anchors.filter((anchor) => anchor.boot !== boot), ...own];
  }

  /** What is known of the hub's time in this boot. */
  write(boot: number): void {
    this.#sql.dropAnchorsOf.run(boot);
    let id = this.#sql.lastAnchor.get() as number;
    for (const { monotonicMs, hubMs, errorMs } of this.#ofBoot(boot)) {
      const fields = [++id, boot, monotonicMs, hubMs, errorMs];
      this.#sql.addAnchor.run(...fields, this.#checks.of('anchor', fields));
    }
  }

  #ofBoot(boot: number): Anchor[] {
    return this.anchors.filter((anchor) => anchor.boot === boot);
  }

  /** By the hub's clock; null: nothing is known of it yet. */
  hubTimeOf(moment: Pick<Moment, 'boot' | 'monotonicMs'>): number | null {
    return hubTimeOf(this, moment);
  }
  errorOf(boot: number): number {
    return errorOf(this, boot);
  }
  /** So old at least. */
  ageMs(moment: Pick<Moment, 'boot' | 'monotonicMs'>, now: Moment): number {
    return ageMs(this, moment, now);
  }

  /** Time that agents are known to have run since then. */
  ranSince(moment: Pick<Moment, 'boot' | 'monotonicMs'>, now: Moment): number {
    return ranSince(this, moment, now);
  }

  /** What has to be added to what the wall clock showed then; 0 where that was right, or nothing better is known. */
  shiftMs(moment: Moment): number {
    const trueMs = this.hubTimeOf(moment);
    if (trueMs === null) return 0;
    const shiftMs = Math.round(trueMs - moment.createdMs);
    const isRight = Math.abs(shiftMs) <= TOLERATED_MS + this.errorOf(moment.boot);
    return isRight || Math.abs(shiftMs) > MAX_SHIFT_MS ? 0 : shiftMs;
  }
}
