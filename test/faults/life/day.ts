/**
 * A day (or an hour) in the life of an edge, in simulated time: the product's own classes over a link and a clock that do
 * what the seed says. Judged after every step: what the buffer counts and what it holds; what is in the hub's log, once
 * and in order; at the end, when all faults are over, that everything acknowledged is there, and when it says it was.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { TributaryError } from '../../../shared/errors.ts';
import { Random } from '../random.ts';
import type { RoundResult } from '../tally.ts';
import { EdgeRun, type Link } from './edge.ts';
import { LifeHub } from './hub.ts';
import { type Machine, TrueTime } from './machine.ts';

export interface DayOptions {
  readonly seed: number;
  readonly hours: number;
  /** How often something goes wrong. */
  readonly meanFaultMs: number;
  readonly meanCaptureMs: number;
}

export interface DayResult extends RoundResult {
  readonly faults: Readonly<Record<string, number>>;
  readonly refused: number;
  readonly steps: number;
  /** What was wrong, for people. */
  readonly wrong: readonly string[];
}

const START_MS = Date.UTC(2026, 5, 1);
const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const TOPICS = ['orders', 'sensors', 'alarms'];
/** A clock that is off by less is taken as right; then half a round trip, and a little for the group commit. */
const STAMP_TOLERANCE_MS = 2_500;
const DRAIN_HOURS = 12;

interface Sent {
  readonly value: string;
  readonly atMs: number;
  readonly boot: string;
  readonly agentStamped: boolean;
  acknowledged: boolean;
}

export async function liveADay(options: DayOptions): Promise<DayResult> {
  const day = new Day(options);
  try {
    return await day.live();
  } finally {
    day.end();
  }
}

class Day {
  readonly #options: DayOptions;
  readonly #random: Random;
  readonly #time = new TrueTime(START_MS);
  readonly #hub: LifeHub;
  readonly #machine: Machine;
  readonly #link: Link = { up: true, delayMs: 80, lostRequests: 0.02, lostAnswers: 0.02, aborted: 0.02 };
  readonly #dir = mkdtempSync(join(tmpdir(), 'tributary-life-'));
  readonly #sent = new Map<string, Sent[]>(TOPICS.map((topic) => [topic, []]));
  readonly #contacts = new Set<string>();
  readonly #checked = new Map<string, number>();
  readonly #faults: Record<string, number> = {};
  readonly #wrong: string[] = [];
  #edge: EdgeRun;
  #runs = 0;
  #boots = 1;
  #refused = 0;
  #steps = 0;
  #nextCaptureMs = START_MS;
  #nextFaultMs: number;
  /** Those on their way into the buffer, by topic: a client sends one at a time. */
  readonly #busy = new Set<string>();

  constructor(options: DayOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#hub = new LifeHub(this.#time);
    this.#nextFaultMs = START_MS + this.#soon(options.meanFaultMs);
    this.#machine = { bootId: 'boot-1', bootedMs: START_MS - 30_000, wrongMs: this.#anyError() };
    this.#edge = this.#start();
  }

  #soon(meanMs: number): number {
    return -Math.log(1 - this.#random.next()) * meanMs;
  }

  #start(): EdgeRun {
    return new EdgeRun(
      {
        ...{ dir: this.#dir, time: this.#time, machine: this.#machine, hub: this.#hub, link: this.#link },
        random: () => this.#random.next(),
        onFatal: (error) => this.#wrong.push(`the run ended: ${String(error)}`),
      },
      this.#runs,
    );
  }

  async live(): Promise<DayResult> {
    const endMs = START_MS + this.#options.hours * HOUR_MS;
    while (this.#time.nowMs < endMs && this.#wrong.length === 0) {
      await this.#step(Math.min(this.#nextFaultMs, this.#nextCaptureMs));
      if (this.#time.nowMs >= this.#nextCaptureMs) {
        this.#capture();
        await this.#settle();
      }
      if (this.#time.nowMs >= this.#nextFaultMs) await this.#fault();
    }
    await this.#drain();
    return this.#result();
  }

  end(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async #step(untilMs: number): Promise<void> {
    this.#time.step(untilMs);
    await this.#settle();
    this.#steps += 1;
    this.#check();
  }

  /** What was set going is done before time goes on. */
  async #settle(): Promise<void> {
    for (let turns = 0; turns < 4; turns++) await turn();
  }

