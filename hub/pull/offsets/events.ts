import { defineEvent } from '../../../shared/telemetry/event.ts';

const flowLabel = { labels: ({ flow }: { flow: string }) => ({ flow }), labelNames: ['flow'] };

export const internalTopicMade = defineEvent<{ flow: string; topic: string }>({
  name: 'pull_internal_topic_made',
  log: { level: 'info', says: ({ flow, topic }) => `flow ${flow}: made topic ${topic}` },
});

export const heartbeatWritten = defineEvent<{ flow: string }>({
  name: 'pull_heartbeat_written',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_pull_heartbeats_total',
      help: 'Heartbeats written to the target clusters of pull flows.',
      ...flowLabel,
    },
  ],
});

export interface CheckpointsFacts {
  readonly flow: string;
  readonly groups: number;
  readonly emitted: number;
  /** Offsets for which there was nothing to emit, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  readonly tookMs: number;
}
export const checkpointsEmitted = defineEvent<CheckpointsFacts>({
  name: 'pull_checkpoints_emitted',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_pull_checkpoints_total',
      help: 'Checkpoints of consumer groups written to the target clusters of pull flows.',
      by: ({ emitted }) => emitted,
      ...flowLabel,
    },
    {
      kind: 'gauge',
      name: 'tributary_pull_checkpoint_groups',
      help: 'Consumer groups of the source that the last round of checkpoints looked at.',
      to: ({ groups }) => groups,
      ...flowLabel,
    },
  ],
});

export const groupsNotRead = defineEvent<{ flow: string; failed: number; group: string; reason: string }>({
  name: 'pull_groups_not_read',
  log: {
    level: 'warn',
    says: ({ flow, failed, group, reason }) =>
      `flow ${flow}: offsets of ${failed} groups could not be read, the first is ${group}: ${reason}`,
  },
});

export const checkpointsBeyondBounds = defineEvent<{ flow: string; groups: number; partitions: number }>({
  name: 'pull_checkpoints_beyond_bounds',
  log: {
    level: 'warn',
    says: ({ flow, groups, partitions }) =>
      `flow ${flow}: there is no room for the checkpoints of ${groups} groups and the offset syncs of ${partitions} partitions; ` +
      'narrow groups or topics',
  },
});

export const checkpointsUnreadable = defineEvent<{ flow: string; topic: string; reason: string }>({
  name: 'pull_checkpoints_unreadable',
  log: {
    level: 'warn',
    says: ({ flow, topic, reason }) =>
      `flow ${flow}: earlier checkpoints in ${topic} can't be read (${reason}); offsets are translated from the newest syncs on`,
  },
});

export const groupOffsetsWritten = defineEvent<{ flow: string; groups: number; offsets: number; active: number }>({
  name: 'pull_group_offsets_written',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_pull_group_offsets_total',
      help: 'Offsets of consumer groups written on the target clusters of pull flows.',
      by: ({ offsets }) => offsets,
      ...flowLabel,
    },
    {
      kind: 'gauge',
      name: 'tributary_pull_groups_active_on_target',
      help: 'Groups whose offsets are left alone, since somebody consumes with them on the target.',
      to: ({ active }) => active,
      ...flowLabel,
    },
  ],
});

export const groupOffsetsRefused = defineEvent<{ flow: string; failed: number; group: string; reason: string }>({
  name: 'pull_group_offsets_refused',
  log: {
    level: 'warn',
    says: ({ flow, failed, group, reason }) =>
      `flow ${flow}: offsets of ${failed} groups could not be written on the target, the first is ${group}: ${reason}`,
  },
});

export const mapsUnreadable = defineEvent<{ readonly flow: string; readonly reason: string }>({
  name: 'pull_maps_unreadable',
  log: {
    level: 'warn',
    says: ({ flow, reason }) =>
      `flow ${flow}: exact offset maps can't be read: ${reason}; offsets are translated by offset syncs alone`,
  },
});
