/** Registers the metrics of a process of pulls; their series are made when they are asked for. */
import { setImmediate } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import type { Clock } from '../../../shared/clock.ts';
import { limits } from '../../../shared/limits.ts';
import { FlowMetrics, type MeasuredFlow } from './flowMetrics.ts';
import { RowCounter, RowGauge, type RowValue } from './rowMetric.ts';
import {
  CHECKPOINT_LABELS,
  CHECKPOINT_METRICS,
  COPY_LABELS,
  COPY_METRICS,
  FLOW_LABELS,
  FLOW_METRICS,
  type MetricOfRow,
} from './rows.ts';
import { Room } from './slots.ts';

interface Bounds {
  readonly partitions: number;
  readonly checkpoints: number;
}
const BOUNDS: Bounds = { partitions: limits.metricPartitions, checkpoints: limits.metricCheckpoints };

type Rows = ReturnType<FlowMetrics['rows']>;

export class PullMetrics {
  readonly #registry: Registry;
  readonly #clock: Clock;
  readonly #flows = new Set<FlowMetrics>();
  readonly #names: string[] = [];
  readonly #partitions: Room;
  readonly #checkpoints: Room;
  /** Of the present scrape: all metrics are asked for in one go. */
  #rows: readonly Rows[] | null = null;
  #turn: Promise<void> = Promise.resolve();

  private constructor(registry: Registry, clock: Clock, bounds: Bounds) {
    this.#registry = registry;
    this.#clock = clock;
    this.#partitions = new Room(bounds.partitions);
    this.#checkpoints = new Room(bounds.checkpoints);
    for (const metric of COPY_METRICS) this.#register(metric, COPY_LABELS, ({ copies }) => copies);
    for (const metric of CHECKPOINT_METRICS) this.#register(metric, CHECKPOINT_LABELS, (rows) => rows.checkpoints);
    for (const metric of FLOW_METRICS) this.#register(metric, FLOW_LABELS, ({ flow }) => [flow]);
    this.#registerStates();
  }

  static open(registry: Registry, clock: Clock, bounds: Bounds = BOUNDS): PullMetrics {
    return new PullMetrics(registry, clock, bounds);
  }

  /** From now on it is shown, until it is closed. */
  flow(measured: MeasuredFlow): FlowMetrics {
    const rooms = { partitions: this.#partitions, checkpoints: this.#checkpoints };
    const flow = new FlowMetrics(measured, rooms, this.#clock, (closed) => this.#flows.delete(closed));
    this.#flows.add(flow);
    return flow;
  }

  close(): void {
    for (const name of this.#names) this.#registry.removeSingleMetric(name);
  }

  #now(): readonly Rows[] {
    if (this.#rows) return this.#rows;
    const rows = [...this.#flows].map((flow) => flow.rows());
    this.#rows = rows;
    queueMicrotask(() => {
      this.#rows = null;
    });
    return rows;
  }

  #nextTurn(): Promise<void> {
    this.#turn = this.#turn.then(() => setImmediate());
    return this.#turn;
  }

  #register<R extends { readonly labels: Readonly<Record<string, string>> }>(
    { name, help, kind, of }: MetricOfRow<R>,
    labelNames: string[],
    rowsOf: (rows: Rows) => readonly R[],
  ): void {
    const values = (rows: readonly Rows[], nowMs: number): RowValue[] =>
      rows.flatMap(rowsOf).flatMap((row) => {
        const value = of(row, nowMs);
        return value === null ? [] : { labels: row.labels, value };
      });
    this.#add(kind, { name, help, labelNames }, values);
  }

  #registerStates(): void {
    const name = 'tributary_pull_partitions';
    const help =
      'Partitions of a flow by state: copying, starting, waiting, stopped, paused, unowned (copied by another process).';
    this.#add('gauge', { name, help, labelNames: [...FLOW_LABELS, 'state'] }, (rows) =>
      rows.flatMap(({ flow }) =>
        [...flow.states].map(([state, value]) => ({ labels: { ...flow.labels, state }, value })),
      ),
    );
  }

  #add(
    kind: 'counter' | 'gauge',
    about: { readonly name: string; readonly help: string; readonly labelNames: string[] },
    values: (rows: readonly Rows[], nowMs: number) => RowValue[],
  ): void {
    const settings = { ...about, registers: [this.#registry] };
    const read = async (): Promise<RowValue[]> => {
      const rows = this.#now();
      const nowMs = this.#clock.monotonicMs();
      await this.#nextTurn();
      return values(rows, nowMs);
    };
    this.#names.push(about.name);
    if (kind === 'counter') new RowCounter(settings, read);
    else new RowGauge(settings, read);
  }
}
