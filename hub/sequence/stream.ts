import { type StreamId, streamKey } from '../../shared/identity.ts';
import type { EdgeEntry, PositionEntry, StreamEntry } from '../ledger/entries.ts';
import { edgePlaceKey } from '../ledger/keys.ts';
import type { ShippedStream, VerifiedBatch, VerifiedGap, VerifiedParcel } from '../stages.ts';
import type { Refusal, SequenceRange, Sequencing, StreamAnswer, Write } from './context.ts';
import { recordFork } from './forks.ts';
import { MAX_DETAIL, takeGap } from './gaps.ts';
import { endOf, furthest, openStream } from './open.ts';
import { pushBoundary } from './ring.ts';
import { type Boundary, type ChainLink, type History, placeRun, runLength } from './run.ts';

type Chained = VerifiedBatch | VerifiedGap;

/** One stream's part of a shipment, while it is sequenced. */
interface Progress {
  readonly points: Boundary[];
  readonly gaps: SequenceRange[];
  readonly writes: Write[];
  refusal: Refusal | null;
}

/**
 * Sequences one stream's parcels of a shipment, in their order: takes what goes on from the hub's end, confirms
 * repeats, and stops at the first parcel that it must refuse. The table in ARCHITECTURE.md ("Sequence") case by case.
 */
export function sequenceStream(
  context: Sequencing,
  stream: ShippedStream,
  parcels: readonly VerifiedParcel[],
): { answer: StreamAnswer; writes: readonly Write[] } {
  // A stream that only a mark names sends nothing that could be refused.
  const refusal = parcels.length > 0 ? admit(context.staging.edge(stream.edge), stream) : null;
  const progress: Progress = { points: [], gaps: [], writes: [], refusal };
  let at = 0;
  while (progress.refusal === null && at < parcels.length) {
    const { run, corrupt } = nextRun(parcels, at);
    if (run.length > 0) sequenceRun(context, stream, run, progress);
    at += run.length;
    if (corrupt && progress.refusal === null) progress.refusal = corrupt;
  }
  const points = allPoints(context, stream, progress);
  return { answer: { points, refusal: progress.refusal, gaps: progress.gaps }, writes: progress.writes };
}

/** Whether the stream's epoch may send at all. */
export function admit(edge: EdgeEntry | null, stream: StreamId): Refusal | null {
  const epoch = edge?.epochs.find((known) => known.epoch === stream.epoch);
  if (!epoch) return { code: 'EPOCH_UNKNOWN', reason: `no session has named epoch ${stream.epoch}` };
  const held = epoch.state === 'held' || epoch.state === 'rejected';
  return held ? { code: 'EPOCH_HELD', reason: epoch.reason } : null;
}

/** The parcels from `at` on that hang together, and what stands in the way behind them. */
function nextRun(parcels: readonly VerifiedParcel[], at: number): { run: Chained[]; corrupt: Refusal | null } {
  const chained: Chained[] = [];
  for (const parcel of parcels.slice(at)) {
    if (parcel.kind === 'corrupt') break;
    chained.push(parcel);
  }
  const length = chained.length === 0 ? 0 : runLength(chained.map(linkOf), 0);
  const next = parcels[at + length];
  if (next?.kind !== 'corrupt') return { run: chained.slice(0, length), corrupt: null };
  const { first, last, reason } = next;
  return { run: chained.slice(0, length), corrupt: { code: 'CORRUPT', reason, range: { first, last, reason } } };
}

const linkOf = (parcel: Chained): ChainLink => ({
  first: parcel.first,
  last: parcel.last,
  previousTip: parcel.previousTip.toString('hex'),
  tip: parcel.tip.toString('hex'),
});

function sequenceRun(context: Sequencing, stream: ShippedStream, run: Chained[], progress: Progress): void {
  const known = historyOf(context, stream);
  progress.refusal = known ? null : perhapsForgotten(context, stream, run[0]!);
  if (progress.refusal) return;
  if (known) progress.gaps.push(...gapsBelow(context, stream, known, run));
  const links = run.map(linkOf);
  const verdict = placeRun(links, known ?? { next: 0, tip: EMPTY_HEX, ring: [] });
  switch (verdict.kind) {
    case 'ahead':
      progress.refusal = ahead(known?.next ?? 0);
      return;
    case 'fork':
      if (verdict.confirmed) progress.points.push(verdict.confirmed);
      progress.refusal = forked(context, stream, known, links[verdict.at]!);
      // Which of the parcels before it are here already cannot be said: sent again they may be here twice.
      if (!verdict.exact) progress.refusal = { ...progress.refusal, code: 'TIP_UNKNOWN' };
      return;
    case 'tipUnknown':
      if (verdict.confirmed) progress.points.push(verdict.confirmed);
      progress.refusal = tipUnknown(run[verdict.at]!);
      return;
    case 'agrees':
      if (verdict.confirmed) progress.points.push(verdict.confirmed);
      countRepeats(context, stream, run.slice(0, verdict.fresh));
      if (verdict.fresh < run.length) take(context, stream, known, run.slice(verdict.fresh), progress);
  }
}

