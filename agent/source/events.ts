/** Events that all sources share. */
import { defineEvent } from '../../shared/telemetry/event.ts';

/** After the capture is durable. No log line: it happens thousands of times a second. */
export const recordsCaptured = defineEvent<{ source: string; topic: string; records: number; bytes: number }>({
  name: 'source_records_captured',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_source_records_total',
      help: 'Records that a source has handed over and that are durable.',
      labelNames: ['source', 'topic'],
      labels: ({ source, topic }) => ({ source, topic }),
      by: ({ records }) => records,
    },
    {
      kind: 'counter',
      name: 'tributary_agent_source_bytes_total',
      help: 'Bytes of keys and values of these records.',
      labelNames: ['source', 'topic'],
      labels: ({ source, topic }) => ({ source, topic }),
      by: ({ bytes }) => bytes,
    },
  ],
});

export const sourceWaiting = defineEvent<{ source: string; what: string; reason: string }>({
  name: 'source_waiting',
  log: {
    level: 'warn',
    says: ({ source, what, reason }) => `source ${source}: ${what}: ${reason}; it is tried again until it works`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_source_waits_total',
      help: 'Times that a source began to wait for something outside.',
      labelNames: ['source'],
      labels: ({ source }) => ({ source }),
    },
  ],
});

export const sourceRecovered = defineEvent<{ source: string; what: string; durationMs: number }>({
  name: 'source_recovered',
  log: {
    level: 'info',
    says: ({ source, what, durationMs }) =>
      `source ${source}: ${what}: works again after ${(durationMs / 1000).toFixed(1)} s`,
  },
});

export const sourceFailed = defineEvent<{ source: string; error: unknown }>({
  name: 'source_failed',
  log: { level: 'error', says: ({ source }) => `source ${source} has stopped` },
});
