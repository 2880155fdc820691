/** One run of an agent after the other on one machine: the real buffer, intake, forwarder and control over a link in memory. */
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BufferFile } from '../../../agent/buffer/index.ts';
import { Control } from '../../../agent/control/control.ts';
import { reportOf } from '../../../agent/control/report.ts';
import type { HubLine } from '../../../agent/forward/connection.ts';
import { unreachable } from '../../../agent/forward/fault.ts';
import { Forwarder } from '../../../agent/forward/forwarder.ts';
import { SealingIntake } from '../../../agent/seal/index.ts';
import type { EdgeId } from '../../../shared/identity.ts';
import { MIB } from '../../../shared/limits.ts';
import { ProcessTelemetry } from '../../../shared/telemetry/telemetry.ts';
import type { LifeHub } from './hub.ts';
import { type Machine, ProcessClock, type TrueTime } from './machine.ts';

export interface Link {
  up: boolean;
  delayMs: number;
  /** Of a request, on its way there; of an answer, on its way back; of a transaction. */
  lostRequests: number;
  lostAnswers: number;
  aborted: number;
}

export interface EdgeParts {
  readonly dir: string;
  readonly time: TrueTime;
  readonly machine: Machine;
  readonly hub: LifeHub;
  readonly link: Link;
  readonly random: () => number;
  readonly onFatal: (error: unknown) => void;
}

const EDGE = 'store-1' as EdgeId;
/** The least that a configuration allows: a day without a link fills it. */
const MAX_BYTES = 4 * MIB;

export class EdgeRun {
  readonly intake: SealingIntake;
  readonly clock: ProcessClock;
  readonly file: BufferFile;
  readonly #path: string;
  readonly #parts: EdgeParts;
  readonly #forwarder: Forwarder;
  readonly #control: Control;
  readonly #lines = new Set<MemoryLine>();

  constructor(parts: EdgeParts, number: number) {
    this.#parts = parts;
    this.#path = join(parts.dir, `${number}.db`);
    this.clock = new ProcessClock(parts.time, parts.machine);
    const { clock } = this;
    const telemetry = new ProcessTelemetry({ level: 'error' });
    const { bootId } = parts.machine;
    this.file = BufferFile.open({ path: this.#path, maxBytes: MAX_BYTES, edge: EDGE });
    this.intake = SealingIntake.open(this.file, { telemetry, clock, bootId, onFailed: parts.onFatal });
    const dial = (): HubLine => {
      const line = new MemoryLine(parts, clock, () => this.#lines.delete(line));
      this.#lines.add(line);
      return line;
    };
    const common = { edge: EDGE, agentVersion: 'life', hub: { url: 'http://hub' }, telemetry, clock, dial };
    const { random } = parts;
    this.#control = new Control({
      ...common,
      ...{ heartbeatMs: 60_000, random },
      report: () => {
        const { intake } = this;
        const facts = { startedAtMs: 1, stats: intake.stats(), waits: this.#forwarder.waits(), sources: [] };
        return reportOf({ ...facts, link: this.#forwarder.state() });
      },
      onHubTime: (time) => this.intake.noteHubTime(time),
      onCredit: (term, bytes) => this.#forwarder.credit(term, bytes),
    });
    this.#forwarder = new Forwarder({
      ...common,
      ...{ bootId, random, outbox: this.intake, lane: this.#control, onFatal: parts.onFatal },
    });
    this.#forwarder.open();
    this.#control.open();
  }

  get state(): string {
    return JSON.stringify({ link: this.#forwarder.state(), waits: [...this.#forwarder.waits()] });
  }

  /** kill -9: what is on disk goes on as the next run's file. */
  kill(next: number): void {
    this.clock.die();
    for (const line of this.#lines) line.cut();
    const to = join(this.#parts.dir, `${next}.db`);
    for (const end of ['', '-wal']) if (existsSync(this.#path + end)) copyFileSync(this.#path + end, to + end);
    void this.#bury();
  }

  /** What a killed process would not have done is done to a file that nobody looks at. */
  async #bury(): Promise<void> {
    await this.intake.close().catch(() => undefined);
    for (const end of ['', '-wal', '-shm']) rmSync(this.#path + end, { force: true });
  }

  /** SIGTERM; the caller lets time go on until it resolves. */
  async stop(next: number): Promise<void> {
    await this.#forwarder.close();
    await this.#control.close();
    await this.intake.close();
    this.clock.die();
    copyFileSync(this.#path, join(this.#parts.dir, `${next}.db`));
    rmSync(this.#path);
  }
}

/** One connection: answers in order, each request and answer may be lost, and with it the connection. */
class MemoryLine implements HubLine {
  gone = false;
  readonly #parts: EdgeParts;
  readonly #clock: ProcessClock;
  readonly #onGone: () => void;
  readonly #unanswered = new Set<(error: Error) => void>();
  #before: Promise<unknown> = Promise.resolve();

  constructor(parts: EdgeParts, clock: ProcessClock, onGone: () => void) {
    this.#parts = parts;
    this.#clock = clock;
    this.#onGone = onGone;
  }

  post({ path, body }: { path: string; body: Buffer }): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => reject(unreachable(error, 'the hub'));
      if (this.gone) return fail(new Error('the connection is gone'));
      this.#unanswered.add(fail);
      const before = this.#before;
      this.#before = this.#exchange(path, body, before).then(
        (answer) => {
          this.#unanswered.delete(fail);
          resolve(answer);
        },
        (error: unknown) => this.cut(error instanceof Error ? error : new Error(String(error))),
      );
    });
  }

  async #exchange(path: string, body: Buffer, before: Promise<unknown>): Promise<Buffer> {
    const { link, hub, random } = this.#parts;
    await this.#way();
    await before;
    if (this.gone || random() < link.lostRequests) throw new Error('reset');
    const answer = await hub.answer(path, Buffer.from(body), random() < link.aborted ? 'abort' : 'commit');
    await this.#way();
    if (this.gone || random() < link.lostAnswers) throw new Error('reset');
    return answer;
  }

  async #way(): Promise<void> {
    const { link, random } = this.#parts;
    await new Promise<void>((resolve) => this.#clock.after(link.delayMs * (0.5 + random()), resolve));
    if (!link.up) throw new Error('no route');
  }

  close(): void {
    this.cut();
  }
  cut(error = new Error('closed')): void {
    if (this.gone) return;
    this.gone = true;
    this.#onGone();
    for (const fail of this.#unanswered) fail(error);
    this.#unanswered.clear();
  }
}
