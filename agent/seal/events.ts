import { defineEvent } from '../../shared/telemetry/event.ts';
import type { Mended } from '../buffer/index.ts';

export interface Opened {
  readonly path: string;
  readonly edge: string;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly records: number;
}
export const bufferOpened = defineEvent<Opened>({
  name: 'buffer_opened',
  log: {
    level: 'info',
    says: ({ path, bytes, maxBytes, records }) =>
      `the buffer ${path} is open: ${records} records in ${bytes} of ${maxBytes} bytes`,
  },
});

export interface BufferMigrated {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}
export const bufferMigrated = defineEvent<BufferMigrated>({
  name: 'buffer_migrated',
  log: {
    level: 'warn',
    says: ({ path, from, to }) =>
      `the buffer ${path} was migrated from format ${from} to ${to}: versions of before can't use it any more`,
  },
});

const HOW: Readonly<Record<Mended['how'], string>> = {
  inPlace: 'broken rows were taken out of it',
  salvaged: 'what could be proved to be right was put into a new file',
  begunAnew: 'nothing of it could be read, it begins anew',
  withoutLog: 'it was opened without the write-ahead log',
};
export interface BufferMended {
  readonly path: string;
  readonly how: Mended['how'];
  readonly reason: string;
  readonly aside: string | null;
  /** Records that are gone, as a gap for the hub. */
  readonly lostRecords: number;
  /** Streams of which the end is not known: more may be missing behind what is left. */
  readonly unknownEnds: number;
  readonly strayRecords: number;
}
export const bufferMended = defineEvent<BufferMended>({
  name: 'buffer_mended',
  log: {
    level: 'error',
    says: ({ path, how, reason, aside, lostRecords, unknownEnds, strayRecords }) =>
      `the buffer ${path} was damaged (${reason}): ${HOW[how]}${aside === null ? '' : `, the damaged file is ${aside}`}; ` +
      `${lostRecords + strayRecords} records are lost, of ${unknownEnds} streams more may be missing at the end; look after the disk`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_buffer_mended_total',
      help: 'Times that a damaged buffer was mended when it was opened.',
      labelNames: ['how'],
      labels: ({ how }) => ({ how }),
    },
    {
      kind: 'counter',
      name: 'tributary_agent_unknown_ends_total',
      help: 'Streams of which records may be missing at the end, as the buffer was damaged: nobody knows how many.',
      by: ({ unknownEnds }) => unknownEnds,
    },
  ],
});

export interface RecordsLost {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: string;
  readonly first: number;
  readonly last: number;
}
export const recordsLost = defineEvent<RecordsLost>({
  name: 'buffer_records_lost',
  log: {
    level: 'error',
    says: ({ topic, partition, epoch, first, last }) =>
      epoch === ''
        ? `${last - first + 1} records of ${topic}/${partition} are gone, nothing says where they were`
        : `records ${first} to ${last} of ${topic}/${partition} in epoch ${epoch} are gone, a gap takes their place`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_records_lost_total',
      help: 'Records that were lost with a damaged part of the buffer.',
      by: ({ first, last }) => last - first + 1,
    },
  ],
});

export interface EndUnknown {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: string;
  readonly next: number;
}
export const endUnknown = defineEvent<EndUnknown>({
  name: 'buffer_end_unknown',
  log: {
    level: 'error',
    says: ({ topic, partition, epoch, next }) =>
      `what is left of ${topic}/${partition} in epoch ${epoch} ends at ${next}: there may have been more`,
  },
});

export const bufferFailed = defineEvent<{ readonly error: Error }>({
  name: 'buffer_failed',
  log: { level: 'error', says: ({ error }) => error.message },
});

export interface Committed {
  readonly seconds: number;
  readonly records: number;
}
export const groupCommitted = defineEvent<Committed>({
  name: 'group_committed',
  metrics: [
    {
      kind: 'histogram',
      name: 'tributary_agent_commit_duration_seconds',
      help: 'One group commit: sealing, writing and fsync.',
      value: ({ seconds }) => seconds,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    },
    {
      kind: 'histogram',
      name: 'tributary_agent_commit_records',
      help: 'Records in one group commit.',
      value: ({ records }) => records,
      buckets: [1, 10, 100, 1_000, 10_000, 100_000],
    },
  ],
});

export interface Forked {
  readonly topic: string;
  readonly partition: number;
  readonly cause: string;
  readonly epoch: string;
  readonly next: number;
  readonly records: number;
}
export const streamForked = defineEvent<Forked>({
  name: 'stream_forked',
  log: {
    level: 'warn',
    says: ({ topic, partition, cause, next, records }) =>
      `the hub's chain of ${topic}/${partition} is not ours behind ${next} (${cause}): ${records} records are sealed again`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_forks_total',
      help: 'Streams whose rows were sealed again under another epoch.',
      labelNames: ['cause'],
      labels: ({ cause }) => ({ cause }),
    },
  ],
});

/** The reason for rows whose bytes are not those that were written. */
export const CHECKSUM = 'checksum';

export interface SetAside {
  readonly topic: string;
  readonly partition: number;
  readonly first: number;
  readonly last: number;
  readonly reason: string;
}
const DAMAGED = 'what is stored is not what was written (checksum); look after the disk';
export const rowsQuarantined = defineEvent<SetAside>({
  name: 'rows_quarantined',
  log: {
    level: 'error',
    says: ({ topic, partition, first, last, reason }) =>
      `records ${first} to ${last} of ${topic}/${partition} were set aside, a gap takes their place: ${reason === CHECKSUM ? DAMAGED : reason}`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_records_quarantined_total',
      help: 'Records that could not be sent and were set aside.',
      by: ({ first, last }) => last - first + 1,
    },
  ],
});

export interface Fullness {
  readonly kind: 'full' | 'diskFull';
  readonly reason: string;
}
export const bufferIsFull = defineEvent<Fullness>({
  name: 'buffer_full',
  log: { level: 'warn', says: ({ reason }) => `sources wait: ${reason}` },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_buffer_full_total',
      help: 'Times that the buffer (full) or the disk (diskFull) began to have no room for what is captured.',
      labelNames: ['kind'],
      labels: ({ kind }) => ({ kind }),
    },
  ],
});
export const bufferHasRoom = defineEvent<{ readonly kind: 'full' | 'diskFull'; readonly forMs: number }>({
  name: 'buffer_has_room',
  log: {
    level: 'info',
    says: ({ forMs }) => `there is room again, after ${Math.round(forMs / 1000)} s; sources go on`,
  },
});

export interface GivenUp {
  readonly reason: 'evicted' | 'expired';
  readonly records: number;
}
export const recordsGivenUp = defineEvent<GivenUp>({
  name: 'records_given_up',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_agent_records_given_up_total',
      help: 'Records given up before they could be sent: evicted from a full buffer, or expired.',
      labelNames: ['reason'],
      labels: ({ reason }) => ({ reason }),
      by: ({ records }) => records,
    },
  ],
});
/** Once a minute at most, for all since the last time. */
export const givingUp = defineEvent<GivenUp>({
  name: 'giving_up',
  log: {
    level: 'warn',
    says: ({ reason, records }) => `${records} records were ${reason} unsent; the hub will have them as a gap`,
  },
});
