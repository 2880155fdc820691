import { defineEvent } from '../telemetry/event.ts';

interface Throttled {
  readonly broker: string;
  /** `Fetch`, `Produce`. */
  readonly api: string;
  readonly ms: number;
}
const metrics = [
  {
    kind: 'counter',
    name: 'tributary_kafka_throttled_seconds_total',
    help: "Silence that brokers have asked for because of a client's quota, by request.",
    by: ({ ms }: Throttled) => ms / 1_000,
    labels: ({ api }: Throttled) => ({ api }),
    labelNames: ['api'],
  },
] as const;

/** The first of a row; `kafka_throttle_over` ends it. */
export const kafkaThrottled = defineEvent<Throttled>({
  name: 'kafka_throttled',
  log: {
    level: 'warn',
    says: ({ broker, api, ms }) =>
      `broker ${broker} throttles ${api} (a quota of this client), first for ${ms} ms; it is obeyed`,
  },
  metrics,
});
export const kafkaThrottledAgain = defineEvent<Throttled>({ name: 'kafka_throttled_again', metrics });

export const kafkaThrottleOver = defineEvent<{
  readonly broker: string;
  readonly api: string;
  readonly afterMs: number;
}>({
  name: 'kafka_throttle_over',
  log: {
    level: 'info',
    says: ({ broker, api, afterMs }) => `broker ${broker} throttles ${api} no more, after ${afterMs} ms`,
  },
});
