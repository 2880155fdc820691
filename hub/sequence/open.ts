import { type EdgeId, type Epoch, streamKey } from '../../shared/identity.ts';
import { limits } from '../../shared/limits.ts';
import type {
  AncestorEntry,
  Counts,
  ForkEntry,
  PlaceEntry,
  PointEntry,
  PositionEntry,
  StreamEntry,
} from '../ledger/entries.ts';
import { edgePlaceKey } from '../ledger/keys.ts';
import type { ShippedStream } from '../stages.ts';
import type { Refusal, Sequencing } from './context.ts';
import { recordFork } from './forks.ts';
import { incidentAtClose } from './incidents.ts';
import { tipAt } from './ring.ts';

const NOTHING: Counts = { records: 0, deadLettered: 0, gapped: 0 };
const EMPTY_PLACE: PlaceEntry = { v: 1, open: [], ancestors: [], dropped: 0, totals: NOTHING, position: null };

type TargetName = { readonly topic: string; readonly topicId: string };
type Opening = { readonly opened: StreamEntry } | { readonly refusal: Refusal };

/**
 * Opens a stream that the ledger does not know, if its place's stream before it is drained. Where the agent's idea of
 * the past is not the hub's, the stream opens all the same (nothing may be lost) and a fork is recorded; only a past
 * that nobody here can judge waits for the operator.
 */
export function openStream(context: Sequencing, stream: ShippedStream): Opening {
  const { staging } = context;
  if (staging.openStreams(stream.edge) >= limits.openStreamsPerEdge) {
    return { refusal: { code: 'LIMIT', reason: `the edge has ${limits.openStreamsPerEdge} open streams` } };
  }
  const destination = context.destinations.choose(stream);
  if (destination.kind === 'parked') {
    return { refusal: { code: 'PARKED', reason: destination.reason, retryAfterMs: destination.retryAfterMs } };
  }
  const refusal = settlePredecessor(context, stream, destination);
  if (refusal) return { refusal };
  const { topic, topicId, partition, leaderEpoch } = destination;
  const opened = freshStream(stream, { topic, topicId, partition, leaderEpoch, lastOffset: -1 }, context.nowMs);
  staging.putStream(streamKey(stream), stream.edge, opened);
  addToPlace(context, stream);
  return { opened };
}

function freshStream(stream: ShippedStream, target: StreamEntry['target'], nowMs: number): StreamEntry {
  const { previous } = stream;
  return {
    v: 1,
    next: 0,
    tip: '0'.repeat(32),
    ring: [],
    counts: NOTHING,
    target,
    position: null,
    previous: previous && { epoch: previous.epoch, next: previous.next, tip: previous.tip.toString('hex') },
    sourcePartitions: stream.sourcePartitions,
    openedAtMs: nowMs,
    updatedAtMs: nowMs,
    maxTimestamp: -1,
  };
}

/** Closes the place's stream before this one, or says why that can't be done; null: the way is free. */
function settlePredecessor(context: Sequencing, stream: ShippedStream, destination: TargetName): Refusal | null {
  const { staging } = context;
  const place = staging.place(edgePlaceKey(stream.edge, stream));
  const { previous } = stream;
  if (!previous || previous.next === 0) {
    if (place) recordFork(context, stream, 'history', newestPoint(context, stream, place), null);
    return null;
  }
  const theirs: PointEntry = { next: previous.next, tip: previous.tip.toString('hex') };
  const before = { ...stream, epoch: previous.epoch };
  const open = staging.stream(streamKey(before));
  const known = open ?? endOf(place, previous.epoch);
  if (!known) return unknownPredecessor(context, stream, place, theirs);
  if (open && open.next < theirs.next) return notDrained(stream, open.next);
  const tip = tipOf(context, before, known, open?.ring ?? [], theirs.next);
  if (tip !== theirs.tip && tip !== 'unknown') return otherPast(context, stream, pointOf(known), theirs);
  if (known.next !== theirs.next) recordFork(context, stream, 'behind', pointOf(known), theirs);
  else if (open) close(context, stream, open, destination);
  else recordFork(context, stream, 'second', pointOf(known), theirs);
  return null;
}

