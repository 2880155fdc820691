/**
 * Turns a decoded shipment into a verified one: what is handed on is true, so that nobody behind has to look again.
 *
 * - A batch's CRC, structure and count are right, it starts at offset 0, and its tip is the hash of the tip before and its
 *   bytes. `strict` also decompresses it (under a cap) and checks that every record's provenance headers say the
 *   authenticated edge, the stream's epoch and exactly the claimed sequences; `envelope` believes the edge in that.
 * - A parcel that fails becomes one {@link CorruptParcel}; what follows of its stream in this shipment is left out,
 *   other streams go on.
 * - Timestamps are those of the records, not those that the envelope claims. `shiftMs` is applied here, after the tip was
 *   checked: the tip is of the bytes as they were sealed.
 *
 * No blob is copied: they are views into the request's body, which belongs to the hub and may be patched. The hash runs
 * once over each. Big shipments yield to the event loop between batches, so that one edge's does not keep others waiting.
 */
import { setImmediate } from 'node:timers/promises';
import type { tributary } from '../../proto/generated/tributary.js';
import type { EdgeId, Tip } from '../../shared/identity.ts';
import { keepsTip, sameTip, tipAfterBatch, tipAfterGap } from '../../shared/identity.ts';
import { limits } from '../../shared/limits.ts';
import { checkSealed, patchBatch, RecordsError, type SealFacts } from '../../shared/records/index.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import type { Mark, Shipment, WireGap, WireParcel, WireSealed } from '../../shared/wire/index.ts';
import type { ShippedStream, Verified, VerifiedBatch, VerifiedGap, VerifiedParcel } from '../stages.ts';
import { checkEnvelope } from './envelope.ts';
import { parcelFailed, shipmentVerified, type VerifyFailure } from './events.ts';

export type VerifyMode = 'strict' | 'envelope';

export interface VerifyOptions {
  /** Who the credential says it is. */
  readonly edge: EdgeId;
  readonly mode: VerifyMode;
  /** What the shipment's body holds against the memory budget. */
  readonly bytes: number;
  readonly telemetry: Telemetry;
}

/** Longest stretch without letting others run, but for a single batch. */
const SLICE_MS = 8;
/** Far enough for a machine whose clock starts in 1970, and exact. */
const MAX_SHIFT_MS = 150 * 366 * 86_400_000;
/** The last moment that a JavaScript date knows. */
const MAX_TIMESTAMP = 8_640_000_000_000_000;

/** Never fails because of what is in the shipment: that becomes corrupt parcels. */
export async function verifyShipment(shipment: Shipment, options: VerifyOptions): Promise<Verified> {
  const streams = shipment.streams.map((stream) => ({ ...stream, edge: options.edge }));
  const parcels: VerifiedParcel[] = [];
  const dropped = new Set<number>();
  let busyMs = 0;
  let since = performance.now();
  for (const parcel of shipment.parcels) {
    if (dropped.has(parcel.stream)) continue;
    const checked = verifyParcel(parcel, streams[parcel.stream]!, options);
    if (checked.kind === 'corrupt') dropped.add(parcel.stream);
    parcels.push(checked);
    const slice = performance.now() - since;
    if (slice < SLICE_MS) continue;
    busyMs += slice;
    await setImmediate();
    since = performance.now();
  }
  busyMs += performance.now() - since;
  options.telemetry.emit(shipmentVerified, { bytes: options.bytes, parcels: parcels.length, busyMs });
  return { edge: options.edge, streams, parcels, marks: shipment.marks.map(asMessage), bytes: options.bytes };
}

/** What a parcel failed on. Never leaves this room. */
class Failure extends Error {
  readonly code: VerifyFailure;
  constructor(code: VerifyFailure, message: string) {
    super(message);
    this.code = code;
  }
}

function verifyParcel(parcel: WireParcel, stream: ShippedStream, options: VerifyOptions): VerifiedParcel {
  try {
    return parcel.kind === 'sealed' ? verifySealed(parcel, stream, options) : verifyGap(parcel);
  } catch (error) {
    if (!(error instanceof Failure || error instanceof RecordsError)) throw error;
    const { first, last } = parcel;
    const { code, message: reason } = error;
    const { edge, epoch, topic, partition, lane } = stream;
    options.telemetry.emit(parcelFailed, { edge, epoch, topic, partition, lane, first, last, code, reason });
    return { kind: 'corrupt', stream: parcel.stream, first, last, reason: `${code}: ${reason}` };
  }
}

function verifySealed(parcel: WireSealed, stream: ShippedStream, options: VerifyOptions): VerifiedBatch {
  const { first, last, blob, previousTip, tip, shiftMs } = parcel;
  checkTip(tip, tipAfterBatch(previousTip, blob));
  const facts =
    options.mode === 'strict'
      ? checkSealed(blob, {
          edge: options.edge,
          epoch: stream.epoch,
          first,
          last,
          maxRawBytes: limits.maxBatchRawBytes,
        })
      : checkEnvelope(parcel);
  if (shiftMs !== 0) shift(blob, facts, shiftMs);
  return {
    kind: 'sealed',
    stream: parcel.stream,
    first,
    last,
    previousTip,
    tip,
    minTimestamp: facts.minTimestamp + shiftMs,
    maxTimestamp: facts.maxTimestamp + shiftMs,
    blob,
    position: parcel.position,
  };
}

function shift(blob: Buffer, facts: SealFacts, shiftMs: number): void {
  const sane =
    Math.abs(shiftMs) <= MAX_SHIFT_MS &&
    facts.minTimestamp + shiftMs >= 0 &&
    facts.maxTimestamp + shiftMs <= MAX_TIMESTAMP;
  if (!sane) throw new Failure('badShift', `timestamps cannot be shifted by ${shiftMs} ms`);
  patchBatch(blob, { shiftMs });
}

function verifyGap(parcel: WireGap): VerifiedGap {
  const { stream, first, last, previousTip, tip, minTimestamp, maxTimestamp, reason, detail } = parcel;
  if (!keepsTip(reason)) checkTip(tip, tipAfterGap(previousTip, first, last, reason));
  return { kind: 'gap', stream, first, last, previousTip, tip, minTimestamp, maxTimestamp, reason, detail };
}

function checkTip(claimed: Tip, computed: Tip): void {
  if (!sameTip(claimed, computed))
    throw new Failure('badTip', 'the tip is not the hash of the previous tip and the content');
}

const asMessage = (mark: Mark): tributary.v1.IMark => ({ ...mark, streams: [...mark.streams] });
