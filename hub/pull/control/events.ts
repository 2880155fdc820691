import { defineEvent } from '../../../shared/telemetry/event.ts';

interface Trouble {
  readonly cluster: string;
  readonly topic: string;
  readonly reason: string;
}

export const controlTrouble = defineEvent<Trouble>({
  name: 'pull_control_trouble',
  log: {
    level: 'warn',
    says: ({ cluster, topic, reason }) =>
      `what operators say (${topic} in ${cluster}) can't be read: ${reason}; it is tried again`,
  },
});
export const controlRecovered = defineEvent<Omit<Trouble, 'reason'> & { readonly afterMs: number }>({
  name: 'pull_control_recovered',
  log: {
    level: 'info',
    says: ({ cluster, topic, afterMs }) =>
      `${topic} in ${cluster} is read again, after ${(afterMs / 1000).toFixed(1)} s`,
  },
});
export const controlUnread = defineEvent<{ readonly topic: string; readonly key: string }>({
  name: 'pull_control_unread',
  log: {
    level: 'warn',
    says: ({ topic, key }) => `an entry of ${topic} is of a newer version, or not ours, and is passed over: ${key}`,
  },
});
