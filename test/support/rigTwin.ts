/**
 * An agent that is a copy of a running one, memory and all: a machine's snapshot that is resumed twice.
 *
 * Node can't copy a running process, so the copy is made the other way round: an agent's memory follows from what it was
 * given and from the epoch that it drew, so two that are given the same have the same memory, rows and tips, which
 * {@link Twin.rows} lets a test check. The test makes `drawEpoch` answer the same for both (`vi.mock` of
 * `shared/identity.ts`); everything else is the product's own, put together as `agent/assemble.ts` does.
 */
import { BufferFile } from '../../agent/buffer/index.ts';
import { Control } from '../../agent/control/control.ts';
import { reportOf } from '../../agent/control/report.ts';
import { Forwarder } from '../../agent/forward/forwarder.ts';
import { SealingIntake } from '../../agent/seal/index.ts';
import { HttpSource } from '../../agent/source/http/httpSource.ts';
import type { Capture } from '../../agent/stages.ts';
import { systemClock } from '../../shared/clock.ts';
import type { EdgeId } from '../../shared/identity.ts';
import { MIB } from '../../shared/limits.ts';
import { ask } from './rigHttp.ts';
import { rigTelemetry } from './rigTelemetry.ts';
import type { Truth } from './rigTruth.ts';
import { eventually } from './rigWait.ts';

const BOOT_ID = 'the-boot-of-the-snapshot';

export interface TwinOptions {
  readonly edge: string;
  readonly hubUrl: string;
  /** The buffer's file. */
  readonly path: string;
  readonly partitions: number;
}

export class Twin {
  readonly #options: TwinOptions;
  readonly #truth: Truth;
  readonly #intake: SealingIntake;
  readonly #forwarder: Forwarder;
  readonly #control: Control;
  readonly #source: HttpSource;

  private constructor(truth: Truth, options: TwinOptions) {
    const edge = options.edge as EdgeId;
    const telemetry = rigTelemetry(edge);
    const file = BufferFile.open({ path: options.path, maxBytes: 256 * MIB, edge });
    const common = { edge, agentVersion: 'test', hub: { url: options.hubUrl }, telemetry, clock: systemClock };
    this.#truth = truth;
    this.#options = options;
    this.#intake = SealingIntake.open(file, { telemetry, bootId: BOOT_ID });
    this.#control = new Control({
      ...common,
      heartbeatMs: 1_000,
      report: () =>
        reportOf({
          startedAtMs: 0,
          link: this.#forwarder.state(),
          stats: this.#intake.stats(),
          waits: this.#forwarder.waits(),
          sources: [],
        }),
      onCredit: (term, bytes) => this.#forwarder.credit(term, bytes),
    });
    const settings = { lingerMs: 5 };
    const link = { outbox: this.#intake, lane: this.#control, bootId: BOOT_ID, settings };
    this.#forwarder = new Forwarder({ ...common, ...link });
    const listen = { host: '127.0.0.1', port: 0 };
    this.#source = new HttpSource({ listen, partitions: options.partitions }, common);
  }

  /** At the moment of the snapshot: it has captured this, each in a commit of its own, and sealed it. */
  static async resume(truth: Truth, options: TwinOptions, memory: readonly Capture[]): Promise<Twin> {
    const twin = new Twin(truth, options);
    for (const capture of memory) {
      await twin.#intake.capture(capture);
      await twin.#intake.sealTail(Number.NEGATIVE_INFINITY);
    }
    await twin.#source.open(twin.#intake);
    return twin;
  }

  /** Begins to send. */
  connect(): void {
    this.#forwarder.open();
    this.#control.open();
  }

  /** What it holds: epoch, sequences and tips. */
  rows(): string[] {
    const rows = this.#intake.take({ after: 0, maxBytes: 64 * MIB, maxParcels: 1_000 });
    return rows.map(({ stream, first, last, tip }) => {
      return `${stream.epoch} ${stream.topic}/${stream.partition} ${first}..${last} ${tip.toString('hex')}`;
    });
  }

  /** One request; noted as accepted once the agent has said so, and sealed as one batch. */
  async post(topic: string, client: string, values: readonly string[], partition = 0): Promise<void> {
    const url = `http://127.0.0.1:${this.#source.port}/topics/${topic}?partition=${partition}`;
    const { ok, status, text } = await ask(url, values.join('\n'), { 'content-type': 'application/x-ndjson' });
    if (!ok) throw new Error(`POST ${topic}: ${status} ${text}`);
    this.#truth.accepted(this.#options.edge, topic, client, values);
    await this.#intake.sealTail(Number.NEGATIVE_INFINITY);
  }

  async drained(): Promise<void> {
    const places = () => this.#intake.stats().places;
    await eventually(
      'everything is delivered',
      () => places().every(({ buffered }) => buffered === 0) || null,
      () => [places(), this.#forwarder.state(), [...this.#forwarder.waits()]],
    );
  }

  get maybeDuplicate(): number {
    return this.#intake.stats().places.reduce((sum, place) => sum + place.maybeDuplicate, 0);
  }

  async close(): Promise<void> {
    await this.#source.close();
    await this.#forwarder.close();
    await this.#control.close();
    await this.#intake.close();
  }
}
