import { defineEvent } from '../../../shared/telemetry/event.ts';

interface At {
  readonly source: string;
  readonly topic: string;
  readonly partition: number;
}

export const kafkaFound = defineEvent<{ source: string; topics: number; partitions: number; added: readonly string[] }>(
  {
    name: 'kafka_source_found',
    log: {
      level: 'info',
      says: ({ added, topics, partitions }) =>
        `new partitions: ${added.join(', ')}; reading ${partitions} partitions of ${topics} topics`,
    },
  },
);

export const kafkaTopicGone = defineEvent<{ source: string; topic: string }>({
  name: 'kafka_source_topic_gone',
  log: { level: 'warn', says: ({ topic }) => `topic ${topic} is not there any more` },
});

export const kafkaTopicMadeAgain = defineEvent<{ source: string; topic: string; was: string; is: string }>({
  name: 'kafka_source_topic_made_again',
  log: {
    level: 'warn',
    says: ({ topic }) => `topic ${topic} was deleted and made again: it is read from its oldest record`,
  },
});

/** `first` to `last` are offsets; how many records they held nobody can know any more. */
export const kafkaOvertaken = defineEvent<At & { first: number; last: number }>({
  name: 'kafka_source_overtaken',
  log: {
    level: 'error',
    says: ({ topic, partition, first, last }) =>
      `offsets ${first} to ${last} of ${topic}/${partition} were deleted by Kafka before they were read`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_kafka_offsets_lost_total',
      help: 'Offsets that Kafka deleted (retention, deleteRecords) before the agent had read them.',
      labelNames: ['source'],
      labels: ({ source }) => ({ source }),
      by: ({ first, last }) => last - first + 1,
    },
  ],
});

export const kafkaTruncated = defineEvent<At & { first: number; last: number }>({
  name: 'kafka_source_truncated',
  log: {
    level: 'error',
    says: ({ topic, partition, first, last }) =>
      `${topic}/${partition} was truncated: offsets ${first} to ${last} had been captured and are other records now, or none`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_kafka_offsets_truncated_total',
      help: 'Offsets that had been captured when Kafka lost them (unclean leader election).',
      labelNames: ['source'],
      labels: ({ source }) => ({ source }),
      by: ({ first, last }) => last - first + 1,
    },
  ],
});

/** `first` to `last` are offsets. */
export const kafkaDeliveredBefore = defineEvent<At & { first: number; last: number }>({
  name: 'kafka_source_delivered_before',
  log: {
    level: 'info',
    says: ({ topic, partition, first, last }) =>
      `offsets ${first} to ${last} of ${topic}/${partition} are passed over: already delivered by an earlier run of this edge`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_kafka_offsets_delivered_before_total',
      help: 'Offsets passed over because an earlier run of this edge, unknown to this buffer, had delivered them.',
      labelNames: ['source'],
      labels: ({ source }) => ({ source }),
      by: ({ first, last }) => last - first + 1,
    },
  ],
});

/** How many records it was is counted at their place (`maybeDuplicate`). */
export const kafkaCapturedAgain = defineEvent<At & { first: number; last: number; reason: string }>({
  name: 'kafka_source_captured_again',
  log: {
    level: 'warn',
    says: ({ topic, partition, first, last, reason }) =>
      `the hub may have offsets ${first} to ${last} of ${topic}/${partition} already, from an earlier run of this edge, and gets them again: ${reason}`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_kafka_captured_again_total',
      help: 'Times that a partition was captured again from a place on that the hub had got beyond.',
      labelNames: ['source'],
      labels: ({ source }) => ({ source }),
    },
  ],
});

export const kafkaPartitionTrouble = defineEvent<At & { reason: string }>({
  name: 'kafka_source_partition_trouble',
  log: {
    level: 'warn',
    says: ({ topic, partition, reason }) =>
      `${topic}/${partition} can't be read: ${reason}; it is tried again, the others go on`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_kafka_partition_troubles_total',
      help: 'Times that a partition began to be in trouble.',
      labelNames: ['source'],
      labels: ({ source }) => ({ source }),
    },
  ],
});

export const kafkaPartitionRecovered = defineEvent<At>({
  name: 'kafka_source_partition_recovered',
  log: { level: 'info', says: ({ topic, partition }) => `${topic}/${partition} is read again` },
});

export const kafkaAborted = defineEvent<{ source: string; records: number }>({
  name: 'kafka_source_aborted',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_kafka_aborted_records_total',
      help: 'Records that were passed over because their transaction was aborted.',
      labelNames: ['source'],
      labels: ({ source }) => ({ source }),
      by: ({ records }) => records,
    },
  ],
});

export const kafkaLag = defineEvent<{ source: string; topic: string; records: number }>({
  name: 'kafka_source_lag',
  metrics: [
    {
      kind: 'gauge',
      name: 'tributary_agent_kafka_lag_records',
      help: "Offsets between what is durable in the agent and the topic's end, all partitions together.",
      labelNames: ['source', 'topic'],
      labels: ({ source, topic }) => ({ source, topic }),
      to: ({ records }) => records,
    },
  ],
});

export const kafkaGroupNotMoved = defineEvent<{ source: string; group: string; error: unknown }>({
  name: 'kafka_source_group_not_moved',
  log: {
    level: 'warn',
    says: ({ group }) =>
      `the offsets of group ${group} could not be moved: other tools see an older position, nothing else suffers`,
  },
});

export const kafkaGroupMoves = defineEvent<{ source: string; group: string }>({
  name: 'kafka_source_group_moves',
  log: { level: 'info', says: ({ group }) => `the offsets of group ${group} are moved again` },
});