const EMPTY_HEX = '0'.repeat(32);

/**
 * What of a run below the hub's end it has as gaps: the agent may have given up since what had been delivered (its receipt
 * was lost), or another copy of it may have given up what this one still had. Of a closed stream nobody knows any more:
 * there the agent's word counts.
 */
function gapsBelow(
  { staging }: Sequencing,
  stream: ShippedStream,
  { next, entry }: NonNullable<Known>,
  run: readonly Chained[],
): SequenceRange[] {
  const below = run.filter((parcel) => parcel.last < next);
  const [first, last] = [below[0]?.first ?? 0, below.at(-1)?.last ?? -1];
  if (entry === null) return below.flatMap((parcel) => (parcel.kind === 'gap' ? [parcel] : [])).map(rangeOf);
  return staging
    .gaps(streamKey(stream))
    .filter((gap) => gap.last >= first && gap.first <= last)
    .map((gap) => ({
      first: Math.max(first, gap.first),
      last: Math.min(last, gap.last),
      reason: Object.keys(gap.reasons)[0] ?? '',
    }));
}

const rangeOf = ({ first, last, reason }: VerifiedGap): SequenceRange => ({ first, last, reason });

type Known = (History & { readonly entry: StreamEntry | null }) | null;

/** What the hub has of the stream: open, closed (its closing point is all that is known), or nothing (null). */
function historyOf(context: Sequencing, stream: ShippedStream): Known {
  const entry = context.staging.stream(streamKey(stream));
  if (entry) return { next: entry.next, tip: entry.tip, ring: entry.ring, entry };
  const place = context.staging.place(edgePlaceKey(stream.edge, stream));
  const closed = endOf(place, stream.epoch);
  return closed ? { next: closed.next, tip: closed.tip, ring: [], entry: null } : null;
}

function take(context: Sequencing, stream: ShippedStream, known: Known, run: Chained[], progress: Progress): void {
  if (known && !known.entry) {
    // Closed: its successor has gone on from here, so whoever still writes it is another copy.
    progress.refusal = forked(context, stream, known, linkOf(run[0]!));
    return;
  }
  const excluded = context.exclusions.get(streamKey(stream));
  if (excluded && excluded.first <= run[0]!.first) {
    progress.refusal = excluded.refusal;
    return;
  }
  const entry = known?.entry ? bindTarget(context, stream, known.entry) : openFresh(context, stream);
  if ('refusal' in entry) {
    progress.refusal = entry.refusal;
    return;
  }
  const taken = excluded ? run.filter((parcel) => parcel.first < excluded.first) : run;
  takeParcels(context, stream, entry.stream, taken, progress);
  if (excluded && taken.length < run.length) progress.refusal = excluded.refusal;
}

type Ready = { readonly stream: StreamEntry } | { readonly refusal: Refusal };

function bindTarget(context: Sequencing, stream: ShippedStream, entry: StreamEntry): Ready {
  const destination = context.destinations.bound(stream, entry.target);
  if (destination.kind === 'parked') {
    return { refusal: { code: 'PARKED', reason: destination.reason, retryAfterMs: destination.retryAfterMs } };
  }
  const { topicId } = destination;
  return { stream: entry.target.topicId === topicId ? entry : { ...entry, target: { ...entry.target, topicId } } };
}

function openFresh(context: Sequencing, stream: ShippedStream): Ready {
  const opening = openStream(context, stream);
  return 'refusal' in opening ? opening : { stream: opening.opened };
}

/**
 * The place has forgotten some of its streams, and one that is not known may be one of them: the edge has left its epoch,
 * or may have had it, or others behind it, before. Not of an epoch that has been registered all the time, whose end would
 * be known; nor a stream that goes on from where its place is: had it been here, its predecessor would have been closed,
 * and forgotten, before it.
 */
function perhapsForgotten(context: Sequencing, stream: ShippedStream, parcel: Chained): Refusal | null {
  const { staging } = context;
  const epoch = staging.edge(stream.edge)?.epochs.find((known) => known.epoch === stream.epoch);
  const dropped = staging.place(edgePlaceKey(stream.edge, stream))?.dropped ?? 0;
  if (!epoch || dropped === 0 || isContinuation(context, stream)) return null;
  const { left, state, accepted, returned, forgets } = epoch;
  if (left || state === 'closed') return tipUnknown(parcel);
  if (accepted || !(returned || forgets)) return null;
  const { previous } = stream;
  recordFork(context, stream, 'held', null, previous && { next: previous.next, tip: previous.tip.toString('hex') });
  return { code: 'EPOCH_HELD', reason: 'its place may have had it before, and has forgotten: a very old image?' };
}

