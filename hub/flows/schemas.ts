/** The answers about flows: one declaration each for type, check and documentation. Times are ms since 1970. */
import { type Static, Type } from 'typebox';
import { count, list, orNull, text, time } from '../answers.ts';

const oneOf = <const W extends readonly string[]>(words: W, description: string) =>
  Type.Unsafe<W[number]>({ type: 'string', enum: [...words], description });

export const FlowName = Type.String({ minLength: 1, maxLength: 500, description: 'A flow: `source->target`.' });
export const TopicName = Type.String({
  minLength: 1,
  maxLength: 249,
  pattern: '^(?!\\.{1,2}$)[A-Za-z0-9._-]*$',
  description: 'A topic of the source.',
});
export const PartitionNumber = Type.Integer({ minimum: 0, maximum: 2_147_483_647, description: 'A partition of it.' });

const FLOW_STATES = ['running', 'paused', 'troubled', 'beginning', 'off', 'unable'] as const;
export type FlowState = (typeof FLOW_STATES)[number];
const FlowStateWord = oneOf(
  FLOW_STATES,
  '`running`: it copies. `paused`: as a whole. `troubled`: a part can not begin, or partitions wait or have stopped. `beginning`: it is being opened. `off`: it writes heartbeats only. `unable`: it was added, and this process can not run it.',
);

const Totals = {
  partitions: count('That are to be copied.'),
  owned: count('Of these, in the hands of a process that is alive.'),
  copying: count('Copied now.'),
  paused: count('Paused, by themselves or with their topic or flow.'),
  waiting: count('With trouble that is tried again by its own clock.'),
  stopped: count("With trouble that waits for an operator's word."),
  lagOffsets: count('Offsets between the positions and the ends of the source.'),
  records: count('Copied since the processes started.'),
  bytes: count('Copied since the processes started.'),
  gaps: count('Ranges that are known to be missing, of all times.'),
};

const Part = Type.Object({
  name: text('`copy`, `topics`, `offsetSyncs`, `heartbeats`, `checkpoints`, `groupOffsets`.'),
  state: oneOf(
    ['opening', 'open', 'waiting', 'failed', 'closed'],
    '`waiting`: tried again by its own clock. `failed`: trying again would not help.',
  ),
  reason: orNull(text('Why it is not open.')),
  retryAfterMs: orNull(count('How long it waits before it is tried again.')),
});

export const FlowSummary = Type.Object(
  {
    flow: text('`source->target`.'),
    source: text('Alias of the cluster that is copied from.'),
    target: text('Alias of the cluster that is copied into.'),
    origin: oneOf(['file', 'added'], '`file`: it stands in the configuration. `added`: over this API.'),
    state: FlowStateWord,
    reason: orNull(text('The first of its troubles.')),
    ...Totals,
  },
  { description: 'One flow in a line, over all processes that share it.' },
);
export type FlowSummary = Static<typeof FlowSummary>;

const ProcessStatus = Type.Object({
  name: text('As it was started with.'),
  target: text('Alias of the cluster whose flows it shares.'),
  url: orNull(text('Where its API is; null: it has none.')),
  startedAtMs: time('When it started, by its own clock.'),
  shards: list(Type.Integer({ minimum: 0 }), 'Which parts of the work are its own.'),
});

export const FlowList = Type.Object({
  nowMs: time("This process's clock."),
  version: text('Of this process.'),
  process: text('The name of this process.'),
  processes: list(ProcessStatus, 'All that are alive.'),
  flows: list(FlowSummary, 'In the order of their names.'),
});
export type FlowList = Static<typeof FlowList>;

const PARTITION_STATES = ['elsewhere', 'nobody', 'starting', 'copying', 'waiting', 'stopped'] as const;
export const PartitionStateWord = oneOf(
  PARTITION_STATES,
  '`elsewhere`: another process has it, ask that one for more. `nobody`: its part of the work is just changing hands. `waiting`: trouble, tried again by its own clock. `stopped`: trouble that waits for a word.',
);
export type PartitionStateWord = Static<typeof PartitionStateWord>;

const Gap = Type.Object({
  cause: oneOf(['retention', 'truncated', 'recreated'], 'What took the records away.'),
  from: count('First offset.'),
  to: count('Offset behind the last one.'),
  atMs: time('When it was noticed.'),
});

