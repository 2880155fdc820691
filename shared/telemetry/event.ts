/**
 * One typed event per fact. The event owns its log line and its metric, so the two can't drift apart.
 *
 * A room declares its events beside its code (`agent/buffer/events.ts`) with {@link defineEvent} and emits them through
 * the {@link Telemetry} that it was given. Label values come from closed sets or configuration, never from records:
 * cardinality stays bounded.
 */
export type Level = 'debug' | 'info' | 'warn' | 'error';

interface MetricBase<F> {
  /** Full name with unit and suffix, by Prometheus' rules: `tributary_agent_records_captured_total`. */
  readonly name: string;
  readonly help: string;
  readonly labels?: (facts: F) => Record<string, string>;
  /** Names of the labels that {@link labels} gives, in any order. */
  readonly labelNames?: readonly string[];
}
/** Adds `by` (default 1). */
export interface Counts<F> extends MetricBase<F> {
  readonly kind: 'counter';
  readonly by?: (facts: F) => number;
}
export interface Sets<F> extends MetricBase<F> {
  readonly kind: 'gauge';
  readonly to: (facts: F) => number;
}
export interface Observes<F> extends MetricBase<F> {
  readonly kind: 'histogram';
  readonly value: (facts: F) => number;
  readonly buckets?: readonly number[];
}
export type MetricOf<F> = Counts<F> | Sets<F> | Observes<F>;

export interface EventType<F> {
  /** snake_case; the log line's `event`. */
  readonly name: string;
  /** Absent: no log line, the event only moves metrics. */
  readonly log?: { readonly level: Level; readonly says: (facts: F) => string };
  readonly metrics?: readonly MetricOf<F>[];
}

export function defineEvent<F>(type: EventType<F>): EventType<F> {
  return type;
}
