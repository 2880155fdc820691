/** Arbitrary messages of the envelope, for properties and fuzzing. */
import fc from 'fast-check';
import type { EdgeId, Epoch, Lane, Term, Tip } from '../../../shared/identity.ts';
import type {
  Heartbeat,
  HeartbeatAnswer,
  Hello,
  HubIdentity,
  Problem,
  Range,
  Receipt,
  Refusal,
  Shipment,
  StreamReceipt,
  Welcome,
  WireParcel,
  WireStream,
} from '../../../shared/wire/index.ts';
import { GAP_REASONS, REFUSAL_CODES } from '../../../shared/wire/index.ts';

const from = (alphabet: string, minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength });

export const edge = from('abc019', 1, 20) as unknown as fc.Arbitrary<EdgeId>;
export const epoch = from('0123456789abcdef', 24, 24) as unknown as fc.Arbitrary<Epoch>;
const topic = from('abcXYZ019_-', 1, 30);
const sequence = fc.oneof(fc.nat(10), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 2 }));
const whole = fc.oneof(
  fc.nat(),
  fc.maxSafeNat().map((n) => Math.max(0, n - 1)),
);
const signed = fc.maxSafeInteger();
const tip = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((b) => Buffer.from(b)) as unknown as fc.Arbitrary<Tip>;
const u32 = fc.nat(2 ** 31 - 1);
const words = fc.string({ maxLength: 60 });
const lane = fc.constantFrom<Lane>('main', 'backfill');

export const hub: fc.Arbitrary<HubIdentity> = fc.record({
  clusterId: fc.string({ minLength: 1, maxLength: 40 }),
  ledgerTopicId: fc.string({ minLength: 1, maxLength: 40 }),
  shards: fc.integer({ min: 1, max: 1000 }),
});
const ends = fc.tuple(sequence, sequence).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));
const range: fc.Arbitrary<Range> = fc.tuple(ends, words).map(([e, reason]) => ({ ...e, reason }));
const point = fc.record({ next: sequence, tip });
const position = fc.record({
  kind: fc.constant('kafka'),
  clusterId: words,
  topic,
  topicId: words,
  partition: u32,
  leaderEpoch: fc.integer(),
  nextOffset: whole,
  lastRecordCrc: fc.nat(2 ** 32 - 1),
  lastTimestamp: signed,
  coveredFrom: whole,
});

const versions = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(9)).map(([min, more]) => ({ min, max: min + more }));

const log = fc.record({ log: fc.nat(2 ** 32 - 1), nextOffset: whole });
const helloFields = {
  versions,
  edge,
  agentVersion: words,
  hub: fc.option(hub),
  term: whole,
  lineage: fc
    .uniqueArray(epoch, { maxLength: 5 })
    .map((all) => all.map((one, at) => ({ epoch: one, predecessor: all[at - 1] ?? null }))),
  bootId: words,
  monotonicMs: whole,
  wallMs: whole,
};
export const hello: fc.Arbitrary<Hello> = fc.oneof(
  fc.record(helloFields),
  fc.record({ ...helloFields, reached: fc.array(log, { maxLength: 4 }) }),
);

export const welcome: fc.Arbitrary<Welcome> = fc.record({
  versions,
  hub,
  term: whole,
  epochs: fc.array(
    fc.record({ epoch, state: fc.constantFrom('open' as const, 'held' as const, 'closed' as const), reason: words }),
    { maxLength: 4 },
  ),
  creditBytes: whole,
  maxShipmentBytes: whole,
  wallMs: whole,
  positions: fc.array(position, { maxLength: 3 }),
  uploadBytes: whole,
});

const stream: fc.Arbitrary<WireStream> = fc.record({
  epoch,
  topic,
  partition: u32,
  lane,
  sourcePartitions: u32,
  previous: fc.option(fc.record({ epoch, next: sequence, tip })),
});

