import { defineEvent } from '../../../shared/telemetry/event.ts';
import type { PullGap } from './ledger.ts';
import type { RebuildReason } from './plan.ts';
import type { FlowName } from './settings.ts';

const flowLabels = {
  labels: ({ flow }: { readonly flow: FlowName }) => ({ source: flow.source, target: flow.target }),
  labelNames: ['source', 'target'],
} as const;

export const pullRebuilt = defineEvent<{ flow: FlowName; reason: RebuildReason; batches: number }>({
  name: 'pull_rebuilt',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_pull_batches_rebuilt_total',
      help: 'Batches that could not be copied as they were, by reason.',
      by: ({ batches }) => batches,
      labels: ({ flow, reason }) => ({ source: flow.source, target: flow.target, reason }),
      labelNames: ['source', 'target', 'reason'],
    },
  ],
});

export const pullLimited = defineEvent<{ flow: FlowName; limit: 'flow' | 'topic'; ms: number }>({
  name: 'pull_limited',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_pull_limited_seconds_total',
      help: 'Time in which a topic (each for itself) was not fetched because of its limit, or the flow because of its own.',
      by: ({ ms }) => ms / 1_000,
      labels: ({ flow, limit }) => ({ source: flow.source, target: flow.target, limit }),
      labelNames: ['source', 'target', 'limit'],
    },
  ],
});

export const pullFetched = defineEvent<{ flow: FlowName; replica: 'leader' | 'follower'; bytes: number }>({
  name: 'pull_fetched',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_pull_fetched_bytes_total',
      help: 'Bytes of batches fetched, from leaders and from followers that are nearer (client.rack).',
      by: ({ bytes }) => bytes,
      labels: ({ flow, replica }) => ({ source: flow.source, target: flow.target, replica }),
      labelNames: ['source', 'target', 'replica'],
    },
  ],
});

export const pullAborted = defineEvent<{ flow: FlowName; records: number }>({
  name: 'pull_aborted_dropped',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_pull_aborted_records_total',
      help: 'Records passed over because their transaction was aborted.',
      by: ({ records }) => records,
      ...flowLabels,
    },
  ],
});

export const pullReturned = defineEvent<{ flow: FlowName; records: number }>({
  name: 'pull_returned_dropped',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_pull_returned_records_total',
      help: 'Records not copied, as their provenance headers say that they came from the target or through it.',
      by: ({ records }) => records,
      ...flowLabels,
    },
  ],
});

const LOSSES: Record<PullGap['cause'], string> = {
  retention: 'the source deleted them before they were copied',
  truncated: 'the source took them back and goes on from there with others (unclean election?)',
  recreated: 'the topic was deleted and made again',
};
export const pullGapFound = defineEvent<PullGap & { flow: FlowName; source: string }>({
  name: 'pull_gap',
  log: {
    level: 'error',
    says: ({ flow, source, cause, from, to }) =>
      `${flow.source}->${flow.target}, ${source}: from offset ${from} to ${to}: ${LOSSES[cause]}`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_pull_gaps_total',
      help: 'Places where a source does not have any more what was not copied yet, by cause.',
      labels: ({ flow, cause }) => ({ source: flow.source, target: flow.target, cause }),
      labelNames: ['source', 'target', 'cause'],
    },
    {
      kind: 'counter',
      name: 'tributary_pull_lost_offsets_total',
      help: 'Offsets that retention took before they were copied.',
      by: ({ cause, from, to }) => (cause === 'retention' ? to - from : 0),
      ...flowLabels,
    },
  ],
});

export const pullDeadLettered = defineEvent<{
  flow: FlowName;
  source: string;
  target: string;
  first: number;
  last: number;
  reason: string;
}>({
  name: 'pull_dead_lettered',
  log: {
    level: 'warn',
    says: ({ source, target, first, last, reason }) =>
      `${source}, offsets ${first} to ${last}: ${target} refuses them for ever (${reason}); they are in the dead letter topic`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_pull_dead_letters_total',
      help: 'Batches put into the dead letter topic, by reason.',
      labels: ({ flow, reason }) => ({ source: flow.source, target: flow.target, reason }),
      labelNames: ['source', 'target', 'reason'],
    },
  ],
});

interface InTrouble {
  readonly flow: FlowName;
  readonly source: string;
  readonly reason: string;
  readonly detail: string;
}
const troubleCount = {
  kind: 'counter',
  name: 'tributary_pull_partition_trouble_total',
  help: 'Times a partition had to wait or stop, by reason.',
  labels: ({ flow, reason }: InTrouble) => ({ source: flow.source, target: flow.target, reason }),
  labelNames: ['source', 'target', 'reason'],
} as const;

