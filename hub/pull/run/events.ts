import { defineEvent } from '../../../shared/telemetry/event.ts';

interface PartFacts {
  /** `source->target`. */
  readonly flow: string;
  /** From a closed set: `topics`, `heartbeats`, `checkpoints`, ... */
  readonly part: string;
}
interface PartWaits extends PartFacts {
  readonly reason: string;
  readonly retryAfterMs: number;
}

const WAITS = [
  {
    kind: 'counter',
    name: 'tributary_pull_part_failures_total',
    help: 'Parts of pull flows that could not be opened; they are tried again.',
    labels: ({ flow, part }: PartFacts) => ({ flow, part }),
    labelNames: ['flow', 'part'],
  },
] as const;

export const partWaits = defineEvent<PartWaits>({
  name: 'pull_part_waits',
  log: {
    level: 'warn',
    says: ({ flow, part, reason }) => `flow ${flow}: ${part} can't begin: ${reason}; it is tried again`,
  },
  metrics: WAITS,
});
/** For what another part waits for already. */
export const partWaitsToo = defineEvent<PartWaits>({
  name: 'pull_part_waits_too',
  log: {
    level: 'debug',
    says: ({ flow, part, reason }) => `flow ${flow}: ${part} can't begin either: ${reason}; it is tried again`,
  },
  metrics: WAITS,
});
export const partWaitsAgain = defineEvent<PartWaits>({ name: 'pull_part_waits_again', metrics: WAITS });

export const partRecovered = defineEvent<PartFacts & { readonly afterMs: number }>({
  name: 'pull_part_recovered',
  log: {
    level: 'info',
    says: ({ flow, part, afterMs }) => `flow ${flow}: ${part} works, after ${(afterMs / 1000).toFixed(1)} s of trying`,
  },
});

/** Others still wait for the same, or it was not said. */
export const partRecoveredToo = defineEvent<PartFacts & { readonly afterMs: number }>({
  name: 'pull_part_recovered_too',
  log: {
    level: 'debug',
    says: ({ flow, part, afterMs }) => `flow ${flow}: ${part} works, after ${(afterMs / 1000).toFixed(1)} s of trying`,
  },
});

export const partStopped = defineEvent<PartFacts & { readonly reason: string }>({
  name: 'pull_part_stopped',
  log: {
    level: 'error',
    says: ({ flow, part, reason }) =>
      `flow ${flow}: ${part} can't work: ${reason}; it is not tried again: once that is mended, restart the process, or: tributary flows restart '${flow}'`,
  },
  metrics: WAITS,
});

export const mm2PositionsTaken = defineEvent<{ readonly flow: string; readonly topic: string; readonly count: number }>(
  {
    name: 'pull_mm2_positions_read',
    log: {
      level: 'info',
      says: ({ flow, topic, count }) =>
        `flow ${flow}: ${count} positions of MirrorMaker 2 in ${topic}; they count where this ledger has none, or an earlier one`,
    },
  },
);

export const mm2RunsToo = defineEvent<{ readonly flow: string }>({
  name: 'pull_mm2_runs',
  log: {
    level: 'warn',
    says: ({ flow }) =>
      `flow ${flow}: a MirrorMaker 2 runs between these clusters too; its positions are left alone, and what both copy into ` +
      'one topic is there twice',
  },
});

interface KeptPositions {
  readonly flow: string;
  readonly topic: string;
  readonly count: number;
}
export const mm2PositionsKept = defineEvent<KeptPositions>({
  name: 'pull_mm2_positions_kept',
  log: {
    level: 'debug',
    says: ({ flow, topic, count }) => `flow ${flow}: ${count} positions written into ${topic}, for MirrorMaker 2`,
  },
});

export const mm2PositionsNotKept = defineEvent<Omit<KeptPositions, 'count'> & { readonly reason: string }>({
  name: 'pull_mm2_positions_not_kept',
  log: {
    level: 'warn',
    says: ({ flow, topic, reason }) =>
      `flow ${flow}: the last positions were not written into ${topic}: ${reason}; a MirrorMaker 2 that takes over now ` +
      'repeats records: start and stop this once more before',
  },
});

export const offsetSyncsFailed = defineEvent<{
  readonly flow: string;
  readonly count: number;
  readonly reason: string;
}>({
  name: 'pull_offset_syncs_failed',
  log: {
    level: 'warn',
    says: ({ flow, count, reason }) =>
      `flow ${flow}: ${count} offset syncs were not written: ${reason}; later ones make up`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_pull_offset_syncs_failed_total',
      help: 'Offset syncs that were not written.',
      by: ({ count }) => count,
      labels: ({ flow }) => ({ flow }),
      labelNames: ['flow'],
    },
  ],
});

