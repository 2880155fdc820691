/** What happens on the link, each with its log line and metric. Labels come from closed sets. */
import { defineEvent } from '../../shared/telemetry/event.ts';
import { describe, LINK_KINDS, type LinkKind, type LinkState } from './linkState.ts';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export const shipmentSent = defineEvent<{ bytes: number; parcels: number; records: number; inFlightBytes: number }>({
  name: 'shipment_sent',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_forward_shipments_total',
      help: 'Shipments written to the link; repeats count again.',
    },
    {
      kind: 'counter',
      name: 'tributary_agent_forward_bytes_total',
      help: 'Bytes of their bodies.',
      by: ({ bytes }) => bytes,
    },
    {
      kind: 'counter',
      name: 'tributary_agent_forward_records_total',
      help: 'Records in them; those sent again count again.',
      by: ({ records }) => records,
    },
    {
      kind: 'gauge',
      name: 'tributary_agent_forward_in_flight_bytes',
      help: 'Bytes on the way that the hub has not answered.',
      to: ({ inFlightBytes }) => inFlightBytes,
    },
  ],
});

export const receiptReceived = defineEvent<{ roundTripMs: number; inFlightBytes: number; creditBytes: number }>({
  name: 'receipt_received',
  metrics: [
    { kind: 'counter', name: 'tributary_agent_forward_receipts_total', help: 'Receipts read.' },
    {
      kind: 'histogram',
      name: 'tributary_agent_forward_round_trip_seconds',
      help: 'From writing a shipment to its receipt.',
      value: ({ roundTripMs }) => roundTripMs / 1000,
      buckets: SECONDS,
    },
    {
      kind: 'gauge',
      name: 'tributary_agent_forward_in_flight_bytes',
      help: 'Bytes on the way that the hub has not answered.',
      to: ({ inFlightBytes }) => inFlightBytes,
    },
    {
      kind: 'gauge',
      name: 'tributary_agent_forward_credit_bytes',
      help: 'Bytes that the hub lets this agent have unanswered.',
      to: ({ creditBytes }) => creditBytes,
    },
  ],
});

const REFUSALS = {
  kind: 'counter',
  name: 'tributary_agent_forward_refusals_total',
  help: 'Streams of shipments that the hub did not take, by its reason.',
  labelNames: ['code'],
  labels: ({ code }: { code: string }) => ({ code }),
} as const;

interface StreamRefused {
  readonly code: string;
  readonly stream: string;
  readonly reason: string;
  readonly retryMs: number;
}
/** Refusals that end by themselves: the first of a row, then those without progress in between. */
export const streamRefusedAgain = defineEvent<StreamRefused>({ name: 'stream_refused_again', metrics: [REFUSALS] });
export const streamRefused = defineEvent<StreamRefused>({
  name: 'stream_refused',
  log: {
    level: 'info',
    says: ({ code, stream, reason, retryMs }) =>
      `the hub does not take ${stream} now (${code}${reason ? `: ${reason}` : ''}); sent again in ${(retryMs / 1000).toFixed(1)} s`,
  },
  metrics: [REFUSALS],
});

/** What follows of these the buffer says when it is done: `stream_forked`, `rows_quarantined`. */
export const forkRefused = defineEvent<{ code: string }>({ name: 'fork_refused', metrics: [REFUSALS] });
export const rowsRefused = defineEvent<{ code: string }>({ name: 'rows_refused', metrics: [REFUSALS] });

export const markGivenUp = defineEvent<{ reason: string }>({
  name: 'mark_given_up',
  log: { level: 'warn', says: ({ reason }) => `the hub does not take a mark: ${reason}; a later one is tried` },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_forward_marks_given_up_total',
      help: 'Marks that are too large for the hub or were refused.',
    },
  ],
});

export const staleReceipt = defineEvent<{ term: number; known: number }>({
  name: 'stale_receipt',
  log: {
    level: 'warn',
    says: ({ term, known }) => `an answer of term ${term} is ignored: term ${known} was seen`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_forward_stale_receipts_total',
      help: 'Answers of a hub instance that is not the owner any more.',
    },
  ],
});

const LINK_STATE = LINK_KINDS.map((kind) => ({
  kind: 'gauge' as const,
  name: 'tributary_agent_link_state',
  help: '1 for the state that the link to the hub is in, 0 for the others.',
  labelNames: ['state'],
  labels: () => ({ state: kind }),
  to: ({ state }: { state: LinkState }) => (state.kind === kind ? 1 : 0),
}));

export const linkState = defineEvent<{ state: LinkState }>({ name: 'link_state', metrics: LINK_STATE });

/** The first of a row of failures, and each later one of another kind. */
export const linkDown = defineEvent<{ kind: LinkKind; reason: string; nextAttemptMs: number }>({
  name: 'link_down',
  log: {
    level: 'warn',
    says: ({ reason }) => `no link to the hub: ${reason}; records are buffered, it is tried until it works`,
  },
});

export const linkFailure = defineEvent<{ kind: string }>({
  name: 'link_failure',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_link_failures_total',
      help: 'Times that everything under way was given up, by cause.',
      labelNames: ['kind'],
      labels: ({ kind }) => ({ kind }),
    },
  ],
});

const STOPPED: Partial<Record<LinkKind, string>> = {
  stuck: 'the hub answers, but nothing was delivered for a while',
  refused: 'the hub refuses this agent, nothing is sent',
  wrongHub: 'this is not the hub of this buffer, nothing is sent',
  hubBehind: 'the hub has lost what it had confirmed, nothing is sent',
};
const AGAIN = 'records are kept, and it is tried again every minute';
const NEXT: Partial<Record<LinkKind, string>> = {
  stuck: 'records are kept, and it is tried until it works',
  refused: AGAIN,
  wrongHub: `set hub.url to the hub that it belongs to, or name a new file in buffer.path. ${AGAIN[0]!.toUpperCase()}${AGAIN.slice(1)}`,
  hubBehind: 'records are kept until somebody has looked at the hub and this agent is started again',
};

/** Somebody must do something. */
export const linkStopped = defineEvent<{ state: LinkState }>({
  name: 'link_stopped',
  log: {
    level: 'error',
    says: ({ state }) =>
      `${STOPPED[state.kind] ?? 'nothing is sent to the hub'}: ${describe(state)}; ${NEXT[state.kind] ?? 'records are kept'}`,
  },
});

export const linkRecovered = defineEvent<{ downMs: number; failures: number }>({
  name: 'link_recovered',
  log: {
    level: 'info',
    says: ({ downMs, failures }) =>
      `the link to the hub works again, after ${(downMs / 1000).toFixed(1)} s and ${failures} failures`,
  },
});

export const hubMet = defineEvent<{ clusterId: string; ledgerTopicId: string; shards: number }>({
  name: 'hub_met',
  log: {
    level: 'info',
    says: ({ clusterId, ledgerTopicId }) => `this buffer belongs to hub ${clusterId}/${ledgerTopicId} from now on`,
  },
});
