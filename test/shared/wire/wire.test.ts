import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import { tributary } from '../../../proto/generated/tributary.js';
import { TributaryError } from '../../../shared/errors.ts';
import type { EdgeId, Epoch, Tip } from '../../../shared/identity.ts';
import * as wire from '../../../shared/wire/index.ts';
import { UNKNOWNS } from '../../../shared/wire/unknowns.ts';
import * as arbitrary from './messages.ts';

interface Kind {
  readonly name: string;
  readonly values: fc.Arbitrary<object>;
  readonly encode: (value: never) => Buffer;
  readonly decode: (body: Uint8Array) => object;
}
const receiptOf = (receipt: wire.Receipt): Buffer => wire.encodeReceipt(wire.receiptMessage(receipt));
const kinds: readonly Kind[] = [
  { name: 'hello', values: arbitrary.hello, encode: wire.encodeHello, decode: wire.decodeHello },
  { name: 'welcome', values: arbitrary.welcome, encode: wire.encodeWelcome, decode: wire.decodeWelcome },
  { name: 'shipment', values: arbitrary.shipment, encode: wire.encodeShipment, decode: wire.decodeShipment },
  { name: 'receipt', values: arbitrary.receipt, encode: receiptOf, decode: wire.decodeReceipt },
  { name: 'problem', values: arbitrary.problem, encode: wire.encodeProblem, decode: wire.decodeProblem },
  { name: 'heartbeat', values: arbitrary.heartbeat, encode: wire.encodeHeartbeat, decode: wire.decodeHeartbeat },
  {
    name: 'heartbeat answer',
    values: arbitrary.heartbeatAnswer,
    encode: wire.encodeHeartbeatAnswer,
    decode: wire.decodeHeartbeatAnswer,
  },
];

function faultOf(run: () => unknown): TributaryError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(TributaryError);
    expect((error as TributaryError).code).toBe('corruptShipment');
    return error as TributaryError;
  }
  throw new Error('it was taken');
}

describe.each(kinds)('$name', ({ values, encode, decode }) => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(decode(encode(value as never))).toEqual(value);
      }),
      { numRuns: 200 },
    );
  });

  it('is read or refused with corruptShipment, whatever the bytes', () => {
    const readsOrRefuses = (bytes: Uint8Array): void => {
      try {
        decode(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(TributaryError);
        expect((error as TributaryError).code).toBe('corruptShipment');
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), readsOrRefuses), { numRuns: 500 });
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(values, damage, fc.nat(), (value, changes, cut) => {
        const bytes = Buffer.from(encode(value as never));
        for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
        readsOrRefuses(bytes);
        readsOrRefuses(bytes.subarray(0, cut % (bytes.length + 1)));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the unknown fields of a newer version, and reads the rest as before', () => {
    fc.assert(
      fc.property(values, (value) => {
        const plain = encode(value as never);
        const unknown = Buffer.from(
          protobuf.Writer.create()
            .uint32((200 << 3) | 2)
            .string('newer')
            .finish(),
        );
        const read = decode(Buffer.concat([plain, unknown]));
        expect(read).toEqual({ ...value, [UNKNOWNS]: [unknown] });
        const again = encode(read as never);
        expect(again.length).toBe(plain.length + unknown.length);
        expect(decode(again)).toEqual(read);
      }),
      { numRuns: 20 },
    );
  });
});

const EDGE = 'store-1' as EdgeId;
const EPOCH = 'a'.repeat(24) as Epoch;
const HUB = { clusterId: 'c', ledgerTopicId: 'l', shards: 12 };
const TIP = Buffer.alloc(16, 7) as unknown as Tip;
const sealed = (blob: Buffer, stream = 0): wire.WireSealed => ({
  kind: 'sealed',
  stream,
  first: 0,
  last: 9,
  previousTip: TIP,
  tip: TIP,
  minTimestamp: 1,
  maxTimestamp: 2,
  blob,
  shiftMs: 0,
  position: null,
});
const streams = [
  { epoch: EPOCH, topic: 'orders', partition: 0, lane: 'main', sourcePartitions: 1, previous: null },
] as const;
const shipmentOf = (...parcels: wire.WireParcel[]): wire.Shipment => ({
  version: 1,
  edge: EDGE,
  hub: HUB,
  streams,
  parcels,
  marks: [],
});

