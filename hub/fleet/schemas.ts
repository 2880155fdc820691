/** The fleet API's answers: one declaration each for type, check and documentation. Times are ms since 1970. */
import { type Static, Type } from 'typebox';
import { ERROR_CODES } from '../../shared/errors.ts';
import { count, list, orNull, text, time } from '../answers.ts';

export const EdgeName = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$', description: 'An edge.' });
export const EpochName = Type.String({ pattern: '^[0-9a-f]{24}$', description: 'One run of an agent.' });
const LaneName = Type.Union([Type.Literal('main'), Type.Literal('backfill')]);

export const EdgeState = Type.Union([Type.Literal('online'), Type.Literal('offline'), Type.Literal('never')], {
  description:
    '`online`: connected, or heard of within the last minute. `offline`: not. `never`: has a token, but was never heard of.',
});
export type EdgeState = Static<typeof EdgeState>;

const Outlook = Type.Object(
  {
    linkBytesPerSecond: count('What its link has shown that it carries; 0: nothing yet.'),
    intakePerSecond: Type.Number({ minimum: 0, description: 'Records that it takes in, over the last minutes.' }),
    drainPerSecond: Type.Number({ minimum: 0, description: 'Records that leave its buffer, over the last minutes.' }),
    drainMs: orNull(count('Until its backlog is gone; null: never as it goes now, or it is too early to say.')),
    fullMs: orNull(count("Until its buffer is full at the last day's rate; null: never, or it is too early to say.")),
    topics: list(
      Type.Object({
        topic: text("The source's topic."),
        buffered: count('Records that wait.'),
        bytes: count('Of these.'),
        oldestAgeMs: count('Age of the oldest.'),
      }),
      'Those with most bytes.',
    ),
    topicsLeftOut: count('Others with something in the buffer.'),
    leftOutBytes: count('Of the others.'),
  },
  { description: 'What becomes of its buffer if it goes on so.' },
);

const Agent = Type.Object(
  {
    version: text("The agent's version."),
    startedAtMs: time('When it started, by its own clock.'),
    reportedAtMs: time('When its last report came.'),
    clockAheadMs: Type.Integer({ description: "How far its wall clock was ahead of the hub's then." }),
    link: Type.Object({ state: text('What it says of the link.'), sinceMs: time('Since when.') }),
    buffer: Type.Object({
      bytes: count('On its disk.'),
      maxBytes: count('The cap.'),
      oldestAgeMs: count('Age of the oldest record that waits.'),
    }),
    outlook: orNull(Outlook),
    placesNotReported: count('Places that did not fit its report: captured and so on are without them.'),
    sources: list(
      Type.Object({
        name: text('As configured.'),
        state: text('One word.'),
        reason: text('Why it is not running; else empty.'),
      }),
      'What it reads from.',
    ),
  },
  { description: "The agent's own report. It can be old: see `reportedAtMs`." },
);

const Totals = {
  captured: orNull(
    count("Records that the agent took in, by its last report; null: it has not reported since this hub's start."),
  ),
  buffered: orNull(count('Of these, still on its disk.')),
  gaps: orNull(count('Of these, gone for ever for a known reason.')),
  agentDelivered: orNull(count('Of these, what it has a receipt for.')),
  unaccounted: orNull(
    Type.Integer({ description: 'captured - agentDelivered - buffered - gaps: not 0 means that something is wrong.' }),
  ),
  delivered: count('Records in central Kafka, by the ledger.'),
  deadLettered: count('Records in the dead-letter topic, by the ledger.'),
  hubGaps: count('Sequences that the ledger has as gaps.'),
};

