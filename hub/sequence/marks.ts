import { streamKey } from '../../shared/identity.ts';
import { edgePlaceKey } from '../ledger/keys.ts';
import type { Verified } from '../stages.ts';
import type { Sequencing } from './context.ts';

/** Streams of a mark in one audit record: keeps it below any broker's default message size. */
const STREAMS_PER_PART = 1000;

/** Writes the shipment's marks down: each in full into the audit topic, the last one in short into the ledger. */
export function takeMarks(context: Sequencing, shipment: Verified): void {
  for (const mark of shipment.marks) {
    const streams = (mark.streams ?? []).flatMap((marked) => {
      const stream = shipment.streams[marked.stream ?? 0];
      if (!stream) return [];
      const { withheld, refused } = { withheld: marked.withheld ?? 0, refused: marked.refused ?? 0 };
      return [
        { stream: streamKey(stream), next: marked.next ?? 0, reached: reached(context, stream), withheld, refused },
      ];
    });
    writeMark(context, shipment, mark.capturedAtMs ?? 0, streams);
  }
}

type MarkedStream = { stream: string; next: number; reached: number; withheld: number; refused: number };

function writeMark(context: Sequencing, { edge }: Verified, capturedAtMs: number, streams: MarkedStream[]): void {
  const { staging, nowMs } = context;
  const parts = Math.max(1, Math.ceil(streams.length / STREAMS_PER_PART));
  for (let part = 0; part < parts; part += 1) {
    const some = streams.slice(part * STREAMS_PER_PART, (part + 1) * STREAMS_PER_PART);
    staging.audit(edge, { v: 1, kind: 'mark', edge, capturedAtMs, part, parts, streams: some, atMs: nowMs });
  }
  staging.putMark(edge, {
    v: 1,
    capturedAtMs,
    receivedAtMs: nowMs,
    streams: streams.length,
    behind: streams.filter((stream) => stream.reached < stream.next).length,
    withheld: sum(streams.map((stream) => stream.withheld)),
    refused: sum(streams.map((stream) => stream.refused)),
  });
}

/** How far the hub is in a stream, open or closed. */
function reached(context: Sequencing, stream: Verified['streams'][number]): number {
  const open = context.staging.stream(streamKey(stream));
  if (open) return open.next;
  const place = context.staging.place(edgePlaceKey(stream.edge, stream));
  return place?.ancestors.findLast((known) => known.epoch === stream.epoch)?.next ?? 0;
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