/** The hub's tip at a boundary of the predecessor; `none`: it had no such boundary, or refused what led there. */
function tipOf(
  context: Sequencing,
  before: ShippedStream,
  known: PointEntry,
  ring: StreamEntry['ring'],
  next: number,
): string {
  if (known.next === next) return known.tip;
  if (next > known.next) return 'none';
  const tip = tipAt(ring, next);
  return tip === 'unknown' && refusedBelow(context, before, next) ? 'none' : tip;
}

/** Parcels of this stream that lie below were refused as another history. */
function refusedBelow(context: Sequencing, before: ShippedStream, next: number): boolean {
  const forks = context.staging.edge(before.edge)?.forks ?? [];
  return forks.some((fork) => fork.cause === 'chain' && isOf(fork, before) && (fork.theirs?.next ?? 0) <= next);
}

const isOf = (fork: ForkEntry, { epoch, lane, partition, topic }: ShippedStream): boolean =>
  fork.epoch === epoch && fork.lane === lane && fork.partition === partition && fork.topic === topic;

/**
 * The agent goes on from a point that is not in the hub's history: what it has in front of this stream was refused, or
 * will be, and is sealed again. Taking the stream now would put it in front of that, so it is refused too. An agent that
 * comes back with the same claim in another epoch has nothing in front any more: then it opens.
 */
function otherPast(context: Sequencing, stream: ShippedStream, ours: PointEntry, theirs: PointEntry): Refusal | null {
  const forks = context.staging.edge(stream.edge)?.forks ?? [];
  const again = forks.some(
    (fork) =>
      fork.cause === 'tip' &&
      fork.epoch !== stream.epoch &&
      isOf({ ...fork, epoch: stream.epoch }, stream) &&
      fork.theirs?.next === theirs.next &&
      fork.theirs.tip === theirs.tip,
  );
  recordFork(context, stream, 'tip', ours, theirs);
  const { epoch, next } = stream.previous!;
  return again ? null : { code: 'FORK', reason: `the hub has another history of epoch ${epoch} at ${next}` };
}

function unknownPredecessor(
  context: Sequencing,
  stream: ShippedStream,
  place: PlaceEntry | null,
  theirs: PointEntry,
): Refusal | null {
  const epochs = context.staging.edge(stream.edge)?.epochs ?? [];
  if (epochs.find((known) => known.epoch === stream.epoch)?.accepted) {
    recordFork(context, stream, 'accepted', null, theirs);
    return null;
  }
  const registered = epochs.some((known) => known.epoch === stream.previous?.epoch);
  if (registered && (place?.dropped ?? 0) === 0) return notDrained(stream, 0);
  recordFork(context, stream, 'held', null, theirs);
  const { epoch, next } = stream.previous!;
  const reason = `it goes on from ${next} of epoch ${epoch}, which this hub does not know (any more)`;
  return { code: 'EPOCH_HELD', reason };
}

function notDrained(stream: ShippedStream, have: number): Refusal {
  const { epoch, next } = stream.previous!;
  const reason = `epoch ${epoch} ends at ${next} and the hub has it up to ${have}`;
  return { code: 'PREDECESSOR_NOT_DRAINED', reason };
}

/** The stream is drained and its successor opens: it becomes an ancestor of its place. */
function close(context: Sequencing, successor: ShippedStream, entry: StreamEntry, destination: TargetName): void {
  const epoch = successor.previous!.epoch;
  const key = streamKey({ ...successor, epoch });
  incidentAtClose(context, { key, edge: successor.edge, entry }, destination);
  const { next, tip, counts, target } = entry;
  const ancestor: AncestorEntry = {
    epoch,
    next,
    tip,
    counts,
    target,
    successor: successor.epoch,
    closedAtMs: context.nowMs,
  };
  foldIntoPlace(context, successor, ancestor, entry.position);
}

