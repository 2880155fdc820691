import { defineEvent } from '../../shared/telemetry/event.ts';

export const heartbeatAnswered = defineEvent<{ roundTripMs: number; skewMs: number }>({
  name: 'heartbeat_answered',
  metrics: [
    { kind: 'counter', name: 'tributary_agent_heartbeats_total', help: 'Heartbeats that the hub has answered.' },
    {
      kind: 'gauge',
      name: 'tributary_agent_clock_skew_seconds',
      help: "The hub's wall clock less this machine's, give or take half a round trip.",
      to: ({ skewMs }) => skewMs / 1000,
    },
  ],
});

/** No warning: what it means for the data, the link says. */
export const heartbeatFailed = defineEvent<{ reason: string }>({
  name: 'heartbeat_failed',
  log: { level: 'debug', says: ({ reason }) => `a heartbeat was not answered: ${reason}` },
  metrics: [
    { kind: 'counter', name: 'tributary_agent_heartbeats_failed_total', help: 'Heartbeats without an answer.' },
  ],
});

export const operatorDoorShut = defineEvent<{ path: string; reason: string }>({
  name: 'operator_door_shut',
  log: {
    level: 'warn',
    says: ({ path, reason }) => `"tributary link" can't reach this agent: the socket ${path} can't be made: ${reason}`,
  },
});
