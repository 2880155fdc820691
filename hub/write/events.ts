import { defineEvent } from '../../shared/telemetry/event.ts';

const shardLabel = { labels: ({ shard }: { shard: number }) => ({ shard: String(shard) }), labelNames: ['shard'] };

export interface TransactionFacts {
  shard: number;
  records: number;
  bytes: number;
  partitions: number;
  submissions: number;
  attempts: number;
  tookMs: number;
}
export const transactionCommitted = defineEvent<TransactionFacts>({
  name: 'hub_transaction_committed',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_transactions_total',
      help: 'Transactions committed by shard owners.',
      ...shardLabel,
    },
    {
      kind: 'counter',
      name: 'tributary_hub_records_written_total',
      help: 'Records committed to target topics, dead letters included.',
      by: ({ records }) => records,
      ...shardLabel,
    },
    {
      kind: 'counter',
      name: 'tributary_hub_bytes_written_total',
      help: 'Bytes of sealed batches committed to target topics.',
      by: ({ bytes }) => bytes,
      ...shardLabel,
    },
    {
      kind: 'histogram',
      name: 'tributary_hub_transaction_seconds',
      help: 'From the first staged shipment to the commit.',
      value: ({ tookMs }) => tookMs / 1000,
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    },
    {
      kind: 'histogram',
      name: 'tributary_hub_transaction_partitions',
      help: 'Target partitions in one transaction.',
      value: ({ partitions }) => partitions,
      buckets: [1, 3, 10, 30, 100, 300, 1000, 2000],
    },
  ],
});

export const transactionFailed = defineEvent<{ shard: number; code: string; reason: string }>({
  name: 'hub_transaction_failed',
  log: {
    level: 'warn',
    says: ({ shard, reason }) => `shard ${shard}: a transaction failed: ${reason}; edges send again`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_transactions_failed_total',
      help: 'Transactions that were not seen to commit, by error code.',
      labels: ({ code }) => ({ code }),
      labelNames: ['code'],
    },
  ],
});

export const streamRefused = defineEvent<{ edge: string; stream: string; code: string; reason: string }>({
  name: 'hub_stream_refused',
  log: { level: 'debug', says: ({ edge, stream, code, reason }) => `${edge}, ${stream}: ${code}: ${reason}` },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_streams_refused_total',
      help: "Streams of shipments that were refused, by the receipt's code.",
      labels: ({ code }) => ({ code }),
      labelNames: ['code'],
    },
  ],
});

export const repeatConfirmed = defineEvent<{ edge: string; records: number }>({
  name: 'hub_repeat_confirmed',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_repeated_records_total',
      help: 'Records that had been committed before and were confirmed again, not written.',
      by: ({ records }) => records,
    },
  ],
});

export const gapTaken = defineEvent<{ edge: string; stream: string; reason: string; count: number }>({
  name: 'hub_gap_taken',
  log: {
    level: 'info',
    says: ({ stream, reason, count }) => `${stream}: ${count} records will never come (${reason})`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_gap_records_total',
      help: 'Sequences recorded as gaps, by reason.',
      by: ({ count }) => count,
      labels: ({ reason }) => ({ reason }),
      labelNames: ['reason'],
    },
  ],
});

export const gapsCoalesced = defineEvent<{ edge: string; stream: string }>({
  name: 'hub_gaps_coalesced',
  log: { level: 'warn', says: ({ stream }) => `${stream}: too many gaps, two were written down as one` },
  metrics: [
    { kind: 'counter', name: 'tributary_hub_gaps_coalesced_total', help: 'Gaps that were joined to bound the ledger.' },
  ],
});

export const forkSeen = defineEvent<{ edge: string; stream: string; cause: string }>({
  name: 'hub_fork_seen',
  log: { level: 'warn', says: ({ stream, cause }) => `${stream}: two histories (${cause}); both are kept` },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_forks_total',
      help: 'Findings of two histories of one place, by cause.',
      labels: ({ cause }) => ({ cause }),
      labelNames: ['cause'],
    },
  ],
});

export const epochHeld = defineEvent<{ edge: string; epoch: string; reason: string }>({
  name: 'hub_epoch_held',
  log: {
    level: 'warn',
    says: ({ edge, epoch, reason }) => `${edge}: epoch ${epoch} waits for the operator: ${reason}`,
  },
  metrics: [{ kind: 'counter', name: 'tributary_hub_epochs_held_total', help: 'Epochs that wait for the operator.' }],
});