export const PartitionStatus = Type.Object({
  topic: text('In the source.'),
  partition: count('There.'),
  targetTopic: text('In the target.'),
  targetPartition: count('There.'),
  state: PartitionStateWord,
  paused: Type.Boolean({ description: 'It keeps its state and is not fetched.' }),
  process: orNull(text('Who has it.')),
  reason: orNull(text('A word for the trouble.')),
  detail: orNull(text('The trouble, for people.')),
  troubledForMs: orNull(count('Since how long.')),
  retryInMs: orNull(count('When it is tried again.')),
  position: orNull(count('The next offset to copy, as committed.')),
  end: orNull(count("The source's end, as last heard.")),
  lagOffsets: orNull(count('Between these two.')),
  lagMs: orNull(count('Age of the newest record that was copied, while there are others.')),
  records: count('Copied since this process started.'),
  bytes: count('Copied since this process started.'),
  deadLettered: count('Put into the dead letter topic since then.'),
  rebuilt: Type.Record(Type.String(), count('Batches that could not be copied as bytes, by reason.')),
  gaps: list(Gap, 'The newest ones.'),
  gapCount: count('All that there were.'),
  lostOffsets: count('Offsets lost to retention, all together.'),
});
export type PartitionStatus = Static<typeof PartitionStatus>;

// As one type: a union would take 0 for null, which is no limit at all.
const rate = (description: string) =>
  Type.Optional(Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 1, description }));
const RateLimit = Type.Object(
  {
    maxBytesPerSecond: rate('Bytes as they lie in the log; null: any.'),
    maxRecordsPerSecond: rate('Null: any.'),
  },
  { additionalProperties: false },
);
export const Limits = Type.Object(
  {
    flow: Type.Optional(RateLimit),
    topics: Type.Optional(
      Type.Record(Type.String({ pattern: '^(\\*|[A-Za-z0-9._-]{1,249})$' }), RateLimit, {
        additionalProperties: false,
        maxProperties: 1_000,
        description: 'By topic of the source; `*`: each that is not named, by itself.',
      }),
    ),
  },
  {
    additionalProperties: false,
    description:
      'Of all processes together. `flow` and `topics` each take the place of what the flow was written with, where they are given.',
  },
);

export const FlowStatus = Type.Object(
  {
    nowMs: time("This process's clock."),
    process: text('The name of this process.'),
    ...FlowSummary.properties,
    parts: list(Part, 'What it is made of, in this process.'),
    pausedTopics: list(text('A topic.'), 'Paused as a whole.'),
    pausedPartitions: list(text('`topic/partition`.'), 'Paused by themselves.'),
    addedTopics: list(text('A topic.'), "Copied whatever the flow's lists say."),
    removedTopics: list(text('A topic.'), "Not copied whatever the flow's lists say."),
    limits: orNull(Limits),
    processes: list(ProcessStatus, 'Those that share it and are alive.'),
    topics: list(PartitionStatus, 'Partitions, in the order of topic and number.'),
    left: count('Partitions that did not fit the limit.'),
  },
  { description: 'One flow, with the partitions that this process knows.' },
);
export type FlowStatus = Static<typeof FlowStatus>;

export const Done = Type.Object(
  {
    flow: text('`source->target`.'),
    done: Type.Boolean({
      description: 'All processes that are alive have done it. Else it is written down and will be done.',
    }),
    waitingFor: list(text('A process.'), 'Those that have not said so yet.'),
  },
  { description: 'What became of an operation.' },
);
export type Done = Static<typeof Done>;

export const Resume = Type.Object(
  {
    accept: Type.Boolean({
      default: false,
      description:
        'What partitions have stopped for (a topic made again, a target that lost records) is taken as it is: copying goes on with what is there now.',
    }),
  },
  { additionalProperties: false },
);

export const FlowBody = Type.Object(
  // What is missing is said together with everything else that is wrong.
  {
    source: Type.Optional(text('Alias of a cluster; needed.')),
    target: Type.Optional(text('Alias of a cluster; needed.')),
  },
  {
    additionalProperties: true,
    description:
      'A flow as under `flows:` of hub.yaml, as JSON, without `clients`. Its clusters are those of the file that the processes were started with.',
  },
);

export const FlowQuery = Type.Object(
  {
    topic: Type.Optional(Type.String({ maxLength: 249, description: 'Only this topic.' })),
    state: Type.Optional(PartitionStateWord),
    limit: Type.Integer({ minimum: 1, maximum: 20_000, default: 1_000, description: 'Partitions in the answer.' }),
  },
  { additionalProperties: false },
);
