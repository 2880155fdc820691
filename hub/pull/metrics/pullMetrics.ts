/** Registers the metrics of a process of pulls; their series are made when they are asked for. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../../shared/clock.ts';
import { limits } from '../../../shared/limits.ts';
import { FlowMetrics, type MeasuredFlow } from './flowMetrics.ts';
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
  /** Of the present scrape: all metrics are collected in one go. */
  #rows: readonly Rows[] | null = null;

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

  #register<R extends { readonly labels: Readonly<Record<string, string>> }>(
    { name, help, kind, of }: MetricOfRow<R>,
    labelNames: string[],
    rowsOf: (rows: Rows) => readonly R[],
  ): void {
    const common = { name, help, labelNames, registers: [this.#registry] };
    const each = (put: (labels: Readonly<Record<string, string>>, value: number) => void): void => {
      const nowMs = this.#clock.monotonicMs();
      for (const rows of this.#now()) {
        for (const row of rowsOf(rows)) {
          const value = of(row, nowMs);
          if (value !== null) put(row.labels, value);
        }
      }
    };
    this.#names.push(name);
    if (kind === 'counter') {
      const counter = new Counter({
        ...common,
        collect: () => {
          counter.reset();
          each((labels, value) => counter.inc(labels, value));
        },
      });
      return;
    }
    const gauge = new Gauge({
      ...common,
      collect: () => {
        gauge.reset();
        each((labels, value) => gauge.set(labels, value));
      },
    });
  }

  #registerStates(): void {
    const name = 'tributary_pull_partitions';
    const help =
      'Partitions of a flow by state: copying, starting, waiting, stopped, paused, unowned (copied by another process).';
    this.#names.push(name);
    const gauge = new Gauge({
      name,
      help,
      labelNames: [...FLOW_LABELS, 'state'],
      registers: [this.#registry],
      collect: () => {
        gauge.reset();
        for (const { flow } of this.#now()) {
          for (const [state, count] of flow.states) gauge.set({ ...flow.labels, state }, count);
        }
      },
    });
  }
}
