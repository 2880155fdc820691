/**
 * Telemetry: what a process says about itself. One typed event per fact (`event.ts`) owns its log line and its metric;
 * this file writes the lines and moves the metrics; `server.ts` shows them together with health (`checks.ts`), and
 * `jobs.ts` runs what is done again and again.
 *
 * Invariants: lines are JSON on stderr, one a fact; no line holds a token or password; labels come from closed sets.
 */
import { type Logger, pino } from 'pino';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EventType, Level, MetricOf } from './event.ts';

/** Log lines and metrics of one process. Pass it down; nothing logs or counts past it. */
export interface Telemetry {
  emit<F>(type: EventType<F>, facts: F): void;
  /** Metrics, for the `/metrics` page and for gauges that read a value when scraped. */
  readonly registry: Registry;
}

/** Facts under these names never reach a log line. */
const SECRETS = [
  'token',
  '*.token',
  'password',
  '*.password',
  'authorization',
  '*.authorization',
  'headers.authorization',
];

type Metric = Counter | Gauge | Histogram;

export class ProcessTelemetry implements Telemetry {
  readonly registry = new Registry();
  readonly #logger: Logger;
  readonly #metrics = new Map<string, Metric>();

  /** JSON lines on stderr, as DESIGN.md's contract for scripts says; stdout stays free for data. */
  constructor(
    options: { level?: Level; bindings?: Record<string, unknown>; destination?: { write(line: string): void } } = {},
  ) {
    const settings = {
      level: options.level ?? 'info',
      base: { pid: process.pid, ...options.bindings },
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label: string) => ({ level: label }) },
      redact: { paths: SECRETS, remove: true },
    };
    this.#logger = pino(settings, options.destination ?? pino.destination({ dest: 2, sync: true }));
  }

  emit<F>(type: EventType<F>, facts: F): void {
    for (const metric of type.metrics ?? []) this.#move(metric, facts);
    if (type.log) this.#logger[type.log.level]({ event: type.name, ...plain(facts) }, type.log.says(facts));
  }

  #move<F>(metric: MetricOf<F>, facts: F): void {
    const labels = metric.labels?.(facts) ?? {};
    const known = this.#metrics.get(metric.name) ?? this.#register(metric);
    if (metric.kind === 'counter') (known as Counter).inc(labels, metric.by?.(facts) ?? 1);
    else if (metric.kind === 'gauge') (known as Gauge).set(labels, metric.to(facts));
    else (known as Histogram).observe(labels, metric.value(facts));
  }

  #register<F>(metric: MetricOf<F>): Metric {
    const common = {
      name: metric.name,
      help: metric.help,
      labelNames: [...(metric.labelNames ?? [])],
      registers: [this.registry],
    };
    const made =
      metric.kind === 'counter'
        ? new Counter(common)
        : metric.kind === 'gauge'
          ? new Gauge(common)
          : new Histogram(metric.buckets ? { ...common, buckets: [...metric.buckets] } : common);
    this.#metrics.set(metric.name, made);
    return made;
  }
}

function plain<F>(facts: F): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(facts as object)) {
    out[name] =
      value instanceof Error
        ? { message: value.message, ...('toJSON' in value ? (value as { toJSON(): object }).toJSON() : {}) }
        : value;
  }
  return out;
}