/** Said of the first of a topic's partitions, of some reasons once it has lasted a while; `pull_partition_recovered` ends it. */
export const pullPartitionWaits = defineEvent<InTrouble>({
  name: 'pull_partition_waits',
  log: {
    level: 'warn',
    says: ({ source, detail }) => `${source} is not copied: ${detail}; others go on. It is tried until it works`,
  },
  metrics: [troubleCount],
});
export const pullPartitionWaitsAgain = defineEvent<InTrouble>({
  name: 'pull_partition_waits_again',
  log: { level: 'debug', says: ({ source, detail }) => `${source} is not copied: ${detail}` },
  metrics: [troubleCount],
});
export const pullPartitionStopped = defineEvent<InTrouble>({
  name: 'pull_partition_stopped',
  log: {
    level: 'error',
    says: ({ source, detail }) => `${source} is stopped: ${detail}; others go on. Resume it once that is understood`,
  },
  metrics: [troubleCount],
});
interface Recovered {
  readonly flow: FlowName;
  readonly partitions: number;
  readonly afterMs: number;
}
/** `source`: one of them. */
export const pullPartitionRecovered = defineEvent<Recovered & { readonly source: string }>({
  name: 'pull_partition_recovered',
  log: {
    level: 'info',
    says: ({ source, partitions, afterMs }) =>
      partitions === 1
        ? `${source} is copied again, after ${afterMs} ms`
        : `${source} and ${partitions - 1} more of its topic are copied again, after ${afterMs} ms`,
  },
});

/** `pull_source_back` ends it. */
export const pullSourceAway = defineEvent<{ flow: FlowName; reason: string }>({
  name: 'pull_source_away',
  log: { level: 'warn', says: ({ flow, reason }) => `${flow.source}: ${reason}. It is tried until it works` },
});
export const pullSourceBack = defineEvent<Recovered>({
  name: 'pull_source_back',
  log: {
    level: 'info',
    says: ({ flow, partitions, afterMs }) =>
      `${flow.source}: back after ${afterMs} ms; partitions that it held up: ${partitions}`,
  },
});

const shardLabel = { labels: ({ shard }: { shard: number }) => ({ shard: String(shard) }), labelNames: ['shard'] };

export const pullTransactionCommitted = defineEvent<{
  shard: number;
  partitions: number;
  bytes: number;
  tookMs: number;
}>({
  name: 'pull_transaction_committed',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_pull_transactions_total',
      help: 'Transactions committed, positions included.',
      ...shardLabel,
    },
    {
      kind: 'histogram',
      name: 'tributary_pull_transaction_seconds',
      help: 'From the first batch to the commit.',
      value: ({ tookMs }) => tookMs / 1000,
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    },
  ],
});

const failedCount = {
  kind: 'counter',
  name: 'tributary_pull_shard_trouble_total',
  help: 'Transactions that were not seen to commit, and failed attempts to open a shard.',
  ...shardLabel,
} as const;
interface ShardTrouble {
  readonly shard: number;
  readonly reason: string;
}
/** The first of a row; `pull_shard_taken` or the next commit ends it. */
export const pullShardTrouble = defineEvent<ShardTrouble>({
  name: 'pull_shard_trouble',
  log: {
    level: 'warn',
    says: ({ shard, reason }) => `pull shard ${shard}: ${reason}; what is not committed is copied again`,
  },
  metrics: [failedCount],
});
export const pullShardTroubleAgain = defineEvent<ShardTrouble>({
  name: 'pull_shard_trouble_again',
  log: { level: 'debug', says: ({ shard, reason }) => `pull shard ${shard}: ${reason}` },
  metrics: [failedCount],
});
export const pullShardTaken = defineEvent<{ shard: number; term: number; positions: number; tookMs: number }>({
  name: 'pull_shard_taken',
  log: {
    level: 'info',
    says: ({ shard, term, positions, tookMs }) =>
      `pull shard ${shard}: owner since term ${term}, ${positions} positions read in ${tookMs} ms`,
  },
});
export const pullShardLost = defineEvent<{ shard: number; cause: string; reason: string }>({
  name: 'pull_shard_lost',
  log: {
    level: 'info',
    says: ({ shard, cause, reason }) => `pull shard ${shard}: no longer owner (${cause}): ${reason}`,
  },
});
export const pullLedgerTrouble = defineEvent<{ topic: string; reason: string }>({
  name: 'pull_ledger_trouble',
  log: {
    level: 'warn',
    says: ({ topic, reason }) => `the pull ledger ${topic} can't be opened: ${reason}. It is tried until it works`,
  },
});

export const pullMapsRefused = defineEvent<{ readonly topic: string; readonly shard: number; readonly reason: string }>(
  {
    name: 'pull_maps_refused',
    log: {
      level: 'warn',
      says: ({ topic, shard, reason }) =>
        `pull shard ${shard}: ${topic} does not take exact offset maps: ${reason}; offsets of groups are translated by ` +
        'offset syncs alone, and may repeat records',
    },
  },
);