describe('a shipment', () => {
  const message = (): tributary.v1.Shipment =>
    tributary.v1.Shipment.decode(
      wire.encodeShipment(shipmentOf(sealed(Buffer.from('blob')), sealed(Buffer.from('b2')))),
    );
  const refused = (change: (m: tributary.v1.Shipment) => void): string => {
    const changed = message();
    change(changed);
    return faultOf(() => wire.decodeShipment(tributary.v1.Shipment.encode(changed).finish())).subject;
  };

  it('is refused with the path of the field at fault', () => {
    expect(refused((m) => (m.edge = 'Store.1'))).toBe('shipment.edge');
    expect(refused((m) => (m.version = 0))).toBe('shipment.version');
    expect(refused((m) => (m.hub = null))).toBe('shipment.hub');
    expect(refused((m) => (m.streams[0]!.epoch = 'xyz'))).toBe('shipment.streams[0].epoch');
    expect(refused((m) => (m.streams[0]!.topic = 'a/b'))).toBe('shipment.streams[0].topic');
    expect(refused((m) => (m.streams[0]!.lane = 7 as tributary.v1.Lane))).toBe('shipment.streams[0].lane');
    expect(refused((m) => (m.streams[0]!.previous = { epoch: EPOCH }))).toBe('shipment.streams[0].previous.end');
    expect(refused((m) => m.streams.push(m.streams[0]!))).toBe('shipment.streams[1]');
    expect(refused((m) => (m.parcels[1]!.stream = 1))).toBe('shipment.parcels[1].stream');
    expect(refused((m) => (m.parcels[1]!.sealed!.first = 10))).toBe('shipment.parcels[1].sealed.last');
    expect(refused((m) => (m.parcels[1]!.sealed!.last = 2 ** 53))).toBe('shipment.parcels[1].sealed.last');
    expect(refused((m) => (m.parcels[1]!.sealed!.tip = Buffer.alloc(15)))).toBe('shipment.parcels[1].sealed.tip');
    expect(refused((m) => (m.parcels[1]!.sealed!.blob = Buffer.alloc(0)))).toBe('shipment.parcels[1].sealed.blob');
    expect(refused((m) => (m.parcels[1]!.sealed = null))).toBe('shipment.parcels[1].gap');
    expect(refused((m) => (m.parcels[1]!.gap = { first: 1, last: 1 }))).toBe('shipment.parcels[1].gap.reason');
    expect(refused((m) => m.marks.push({ streams: [{ stream: 4 }] }))).toBe('shipment.marks[0].streams[0].stream');
  });

  it('has its blobs and tips in the memory of the body', () => {
    const body = wire.encodeShipment(shipmentOf(sealed(Buffer.alloc(5_000, 1))));
    const [parcel] = wire.decodeShipment(body).parcels;
    const { blob, tip } = parcel as wire.WireSealed;
    expect(blob.buffer).toBe(body.buffer);
    expect((tip as unknown as Buffer).buffer).toBe(body.buffer);
  });

  it('is written as protobufjs would, with the blob as the last field', () => {
    fc.assert(
      fc.property(arbitrary.shipment, (value) => {
        const theirs = tributary.v1.Shipment.decode(wire.encodeShipment(value));
        expect(wire.decodeShipment(tributary.v1.Shipment.encode(theirs).finish())).toEqual(value);
      }),
      { numRuns: 100 },
    );
  });

  it('takes unknown fields on every level and gives them back', () => {
    const original = message();
    const unknown = (): Uint8Array[] => [
      protobuf.Writer.create()
        .uint32(77 << 3)
        .uint32(5)
        .finish(),
    ];
    const sealedOne = original.parcels[0]!.sealed!;
    sealedOne.position = { kind: 'kafka', topic: 't', $unknowns: unknown() };
    original.streams[0]!.previous = { epoch: EPOCH, end: { next: 1, tip: Buffer.alloc(16), $unknowns: unknown() } };
    original.marks = [
      { capturedAtMs: 5, streams: [{ stream: 0, next: 3, $unknowns: unknown() }], $unknowns: unknown() },
    ];
    for (const level of [original, original.hub!, original.streams[0]!, original.streams[0]!.previous, sealedOne]) {
      level.$unknowns = unknown();
    }
    original.parcels[0]!.$unknowns = unknown();
    const body = tributary.v1.Shipment.encode(original).finish();
    const again = wire.encodeShipment(wire.decodeShipment(body));
    expect(again.length).toBe(body.length);
    expect(count(again, Buffer.from(unknown()[0]!))).toBe(10);
    expect(wire.decodeShipment(again)).toEqual(wire.decodeShipment(body));
  });

  it('of very many tiny fields is refused before objects are made of them', () => {
    const tiny = Buffer.alloc(2 * (wire.bounds.fields + 1));
    for (let at = 0; at < tiny.length; at += 2) tiny[at] = (5 << 3) | 2;
    expect(faultOf(() => wire.decodeShipment(tiny)).reason).toContain('fields');
    const nested = protobuf.Writer.create()
      .uint32((6 << 3) | 2)
      .bytes(tiny.map((byte) => (byte ? (2 << 3) | 2 : 0)));
    expect(faultOf(() => wire.decodeShipment(nested.finish())).reason).toContain('fields');
  });

  it('of too many parcels or bytes is refused', () => {
    const gap = { stream: 0, gap: { first: 0, last: 0, previousTip: TIP as never, tip: TIP as never, reason: 1 } };
    const many = message();
    many.parcels = Array.from({ length: wire.bounds.parcels + 1 }, () => gap);
    expect(faultOf(() => wire.decodeShipment(tributary.v1.Shipment.encode(many).finish())).subject).toBe(
      'shipment.parcels',
    );
    expect(faultOf(() => wire.decodeShipment(Buffer.alloc(20 * 1024 * 1024 + 1))).subject).toBe('shipment');
  });
});