export interface DeadLetterFacts {
  edge: string;
  stream: string;
  first: number;
  last: number;
  target: string;
  reason: string;
}
export const deadLettered = defineEvent<DeadLetterFacts>({
  name: 'hub_dead_lettered',
  log: {
    level: 'warn',
    says: ({ stream, first, last, target, reason }) =>
      `${stream} ${first}..${last}: ${target} will never take it (${reason}); it is in the dead letter topic`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_dead_lettered_records_total',
      help: 'Records in the dead letter topic instead of their target.',
      by: ({ first, last }) => last - first + 1,
    },
  ],
});

export const batchSplit = defineEvent<{ stream: string; first: number; last: number; parts: number }>({
  name: 'hub_batch_split',
  log: { level: 'debug', says: ({ stream, first, last, parts }) => `${stream} ${first}..${last}: ${parts} parts` },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_batches_split_total',
      help: "Sealed batches over their target's max.message.bytes that were encoded again as several.",
    },
  ],
});

export const shardTaken = defineEvent<{ shard: number; term: number; entries: number; tookMs: number }>({
  name: 'hub_shard_taken',
  log: {
    level: 'info',
    says: ({ shard, term, entries, tookMs }) =>
      `shard ${shard}: owner since term ${term}, ${entries} entries read in ${tookMs} ms`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_takeovers_total',
      help: 'Times this hub took a shard over.',
      ...shardLabel,
    },
    {
      kind: 'histogram',
      name: 'tributary_hub_takeover_seconds',
      help: 'From the fence to serving.',
      value: ({ tookMs }) => tookMs / 1000,
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60],
    },
  ],
});

interface ShardTrouble {
  readonly shard: number;
  readonly doing: string;
  readonly reason: string;
  readonly retryAfterMs: number;
}
const shardTroubleCount = {
  kind: 'counter',
  name: 'tributary_hub_shard_trouble_total',
  help: 'Failed attempts to open a shard or to find out what a transaction did.',
  ...shardLabel,
} as const;
/** The first failure of a row; `hub_shard_taken` ends it. */
export const shardTrouble = defineEvent<ShardTrouble>({
  name: 'hub_shard_trouble',
  log: {
    level: 'warn',
    says: ({ shard, doing, reason }) =>
      `shard ${shard} is not served (${doing}): ${reason}; its edges keep their records. It is tried until it works`,
  },
  metrics: [shardTroubleCount],
});
export const shardTroubleAgain = defineEvent<ShardTrouble>({
  name: 'hub_shard_trouble_again',
  log: {
    level: 'debug',
    says: ({ shard, doing, reason, retryAfterMs }) =>
      `shard ${shard}: ${doing}: ${reason}; again in ${retryAfterMs} ms`,
  },
  metrics: [shardTroubleCount],
});

const ledgerTroubleCount = {
  kind: 'counter',
  name: 'tributary_hub_ledger_trouble_total',
  help: 'Failed attempts to reach the ledger at the start.',
} as const;
/** The first failure at the start; `hub_ledger_reached` ends it. */
export const ledgerTrouble = defineEvent<{ topic: string; reason: string }>({
  name: 'hub_ledger_trouble',
  log: {
    level: 'warn',
    says: ({ topic, reason }) =>
      `the ledger ${topic} can't be opened: ${reason}; nothing is taken, edges keep their records. It is tried until it works`,
  },
  metrics: [ledgerTroubleCount],
});
export const ledgerTroubleAgain = defineEvent<{ topic: string; reason: string }>({
  name: 'hub_ledger_trouble_again',
  log: { level: 'debug', says: ({ topic, reason }) => `the ledger ${topic} can't be opened: ${reason}` },
  metrics: [ledgerTroubleCount],
});
export const ledgerReached = defineEvent<{ topic: string; afterMs: number }>({
  name: 'hub_ledger_reached',
  log: {
    level: 'info',
    says: ({ topic, afterMs }) => `the ledger ${topic} is open, after ${(afterMs / 1000).toFixed(1)} s`,
  },
});

export const shardLost = defineEvent<{
  shard: number;
  cause: 'fenced' | 'revoked' | 'failed' | 'closed';
  reason: string;
}>({
  name: 'hub_shard_lost',
  log: { level: 'info', says: ({ shard, cause, reason }) => `shard ${shard}: no longer owner (${cause}): ${reason}` },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_shards_lost_total',
      help: 'Times this hub stopped to own a shard, by cause.',
      labels: ({ cause }) => ({ cause }),
      labelNames: ['cause'],
    },
  ],
});

export const queueChanged = defineEvent<{ shard: number; bytes: number }>({
  name: 'hub_queue_changed',
  metrics: [
    {
      kind: 'gauge',
      name: 'tributary_hub_queue_bytes',
      help: "Bytes of shipments that wait for a shard's next transaction.",
      to: ({ bytes }) => bytes,
      ...shardLabel,
    },
  ],
});