export const topicMadeAgain = defineEvent<{
  readonly flow: string;
  readonly topic: string;
  readonly topicId: string;
  readonly copy: string;
}>({
  name: 'pull_topic_made_again',
  log: {
    level: 'warn',
    says: ({ flow, topic, topicId, copy }) =>
      `flow ${flow}: ${topic} was deleted and made again (now ${topicId}): what is in it goes into ${copy}; the copy that ` +
      'was there stays as it is',
  },
});

interface WhatRuns {
  readonly copying: readonly string[];
  readonly heartbeatsOnly: readonly string[];
}
const namesOf = (flows: readonly string[]): string => (flows.length === 0 ? 'none' : flows.join(', '));

export const flowsBegin = defineEvent<WhatRuns>({
  name: 'pull_flows',
  log: {
    level: 'info',
    says: ({ copying, heartbeatsOnly }) =>
      `flows that copy: ${namesOf(copying)}; that only write heartbeats: ${namesOf(heartbeatsOnly)}`,
  },
});
/** As MirrorMaker 2, which says nothing: heartbeats alone may be what somebody wants. */
export const nothingCopied = defineEvent<WhatRuns & { readonly clusters: readonly string[] }>({
  name: 'pull_nothing_copied',
  log: {
    level: 'warn',
    says: ({ heartbeatsOnly, clusters }) =>
      `NOTHING IS COPIED: no flow between ${namesOf(clusters)} is enabled (heartbeats only: ${namesOf(heartbeatsOnly)}); ` +
      'set A->B.enabled=true with these very names (YAML: a flow with enabled: true), or add one with: tributary flows add FILE',
  },
});

export const loopRefused = defineEvent<{ readonly flow: string; readonly topic: string }>({
  name: 'pull_loop_refused',
  log: {
    level: 'warn',
    says: ({ flow, topic }) =>
      `flow ${flow}: ${topic} is not copied: the flow back takes it as well and keeps its name, so each record would ` +
      'come back for ever; name different topics in the two flows, or set tributary.provenance.headers for both',
  },
});

export const flowUnable = defineEvent<{ readonly flow: string; readonly reason: string }>({
  name: 'pull_flow_unable',
  log: { level: 'error', says: ({ flow, reason }) => `flow ${flow} was added and can't run here: ${reason}` },
});

interface Lacking {
  readonly flow: string;
  readonly process: string;
  /** How many processes do not know it now. */
  readonly without: number;
}

const LACKING = [
  {
    kind: 'gauge',
    name: 'tributary_pull_flow_unknown_elsewhere',
    help: 'Processes that share the ledger and do not know this flow: what their shards have of it is not copied.',
    to: ({ without }: Lacking) => without,
    labels: ({ flow }: Lacking) => ({ flow }),
    labelNames: ['flow'],
  },
] as const;

export const lackText = (process: string): string =>
  `the process "${process}" shares the ledger and does not know this flow: what its shards have of it is not copied`;

export const flowUnknownElsewhere = defineEvent<Lacking>({
  name: 'pull_flow_unknown_elsewhere',
  log: {
    level: 'warn',
    says: ({ flow, process }) =>
      `flow ${flow}: ${lackText(process)}; start it with the same file, or give it a ledger of its own`,
  },
  metrics: LACKING,
});

export const flowKnownElsewhere = defineEvent<Lacking & { readonly afterMs: number }>({
  name: 'pull_flow_known_elsewhere',
  log: {
    level: 'info',
    says: ({ flow, process, afterMs }) =>
      `flow ${flow}: the process "${process}" knows it now, or is gone, after ${(afterMs / 1000).toFixed(1)} s`,
  },
  metrics: LACKING,
});

export const startWaits = defineEvent<{
  readonly target: string;
  readonly processes: string;
  readonly flows: string;
}>({
  name: 'pull_start_waits',
  log: {
    level: 'warn',
    says: ({ target, processes, flows }) =>
      `flows into ${target} do not begin yet: ${processes} had the same ledger a moment ago and other flows (${flows}); this ` +
      'goes on when nothing more is heard of it for 15 s',
  },
});
export const startGoesOn = defineEvent<{ readonly target: string; readonly afterMs: number }>({
  name: 'pull_start_goes_on',
  log: {
    level: 'info',
    says: ({ target, afterMs }) => `flows into ${target} begin, after ${(afterMs / 1000).toFixed(1)} s of waiting`,
  },
});

export const operationDone = defineEvent<{
  readonly flow: string;
  readonly operation: string;
  readonly what: string;
  readonly by: string;
}>({
  name: 'pull_operation',
  log: {
    level: 'info',
    says: ({ flow, operation, what, by }) => `flow ${flow}: ${operation}${what}, asked for by ${by}`,
  },
});