const parcelIn = (streams: number): fc.Arbitrary<WireParcel> => {
  const base = { stream: fc.nat(streams - 1), previousTip: tip, tip, minTimestamp: signed, maxTimestamp: signed };
  const sealed = fc.record({
    ...base,
    kind: fc.constant('sealed' as const),
    ends,
    blob: fc.uint8Array({ minLength: 1, maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
    shiftMs: signed,
    position: fc.option(position),
  });
  const gap = fc.record({
    ...base,
    kind: fc.constant('gap' as const),
    ends,
    reason: fc.constantFrom(...GAP_REASONS),
    detail: words,
  });
  return fc.oneof(sealed, gap).map(({ ends: { first, last }, ...rest }) => ({ ...rest, first, last }));
};

export const shipment: fc.Arbitrary<Shipment> = fc
  .uniqueArray(stream, {
    minLength: 1,
    maxLength: 4,
    selector: (s) => `${s.epoch}/${s.lane}/${s.partition}/${s.topic}`,
  })
  .chain((streams) =>
    fc.record({
      version: fc.integer({ min: 1, max: 3 }),
      edge,
      hub,
      streams: fc.constant(streams),
      parcels: fc.array(parcelIn(streams.length), { maxLength: 6 }),
      marks: fc.array(
        fc.record({
          capturedAtMs: whole,
          streams: fc.array(
            fc.record({ stream: fc.nat(streams.length - 1), next: sequence, withheld: whole, refused: whole }),
            { maxLength: 4 },
          ),
        }),
        { maxLength: 2 },
      ),
    }),
  );

const refusal: fc.Arbitrary<Refusal> = fc.record({
  code: fc.constantFrom(...REFUSAL_CODES),
  reason: words,
  expected: sequence,
  retryAfterMs: u32,
  range: fc.option(range),
});

const streamReceipt = (at: number): fc.Arbitrary<StreamReceipt> =>
  fc.record({
    stream: fc.constant(at),
    points: fc.array(point, { maxLength: 3 }),
    refusal: fc.option(refusal),
    deadLettered: fc.array(range, { maxLength: 2 }),
    gaps: fc.array(range, { maxLength: 2 }),
  });

export const receipt: fc.Arbitrary<Receipt> = fc.nat(3).chain((streams) =>
  fc.record({
    version: fc.constant(1),
    term: whole as unknown as fc.Arbitrary<Term>,
    streams: fc.tuple(...Array.from({ length: streams }, (_, at) => streamReceipt(at))),
    creditBytes: whole,
  }),
);

export const problem: fc.Arbitrary<Problem> = fc.record({
  code: fc.constantFrom('unauthorized', 'wrongHub', 'overloaded', 'internal'),
  message: words,
  retry: fc.constantFrom('retried', 'retryable', 'final'),
  retryAfterMs: u32,
  hub: fc.option(hub),
});

export const heartbeat: fc.Arbitrary<Heartbeat> = fc.record({
  version: fc.constant(1),
  edge,
  agentVersion: words,
  wallMs: whole,
  startedAtMs: whole,
  linkState: words,
  linkSinceMs: whole,
  bufferBytes: whole,
  bufferMaxBytes: whole,
  bufferOldestAgeMs: whole,
  places: fc.array(
    fc.record({
      topic,
      partition: u32,
      lane,
      captured: whole,
      delivered: whole,
      buffered: whole,
      gaps: whole,
      oldestAgeMs: whole,
      state: words,
      maybeDuplicate: whole,
    }),
    { maxLength: 3 },
  ),
  placesLeftOut: whole,
  sources: fc.array(fc.record({ name: words, state: words, reason: words }), { maxLength: 3 }),
  outlook: fc.record({
    linkBytesPerSecond: whole,
    intakePerSecond: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((rate) => rate + 0),
    drainPerSecond: fc.constant(0),
    drainMs: fc.option(fc.nat()),
    fullMs: fc.option(fc.nat()),
    topics: fc.array(fc.record({ topic, buffered: whole, bytes: whole, oldestAgeMs: whole }), { maxLength: 3 }),
    topicsLeftOut: u32,
    leftOutBytes: whole,
  }),
});

export const heartbeatAnswer: fc.Arbitrary<HeartbeatAnswer> = fc.record({
  version: fc.constant(1),
  term: whole as unknown as fc.Arbitrary<Term>,
  creditBytes: whole,
  wallMs: whole,
});
