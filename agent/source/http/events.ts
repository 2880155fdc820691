import { defineEvent } from '../../../shared/telemetry/event.ts';
import type { RefusalCode } from './refusal.ts';

export const httpListening = defineEvent<{ source: string; address: string }>({
  name: 'http_source_listening',
  log: {
    level: 'info',
    says: ({ source, address }) => `source ${source} takes records at http://${address}/topics/...`,
  },
});

export const httpOpenToAll = defineEvent<{ source: string; address: string }>({
  name: 'http_source_open_to_all',
  log: {
    level: 'warn',
    says: ({ address }) =>
      `anybody who reaches ${address} can write records: it is not a loopback address and no token is set`,
  },
});

export const httpRefused = defineEvent<{ source: string; request: string; code: RefusalCode; message: string }>({
  name: 'http_source_refused',
  log: { level: 'debug', says: ({ code, message }) => `a request was refused, ${code}: ${message}` },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_http_refused_total',
      help: 'Requests of the HTTP source that were refused, by code.',
      labelNames: ['source', 'code'],
      labels: ({ source, code }) => ({ source, code }),
    },
  ],
});

export const httpRepeated = defineEvent<{ source: string }>({
  name: 'http_source_repeated',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_http_repeated_total',
      help: 'Requests whose idempotency key was known: answered, not captured again.',
      labelNames: ['source'],
      labels: ({ source }) => ({ source }),
    },
  ],
});

/** Our own mistake, not the client's. */
export const httpRequestFailed = defineEvent<{ source: string; request: string; error: unknown }>({
  name: 'http_source_request_failed',
  log: { level: 'error', says: ({ request }) => `request ${request} could not be handled` },
});