export const EdgeSummary = Type.Object(
  {
    edge: EdgeName,
    state: EdgeState,
    lastContactMs: orNull(time("Last request, since this hub's start.")),
    agentVersion: orNull(text("The agent's version.")),
    linkState: orNull(text('What the agent says of its link.')),
    bufferBytes: orNull(count("On the agent's disk.")),
    bufferMaxBytes: orNull(count('The cap.')),
    oldestAgeMs: orNull(count('Age of the oldest record that waits there.')),
    ...Totals,
    places: count('Source partitions that the ledger knows.'),
    heldEpochs: count('Epochs that wait for an operator.'),
    forks: count('Forks seen, of all times.'),
    incidents: count('Streams of which central Kafka has lost delivered records.'),
  },
  { description: 'One edge in a line.' },
);
export type EdgeSummary = Static<typeof EdgeSummary>;

export const EdgeList = Type.Object({
  nowMs: time("The hub's clock."),
  total: count('Edges that fit the filter, on all pages.'),
  next: orNull(text('Give this as `after` for the next page; null: there is none.')),
  edges: list(EdgeSummary, 'In the order of their names.'),
});
export type EdgeList = Static<typeof EdgeList>;

const Gap = Type.Object({
  first: count('First sequence.'),
  last: count('Last sequence, included.'),
  count: count('How many are missing; fewer than the range holds only where gaps were made into one.'),
  reasons: Type.Record(Type.String(), count('How many for this reason.')),
  detail: text('For people.'),
  minTimestamp: time('Earliest record that is missing.'),
  maxTimestamp: time('Latest record that is missing.'),
});

const Incident = Type.Object(
  {
    cause: Type.Union([Type.Literal('deleted'), Type.Literal('replaced'), Type.Literal('truncated')], {
      description:
        "`deleted`: the target topic is gone. `replaced`: another topic has its name. `truncated`: the log's end is gone.",
    }),
    topic: text('Where the records were.'),
    topicId: text("That topic's id."),
    partition: count('There.'),
    lastOffset: Type.Integer({ minimum: -1, description: 'Of the last record that was there; -1: none was.' }),
    lostFrom: count("From this offset on the stream's records are gone."),
    next: count('What is lost lies below this sequence.'),
    atMs: time('When it was found.'),
    total: count('Incidents of this stream so far; this is the newest.'),
  },
  { description: 'Delivered records that central Kafka has lost. The stream goes on; replay what is missing.' },
);

const Stream = Type.Object({
  epoch: EpochName,
  state: Type.Union([Type.Literal('open'), Type.Literal('closed')], {
    description: '`closed`: a later epoch went on from its end.',
  }),
  next: count('Everything below this sequence is in central Kafka or accounted for.'),
  tip: Type.String({ pattern: '^[0-9a-f]{32}$', description: 'The hash chain there.' }),
  target: Type.Object({
    topic: text('In central Kafka.'),
    topicId: text("The topic's id."),
    partition: count('There.'),
    lastOffset: Type.Integer({ minimum: -1, description: 'Of the last record written; -1: none yet.' }),
  }),
  delivered: count('Records of this stream in central Kafka.'),
  deadLettered: count('Records of this stream in the dead-letter topic.'),
  gapped: count('Sequences of this stream that are gaps.'),
  gaps: list(Gap, 'Which.'),
  incident: orNull(Incident),
  updatedAtMs: time('When the ledger last changed.'),
});

const PlaceStatus = Type.Object({
  topic: text("The source's topic."),
  partition: count('There.'),
  lane: LaneName,
  agentState: orNull(text('What the agent says of it.')),
  oldestAgeMs: orNull(count('Age of the oldest record that waits at the agent.')),
  maybeDuplicate: orNull(count('Records that were sent again because nobody could say whether they had arrived.')),
  ...Totals,
  streams: list(Stream, 'Oldest first. More than one open: a fork.'),
  forgottenStreams: count('Closed streams of which only the totals are left.'),
});
export type PlaceStatus = Static<typeof PlaceStatus>;

