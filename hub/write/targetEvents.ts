/** What happens to target topics, their partitions and the brokers that lead them. */
import { defineEvent } from '../../shared/telemetry/event.ts';

interface Parked {
  readonly target: string;
  readonly reason: string;
  readonly retryAfterMs: number;
}
const parkedCount = {
  kind: 'counter',
  name: 'tributary_hub_targets_parked_total',
  help: 'Times a target was parked.',
} as const;
const parkedText = ({ target, reason }: Parked): string =>
  `${target} takes no records now: ${reason}; edges keep those that go there, other targets go on. It is tried until it works`;
/** The first time, and with each other reason. */
export const targetParked = defineEvent<Parked>({
  name: 'hub_target_parked',
  log: { level: 'warn', says: parkedText },
  metrics: [parkedCount],
});
export const targetParkedAgain = defineEvent<Parked>({
  name: 'hub_target_parked_again',
  log: { level: 'debug', says: parkedText },
  metrics: [parkedCount],
});

interface Silent {
  readonly node: number;
  readonly reason: string;
  readonly retryAfterMs: number;
}
const silentCount = {
  kind: 'counter',
  name: 'tributary_hub_leaders_silent_total',
  help: 'Times that a broker did not answer and all that it leads was parked.',
} as const;
const silentText = ({ reason }: Silent): string =>
  `${reason}; edges keep what goes to partitions that it leads, all others go on. It is asked until it answers`;
export const leaderSilent = defineEvent<Silent>({
  name: 'hub_leader_silent',
  log: { level: 'warn', says: silentText },
  metrics: [silentCount],
});
export const leaderSilentAgain = defineEvent<Silent>({
  name: 'hub_leader_silent_again',
  log: { level: 'debug', says: silentText },
  metrics: [silentCount],
});
export const leaderAnswers = defineEvent<{ node: number; afterMs: number }>({
  name: 'hub_leader_answers',
  log: { level: 'info', says: ({ node, afterMs }) => `broker ${node} takes records again, after ${afterMs} ms` },
});
export const leadersSilentNow = defineEvent<{ count: number }>({
  name: 'hub_leaders_silent_now',
  metrics: [
    {
      kind: 'gauge',
      name: 'tributary_hub_leaders_silent',
      help: 'Brokers that do not answer now; what they lead is parked.',
      to: ({ count }) => count,
    },
  ],
});

/** Once for each topic of an edge. */
export const routeMissing = defineEvent<{ edge: string; topic: string; reason: string }>({
  name: 'hub_route_missing',
  log: {
    level: 'warn',
    says: ({ reason }) => `${reason}. The edge keeps its records; its other topics go on. It is tried every minute`,
  },
});

export const targetsParkedNow = defineEvent<{ count: number }>({
  name: 'hub_targets_parked_now',
  metrics: [
    {
      kind: 'gauge',
      name: 'tributary_hub_targets_parked',
      help: 'Target topics and partitions that are parked now.',
      to: ({ count }) => count,
    },
  ],
});

export const targetRecovered = defineEvent<{ target: string; afterMs: number }>({
  name: 'hub_target_recovered',
  log: { level: 'info', says: ({ target, afterMs }) => `${target} takes records again, after ${afterMs} ms` },
});

export const targetMade = defineEvent<{ topic: string; partitions: number; grown: boolean }>({
  name: 'hub_target_made',
  log: {
    level: 'info',
    says: ({ topic, partitions, grown }) => `${grown ? 'grew' : 'made'} ${topic}: ${partitions} partitions`,
  },
});

interface LostFacts {
  readonly edge: string;
  readonly stream: string;
  readonly cause: 'deleted' | 'replaced' | 'truncated';
  readonly target: string;
  readonly next: number;
}
const LOST_HOW = {
  deleted: 'was deleted',
  replaced: 'was deleted and made again',
  truncated: 'has lost the end of its log',
} as const;
/** One incident of a stream. */
export const targetLost = defineEvent<LostFacts>({
  name: 'hub_target_lost_records',
  log: {
    level: 'error',
    says: ({ stream, cause, target, next }) =>
      `${target} ${LOST_HOW[cause]}: of ${stream}, records below ${next} that the edge was told are safe are gone. New ones go on; replay what is missing from the source ("tributary verify" says which)`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_incidents_total',
      help: 'Streams found to have lost delivered records in central Kafka, by cause.',
      labels: ({ cause }) => ({ cause }),
      labelNames: ['cause'],
    },
  ],
});
const checkTroubleCount = {
  kind: 'counter',
  name: 'tributary_hub_target_check_trouble_total',
  help: 'Failed attempts to compare target logs with the ledger.',
} as const;
/** The comparison of targets with the ledger did not get all its answers; it is made again. */
export const targetCheckTrouble = defineEvent<{ shard: number; streams: number; reason: string }>({
  name: 'hub_target_check_trouble',
  log: {
    level: 'debug',
    says: ({ shard, streams, reason }) =>
      `shard ${shard}: the targets of ${streams} streams are not compared yet: ${reason}`,
  },
  metrics: [checkTroubleCount],
});

export const targetReplaced = defineEvent<{ topic: string; was: string; is: string }>({
  name: 'hub_target_replaced',
  log: {
    level: 'error',
    says: ({ topic, was, is }) =>
      `${topic} was deleted and made again (id ${was}, now ${is}): what edges were told is safe may be gone`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_targets_replaced_total',
      help: 'Target topics that were found deleted and made again.',
    },
  ],
});
