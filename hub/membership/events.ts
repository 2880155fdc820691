import { defineEvent } from '../../shared/telemetry/event.ts';

export const membershipChanged = defineEvent<{ group: string; generation: number; shards: readonly number[] }>({
  name: 'hub_assignment_changed',
  log: {
    level: 'info',
    says: ({ generation, shards }) => `assigned shards ${shards.join(', ') || 'none'} (generation ${generation})`,
  },
});

/** The first of a row; `hub_assignment_changed` ends it. */
export const membershipTrouble = defineEvent<{ group: string; reason: string }>({
  name: 'hub_assignment_trouble',
  log: {
    level: 'warn',
    says: ({ group, reason }) =>
      `which shards are to be served here is not known (group ${group}): ${reason}; it goes on with those that it has. It is tried until it works`,
  },
});
export const membershipTroubleAgain = defineEvent<{ group: string; reason: string }>({
  name: 'hub_assignment_trouble_again',
  log: { level: 'debug', says: ({ group, reason }) => `group ${group}: ${reason}` },
});