function foldIntoPlace(
  context: Sequencing,
  at: ShippedStream,
  ancestor: AncestorEntry,
  position: PositionEntry | null,
): void {
  const { staging } = context;
  const key = edgePlaceKey(at.edge, at);
  const place = staging.place(key) ?? EMPTY_PLACE;
  const all = [...place.ancestors, ancestor];
  const ancestors = all.slice(-limits.ancestorsPerPlace);
  const gone = all.slice(0, all.length - ancestors.length);
  for (const { epoch } of gone) forget(context, { ...at, epoch });
  const ends = endsWith(context, at.edge, place, gone);
  staging.putPlace(key, at.edge, {
    ...place,
    open: place.open.filter((epoch) => epoch !== ancestor.epoch),
    ancestors,
    ...(ends.length > 0 ? { ends } : {}),
    dropped: place.dropped + gone.length,
    totals: addCounts(place.totals, ancestor.counts),
    position: furthest(place.position, position),
  });
  staging.putStream(streamKey({ ...at, epoch: ancestor.epoch }), at.edge, null);
}

/** As many as epochs are registered at most: what is not of one of those waits for the operator or is sealed again. */
function endsWith(context: Sequencing, edge: EdgeId, place: PlaceEntry, gone: readonly AncestorEntry[]) {
  const before = place.ends ?? [];
  if (gone.length === 0) return before;
  const registered = new Set(context.staging.edge(edge)?.epochs.map(({ epoch }) => epoch));
  const ends = [...before, ...gone.map(({ epoch, next, tip }) => ({ epoch, next, tip }))];
  return ends.filter(({ epoch }) => registered.has(epoch));
}

/** Gaps and incidents live as long as their stream is known. The audit topic has them longer. */
function forget(context: Sequencing, stream: ShippedStream): void {
  const key = streamKey(stream);
  for (const gap of context.staging.gaps(key)) context.staging.putGap(key, stream.edge, gap.first, null);
  if (context.staging.incident(key)) context.staging.putIncident(key, stream.edge, null);
}

/** Forks can leave several streams open at one place; the oldest is closed where they become too many. */
function addToPlace(context: Sequencing, stream: ShippedStream): void {
  const { staging } = context;
  const key = edgePlaceKey(stream.edge, stream);
  const known = staging.place(key) ?? EMPTY_PLACE;
  staging.putPlace(key, stream.edge, { ...known, open: [...known.open, stream.epoch] });
  const oldest = known.open[0];
  if (known.open.length < limits.ancestorsPerPlace || oldest === undefined) return;
  const entry = staging.stream(streamKey({ ...stream, epoch: oldest }));
  if (!entry) return;
  const { next, tip, counts, target } = entry;
  const ancestor = { epoch: oldest, next, tip, counts, target, successor: stream.epoch, closedAtMs: context.nowMs };
  foldIntoPlace(context, stream, ancestor, entry.position);
}

function newestPoint(context: Sequencing, stream: ShippedStream, place: PlaceEntry): PointEntry | null {
  const epoch = place.open.at(-1);
  const open = epoch === undefined ? null : context.staging.stream(streamKey({ ...stream, epoch }));
  const newest = open ?? place.ancestors.at(-1);
  return newest ? pointOf(newest) : null;
}

/** Of two source positions the one further on; another topic id or cluster is a new history and replaces the old. */
export function furthest(a: PositionEntry | null, b: PositionEntry | null): PositionEntry | null {
  if (!a || !b) return b ?? a;
  const same = a.clusterId === b.clusterId && a.topicId === b.topicId && a.partition === b.partition;
  return same && a.nextOffset > b.nextOffset ? a : b;
}

export const addCounts = (a: Counts, b: Counts): Counts => ({
  records: a.records + b.records,
  deadLettered: a.deadLettered + b.deadLettered,
  gapped: a.gapped + b.gapped,
});

/** Where a closed stream of the place ended; undefined: it had none of this epoch, or has forgotten it. */
export const endOf = (place: PlaceEntry | null, epoch: Epoch): PointEntry | undefined =>
  place?.ancestors.findLast((known) => known.epoch === epoch) ??
  place?.ends?.findLast((known) => known.epoch === epoch);

const pointOf = ({ next, tip }: PointEntry): PointEntry => ({ next, tip });