function count(bytes: Buffer, part: Buffer): number {
  let found = 0;
  for (let at = bytes.indexOf(part); at >= 0; at = bytes.indexOf(part, at + 1)) found += 1;
  return found;
}

describe('versions', () => {
  it('agree on the highest common one', () => {
    expect(wire.negotiate({ min: 1, max: 3 }, { min: 1, max: 1 })).toBe(1);
    expect(wire.negotiate({ min: 1, max: 3 }, { min: 2, max: 5 })).toBe(3);
    expect(wire.negotiate({ min: 2, max: 3 }, { min: 1, max: 1 })).toBeNull();
    expect(wire.negotiate({ min: 1, max: 1 }, { min: 2, max: 3 })).toBeNull();
  });
});

describe('answers of a newer hub', () => {
  it('with a refusal code that is not known here are read as `other`', () => {
    const body = tributary.v1.Receipt.encode({
      version: 1,
      streams: [{ stream: 0, refusal: { code: 99 as tributary.v1.Refusal.Code, retryAfterMs: 5 } }],
    }).finish();
    expect(wire.decodeReceipt(body).streams[0]?.refusal?.code).toBe('other');
  });

  it('texts are cut by the writer to what the reader takes', () => {
    const long = 'x'.repeat(5_000);
    const problem = { code: 'internal', message: long, retry: 'retryable', retryAfterMs: 0, hub: null } as const;
    expect(wire.decodeProblem(wire.encodeProblem(problem)).message.length).toBe(wire.bounds.reasonChars);
    const refusal = { code: 7, reason: long };
    const receipt = wire.decodeReceipt(wire.encodeReceipt({ version: 1, streams: [{ stream: 0, refusal }] }));
    expect(receipt.streams[0]?.refusal?.reason.length).toBe(wire.bounds.reasonChars);
  });
});
