import { reasonOf } from '../../shared/errors.ts';
import { defineEvent } from '../../shared/telemetry/event.ts';

export const listening = defineEvent<{ address: string; tls: boolean; tokens: boolean }>({
  name: 'hub_listening',
  log: { level: 'info', says: (f) => `Agents and operators are served at ${f.address}` },
});

export const edgesBelieved = defineEvent<{ address: string }>({
  name: 'edges_without_tokens',
  log: {
    level: 'warn',
    says: (f) =>
      `NO TOKENS: whoever reaches ${f.address} is believed to be the edge that it says. Only this machine can. Set edges.tokens for anything but a trial`,
  },
});

export const requestAnswered = defineEvent<{ route: string; status: number; seconds: number }>({
  name: 'request_answered',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_requests_total',
      help: 'Requests answered, by route and status.',
      labelNames: ['route', 'status'],
      labels: (f) => ({ route: f.route, status: String(f.status) }),
    },
    {
      kind: 'histogram',
      name: 'tributary_hub_request_seconds',
      help: 'From the request line to the end of the answer.',
      labelNames: ['route'],
      labels: (f) => ({ route: f.route }),
      value: (f) => f.seconds,
      buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    },
  ],
});

/** `code` is one of shared/errors.ts. */
export const requestRefused = defineEvent<{
  route: string;
  remote: string;
  status: number;
  code: string;
  reason: string;
}>({
  name: 'request_refused',
  log: { level: 'debug', says: (f) => `${f.remote} got ${f.status} ${f.code} from ${f.route}: ${f.reason}` },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_refusals_total',
      help: 'Requests refused as a whole, by route and code.',
      labelNames: ['route', 'code'],
      labels: (f) => ({ route: f.route, code: f.code }),
    },
  ],
});

export const requestFailed = defineEvent<{ route: string; error: unknown }>({
  name: 'request_failed',
  log: { level: 'error', says: (f) => `${f.route} failed unexpectedly: ${reasonOf(f.error)}` },
});

interface Denied {
  readonly who: 'edge' | 'operator';
  readonly remote: string;
  readonly why: string;
}
const deniedCount = {
  kind: 'counter',
  name: 'tributary_hub_auth_failures_total',
  help: 'Requests without a token that is known, or with one of another edge.',
  labelNames: ['who'],
  labels: (f: Denied) => ({ who: f.who }),
} as const;
/** Once in a while for each address and reason; `access_denied_again` are the others. */
export const accessDenied = defineEvent<Denied>({
  name: 'access_denied',
  log: { level: 'warn', says: (f) => `A request from ${f.remote} was not let in as ${f.who}: ${f.why}` },
  metrics: [deniedCount],
});
export const accessDeniedAgain = defineEvent<Denied>({ name: 'access_denied_again', metrics: [deniedCount] });

export const budgetRefused = defineEvent<{ lane: string; edge: string; limit: 'edge' | 'total'; bytes: number }>({
  name: 'body_budget_refused',
  log: {
    level: 'debug',
    says: (f) => `${f.edge} was told to wait: no memory for ${f.bytes} bytes (limit of ${f.limit}, ${f.lane} lane)`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_budget_refusals_total',
      help: 'Requests told to come back later, because the memory for bodies was taken.',
      labelNames: ['lane', 'limit'],
      labels: (f) => ({ lane: f.lane, limit: f.limit }),
    },
  ],
});

export const bodyBytesHeld = defineEvent<{ lane: 'data' | 'control'; bytes: number }>({
  name: 'body_bytes_held',
  metrics: [
    {
      kind: 'gauge',
      name: 'tributary_hub_body_bytes',
      help: 'Memory reserved for request bodies that are not answered yet.',
      labelNames: ['lane'],
      labels: (f) => ({ lane: f.lane }),
      to: (f) => f.bytes,
    },
  ],
});

export const uploadBytesHeld = defineEvent<{ bytes: number }>({
  name: 'upload_bytes_held',
  metrics: [
    {
      kind: 'gauge',
      name: 'tributary_hub_upload_bytes',
      help: 'Memory reserved for shipments that come in parts.',
      to: (f) => f.bytes,
    },
  ],
});

export const bodyReceived = defineEvent<{ route: string; bytes: number }>({
  name: 'body_received',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_received_bytes_total',
      help: 'Bytes of request bodies read from agents.',
      labelNames: ['route'],
      labels: (f) => ({ route: f.route }),
      by: (f) => f.bytes,
    },
  ],
});

export const edgesConnected = defineEvent<{ edges: number }>({
  name: 'edges_connected',
  metrics: [
    {
      kind: 'gauge',
      name: 'tributary_hub_edges_connected',
      help: 'Edges that have at least one connection open.',
      to: (f) => f.edges,
    },
  ],
});

export const fileReloaded = defineEvent<{ what: string; paths: readonly string[] }>({
  name: 'file_reloaded',
  log: { level: 'info', says: (f) => `${f.what} read again from ${f.paths.join(', ')}` },
});

export const fileUnusable = defineEvent<{ what: string; paths: readonly string[]; reason: string }>({
  name: 'file_unusable',
  log: { level: 'error', says: (f) => `${f.what} stay as they were, the changed file cannot be used: ${f.reason}` },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_file_errors_total',
      help: 'Changed files (tokens, certificates) that could not be used; the old ones stay in force.',
      labelNames: ['what'],
      labels: (f) => ({ what: f.what }),
    },
  ],
});