const EpochStatus = Type.Object({
  epoch: EpochName,
  predecessor: orNull(EpochName),
  state: text('`open`, `held` (waits for an operator), `rejected` or `closed`.'),
  reason: text('Why.'),
  sinceMs: time('Since when.'),
});

const Point = Type.Object({ next: count('Sequence.'), tip: text('The hash chain there.') });
const Fork = Type.Object({
  epoch: EpochName,
  lane: LaneName,
  partition: count('Of the source.'),
  topic: text('Of the source.'),
  cause: text('What disagreed.'),
  ours: orNull(Point),
  theirs: orNull(Point),
  atMs: time('When it was seen.'),
});

export const EdgeStatus = Type.Object(
  {
    nowMs: time("The hub's clock."),
    edge: EdgeName,
    state: EdgeState,
    connected: Type.Boolean({ description: 'It has a connection open.' }),
    lastContactMs: orNull(time("Last request, since this hub's start.")),
    remote: orNull(text('From where.')),
    knownSinceMs: orNull(time('First time that the ledger heard of it.')),
    agent: orNull(Agent),
    ...Totals,
    epochs: list(EpochStatus, 'Oldest first.'),
    forks: list(Fork, 'Newest last.'),
    forksTotal: count('Of all times.'),
    mark: orNull(
      Type.Object({
        capturedAtMs: time('Up to this time the sources had been read to their ends.'),
        receivedAtMs: time('When the hub was told.'),
        behind: count('Streams that the hub had not reached then.'),
      }),
    ),
    places: list(PlaceStatus, 'In the order of topic, partition, lane.'),
    placesLeftOut: count('Places that did not fit the limit.'),
  },
  { description: 'All that the hub knows of an edge.' },
);
export type EdgeStatus = Static<typeof EdgeStatus>;

export const HubStatus = Type.Object(
  {
    nowMs: time("The hub's clock."),
    version: text('Of the hub.'),
    identity: orNull(
      Type.Object({
        clusterId: text('Of central Kafka.'),
        ledgerTopicId: text("The ledger's topic id."),
        shards: count('Into how many parts the edges are divided, for ever.'),
      }),
    ),
    flows: Type.Optional(Type.Boolean({ description: 'It pulls flows: see `/v1/flows`.' })),
    shards: list(
      Type.Object({
        shard: count('Partition of the ledger.'),
        state: text(
          'At this instance: `serving` takes shipments; `opening`, `recovering`, `closed`; `elsewhere`: not here.',
        ),
        reason: orNull(text('Why, where it does not serve.')),
        term: orNull(count("Ledger offset of the owner's claim.")),
        owner: orNull(text('Which hub process.')),
        edges: count('Edges that the ledger has there.'),
      }),
      'In their order.',
    ),
  },
  { description: 'This hub.' },
);
export type HubStatus = Static<typeof HubStatus>;

export const Decision = Type.Object(
  {
    decision: Type.Union([Type.Literal('accept'), Type.Literal('reject')], {
      description: '`accept`: its records are taken from now on. `reject`: never.',
    }),
  },
  { additionalProperties: false },
);
export const Decided = Type.Object({ edge: EdgeName, epoch: EpochName, state: text('Now.'), reason: text('Why.') });

export const ApiError = Type.Object(
  {
    code: Type.Union(ERROR_CODES.map((code) => Type.Literal(code))),
    message: text('What happened.'),
    hint: orNull(text('What to do about it.')),
    retry: Type.Union([Type.Literal('retried'), Type.Literal('retryable'), Type.Literal('final')], {
      description: '`retryable`: the same request may work later. `final`: not before something changes.',
    }),
    mistakes: Type.Optional(
      list(
        Type.Object({
          path: text('Where, in the body; empty: the body as a whole.'),
          problem: text('What is wrong.'),
          allowed: Type.Optional(text('What is allowed, or what to do.')),
        }),
        'All that is wrong with what was sent.',
      ),
    ),
  },
  { description: 'Every answer that is not 2xx.' },
);
