import { tributary } from '../../proto/generated/tributary.js';
import type { Term } from '../../shared/identity.ts';
import type { Refusal, StreamAnswer } from '../sequence/index.ts';
import type { Settled } from '../stages.ts';
import type { ShipmentAnswer } from './jobs.ts';

/** A committed shipment's answer as the envelope says it. */
export function settledOf(term: Term, { sequenced, dead }: ShipmentAnswer): Settled {
  const streams = sequenced.answers.map((answer, stream) => {
    const deadLettered = dead.filter((range) => range.stream === stream);
    return streamReceipt(
      stream,
      answer,
      deadLettered.map(({ first, last, reason }) => ({ first, last, reason })),
    );
  });
  return { term, streams };
}

function streamReceipt(
  stream: number,
  { points, refusal, gaps }: StreamAnswer,
  deadLettered: tributary.v1.IRange[],
): tributary.v1.IStreamReceipt {
  return {
    stream,
    points: points.map(({ next, tip }) => ({ next, tip: Buffer.from(tip, 'hex') })),
    refusal: refusal && refusalOf(refusal),
    deadLettered,
    gaps: gaps.map((gap) => ({ ...gap })),
  };
}

function refusalOf({ code, reason, expected, retryAfterMs, range }: Refusal): tributary.v1.IRefusal {
  return {
    code: tributary.v1.Refusal.Code[code],
    reason,
    expected: expected ?? 0,
    retryAfterMs: retryAfterMs ?? 0,
    range: range ? { ...range } : null,
  };
}