function isContinuation(context: Sequencing, stream: ShippedStream): boolean {
  const { previous } = stream;
  if (!previous || previous.next === 0) return false;
  const { staging } = context;
  const place = staging.place(edgePlaceKey(stream.edge, stream));
  const open = staging.stream(streamKey({ ...stream, epoch: previous.epoch }));
  const before = open ?? place?.ancestors.findLast(({ epoch }) => epoch === previous.epoch);
  return before !== undefined && before.next <= previous.next;
}

/** Stages a run that begins exactly at the stream's end. */
function takeParcels(
  context: Sequencing,
  stream: ShippedStream,
  entry: StreamEntry,
  run: readonly Chained[],
  progress: Progress,
): void {
  const key = streamKey(stream);
  let { next, tip, ring, counts, position, maxTimestamp } = entry;
  for (const parcel of run) {
    const count = parcel.last - parcel.first + 1;
    next = parcel.last + 1;
    tip = parcel.tip.toString('hex');
    ring = pushBoundary(ring, next, tip);
    if (parcel.kind === 'gap') {
      counts = { ...counts, gapped: counts.gapped + count };
      takeGap(context, stream, parcel);
      progress.gaps.push(rangeOf(parcel));
      continue;
    }
    counts = { ...counts, records: counts.records + count };
    position = furthest(position, positionOf(parcel));
    maxTimestamp = Math.max(maxTimestamp, parcel.maxTimestamp);
    const { topic, partition } = entry.target;
    progress.writes.push({ key, edge: stream.edge, stream: parcel.stream, batch: parcel, topic, partition });
  }
  const staged = { ...entry, next, tip, ring, counts, position, maxTimestamp, updatedAtMs: context.nowMs };
  context.staging.putStream(key, stream.edge, staged);
}

/** The agent's words are cut to sane lengths: they go into an entry of bounded size. */
function positionOf(parcel: VerifiedBatch): PositionEntry | null {
  const said = parcel.position;
  if (!said) return null;
  return {
    kind: (said.kind ?? '').slice(0, 32),
    clusterId: (said.clusterId ?? '').slice(0, MAX_DETAIL),
    topic: (said.topic ?? '').slice(0, 249),
    topicId: (said.topicId ?? '').slice(0, 64),
    partition: said.partition ?? 0,
    leaderEpoch: said.leaderEpoch ?? -1,
    nextOffset: said.nextOffset ?? 0,
    lastRecordCrc: said.lastRecordCrc ?? 0,
    lastTimestamp: said.lastTimestamp ?? -1,
    coveredFrom: said.coveredFrom ?? 0,
  };
}

function countRepeats(context: Sequencing, stream: ShippedStream, repeats: readonly Chained[]): void {
  const records = repeats.reduce((sum, parcel) => sum + parcel.last - parcel.first + 1, 0);
  if (records > 0) context.facts.push({ kind: 'repeat', edge: stream.edge, records });
}

function ahead(expected: number): Refusal {
  return { code: 'AHEAD', reason: `the hub has this stream up to ${expected}`, expected };
}

function tipUnknown({ first, last }: Chained): Refusal {
  const reason = 'it is older than the boundaries that the hub still knows';
  return { code: 'TIP_UNKNOWN', reason, range: { first, last, reason } };
}

function forked(context: Sequencing, stream: ShippedStream, known: Known, link: ChainLink): Refusal {
  const ours = known && { next: known.next, tip: known.tip };
  recordFork(context, stream, 'chain', ours, { next: link.last + 1, tip: link.tip });
  const reason = `the hub has another history of this stream at ${link.first}..${link.last}`;
  return { code: 'FORK', reason, range: { first: link.first, last: link.last, reason } };
}

/**
 * The hub's end of the stream, and what was confirmed on the way. With a refusal that makes the agent look for the last
 * agreed point, every boundary that the hub knows.
 */
function allPoints(context: Sequencing, stream: ShippedStream, progress: Progress): Boundary[] {
  const known = historyOf(context, stream);
  const points = new Map(progress.points.map((point) => [point.next, point]));
  const searched = progress.refusal?.code === 'FORK' || progress.refusal?.code === 'TIP_UNKNOWN';
  if (searched) for (const [, next, tip] of known?.ring ?? []) points.set(next, { next, tip });
  if (known && known.next > 0) points.set(known.next, { next: known.next, tip: known.tip });
  return [...points.values()].sort((a, b) => a.next - b.next);
}