  #check(): void {
    const { catalog, times } = this.#edge.file;
    if (times.anchors.some(({ boot }) => boot === times.boots.at(-1)?.id)) this.#contacts.add(this.#machine.bootId);
    for (const place of catalog.places()) {
      const { topic, captured, delivered, gaps } = place;
      const held = [...place.chain, ...place.moving].reduce((sum, { next, settled }) => sum + next - settled.next, 0);
      if (captured !== delivered + held + gaps) {
        this.#wrong.push(`${topic}: captured ${captured}, delivered ${delivered}, held ${held}, gaps ${gaps}`);
      }
      if (delivered > (this.#hub.log.get(topic)?.length ?? 0)) this.#wrong.push(`${topic}: delivered more than landed`);
    }
    for (const [topic, log] of this.#hub.log) {
      for (let i = this.#checked.get(topic) ?? 0; i < log.length; i++) {
        if (i > 0 && Number(log[i]!.value) <= Number(log[i - 1]!.value)) {
          this.#wrong.push(`${topic}: ${log[i]!.value} behind ${log[i - 1]!.value}`);
        }
      }
      this.#checked.set(topic, log.length);
    }
  }

  #capture(): void {
    this.#nextCaptureMs = this.#time.nowMs + this.#soon(this.#options.meanCaptureMs);
    const topic = this.#random.pick(TOPICS);
    if (this.#busy.has(topic)) return;
    const all = this.#sent.get(topic)!;
    const count = this.#random.between(1, 20);
    const agentStamped = this.#random.next() < 0.7;
    const { clock, intake } = this.#edge;
    const timestamp = agentStamped ? clock.now() : Math.floor(this.#time.nowMs);
    const sent = Array.from({ length: count }, (_, i): Sent => {
      const facts = { atMs: this.#time.nowMs, boot: this.#machine.bootId, agentStamped, acknowledged: false };
      return { value: String(all.length + i), ...facts };
    });
    all.push(...sent);
    // Nothing that gets smaller when it is compressed.
    const padding = Buffer.from(
      Array.from({ length: this.#random.between(0, 6_000) }, () => this.#random.between(0, 255)),
    );
    const records = sent.map(({ value }) => ({
      ...{ topic, partition: 0, key: padding, value: Buffer.from(value), headers: [], timestamp, source: 'life' },
      stamp: agentStamped ? ('agent' as const) : ('source' as const),
    }));
    this.#busy.add(topic);
    const edge = this.#edge;
    intake
      .capture({ records })
      .then(
        () => {
          // Of a process that is dead nobody hears anything.
          if (edge === this.#edge) for (const one of sent) one.acknowledged = true;
        },
        (error: unknown) => {
          if (error instanceof TributaryError && error.code === 'bufferFull') this.#refused += count;
        },
      )
      .finally(() => this.#busy.delete(topic));
  }

  async #fault(): Promise<void> {
    this.#nextFaultMs = this.#time.nowMs + this.#soon(this.#options.meanFaultMs);
    const kind = this.#random.pick([
      'link',
      'link',
      'link',
      'clock',
      'clock',
      'kill',
      'reboot',
      'stop',
      'hub',
      'lossy',
    ] as const);
    this.#faults[kind] = (this.#faults[kind] ?? 0) + 1;
    if (kind === 'link') this.#link.up = this.#random.next() < 0.4;
    else if (kind === 'clock') this.#machine.wrongMs = this.#anyError();
    else if (kind === 'hub') this.#hub.restart();
    else if (kind === 'lossy') {
      const share = this.#random.pick([0, 0.01, 0.2]);
      Object.assign(this.#link, { lostRequests: share, lostAnswers: share, aborted: share });
    } else if (kind === 'stop') await this.#stop();
    else this.#kill(kind === 'reboot');
  }

  #kill(reboot: boolean): void {
    this.#runs += 1;
    this.#edge.kill(this.#runs);
    if (reboot) {
      this.#boots += 1;
      this.#time.nowMs += this.#soon(HOUR_MS / 4);
      const wrongMs = this.#random.next() < 0.5 ? this.#machine.wrongMs : this.#anyError();
      Object.assign(this.#machine, { bootId: `boot-${this.#boots}`, bootedMs: this.#time.nowMs - 5_000, wrongMs });
    }
    this.#edge = this.#start();
  }

  async #stop(): Promise<void> {
    this.#runs += 1;
    let stopped = false;
    const stopping = this.#edge.stop(this.#runs).then(() => {
      stopped = true;
    });
    while (!stopped) await this.#pass();
    await stopping;
    this.#edge = this.#start();
  }

  /** Time goes on, and nothing is looked at. */
  async #pass(): Promise<void> {
    this.#time.step(this.#time.nowMs + 1_000);
    await this.#settle();
  }

  /** 1970, ten years ahead, a little off, right. */
  #anyError(): number {
    const since1970 = -(this.#time.nowMs - this.#random.between(0, 86_400_000));
    return this.#random.pick([since1970, 10 * YEAR_MS, -3 * HOUR_MS, 400, -700, 0, 0, 90_000]);
  }

  async #drain(): Promise<void> {
    Object.assign(this.#link, { up: true, lostRequests: 0, lostAnswers: 0, aborted: 0 });
    const untilMs = this.#time.nowMs + DRAIN_HOURS * HOUR_MS;
    const holds = (): boolean =>
      [...this.#edge.file.catalog.places()].some(({ captured, delivered, gaps }) => captured > delivered + gaps);
    while (holds() && this.#time.nowMs < untilMs && this.#wrong.length === 0)
      await this.#step(this.#time.nowMs + 1_000);
    if (holds() && this.#wrong.length === 0) this.#wrong.push(`not drained: ${this.#edge.state}`);
    for (const { topic, gaps } of this.#edge.file.catalog.places()) {
      if (gaps > 0) this.#wrong.push(`${topic}: ${gaps} records in gaps, and nothing was broken`);
    }
    this.#edge.kill(this.#runs + 1);
    for (let turns = 0; turns < 50; turns++) await turn();
  }

  #result(): DayResult {
    let [accepted, lost, twice, disorder, unexplained] = [0, 0, 0, 0, 0];
    for (const [topic, all] of this.#sent) {
      const log = this.#hub.log.get(topic) ?? [];
      const landed = new Map<string, number>();
      for (const [i, { value, timestampMs }] of log.entries()) {
        if (landed.has(value)) twice += 1;
        else if (i > 0 && Number(value) < Number(log[i - 1]!.value)) disorder += 1;
        landed.set(value, timestampMs);
        const sent = all[Number(value)];
        if (sent === undefined || !this.#isRight(sent, timestampMs)) unexplained += 1;
      }
      for (const { value, acknowledged } of all) {
        if (acknowledged) accepted += 1;
        if (acknowledged && !landed.has(value)) lost += 1;
      }
    }
    const facts = { faults: this.#faults, refused: this.#refused, steps: this.#steps, wrong: this.#wrong };
    return { accepted, lost, twice, disorder, unexplained: unexplained + this.#wrong.length, ...facts };
  }

  #isRight({ agentStamped, atMs, boot, value }: Sent, timestampMs: number): boolean {
    const offMs = timestampMs - Math.floor(atMs);
    // Of a boot without any contact only its place between the others is known.
    const allowedMs = agentStamped ? (this.#contacts.has(boot) ? STAMP_TOLERANCE_MS : 24 * HOUR_MS) : 0;
    if (Math.abs(offMs) <= allowedMs) return true;
    if (this.#wrong.length < 10) this.#wrong.push(`record ${value} of ${boot} is off by ${offMs} ms`);
    return false;
  }
}
