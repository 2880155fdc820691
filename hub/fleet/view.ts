/**
 * The join of what the ledger says and what the agents reported: pure functions. Both sides' numbers are shown, never
 * mixed: the ledger's are exact, an agent's are as old as its report.
 */
import { type EdgeId, type Place, placeKey } from '../../shared/identity.ts';
import type { Heartbeat, PlaceReport } from '../../shared/wire/index.ts';
import type { Contact } from '../receive/index.ts';
import type { EdgeView, PlaceView } from '../sequence/index.ts';
import type { EdgeState, EdgeStatus, EdgeSummary, PlaceStatus } from './schemas.ts';

/** All that is known of one edge, from both sides. */
export interface EdgeFacts {
  readonly edge: EdgeId;
  readonly ledger: EdgeView | null;
  readonly contact: Contact | null;
  readonly connected: boolean;
}

/** An agent without traffic still sends heartbeats far more often. */
const ONLINE_MS = 60_000;

/** `known`: the ledger has it. */
export function stateOf(
  { known, contact, connected }: { known: boolean; contact: Contact | null; connected: boolean },
  nowMs: number,
): EdgeState {
  if (connected || (contact !== null && nowMs - contact.lastContactMs <= ONLINE_MS)) return 'online';
  return known || contact !== null ? 'offline' : 'never';
}

/** Counts by both sides. */
export type Totals = Pick<
  PlaceStatus,
  'captured' | 'buffered' | 'gaps' | 'agentDelivered' | 'unaccounted' | 'delivered' | 'deadLettered' | 'hubGaps'
>;

export function summaryOf(facts: EdgeFacts, nowMs: number): EdgeSummary {
  const { edge, ledger, contact } = facts;
  const heartbeat = contact?.heartbeat() ?? null;
  return {
    edge,
    state: stateOf({ ...facts, known: ledger !== null }, nowMs),
    lastContactMs: contact?.lastContactMs ?? null,
    agentVersion: contact?.agentVersion ?? null,
    linkState: heartbeat?.linkState ?? null,
    bufferBytes: heartbeat?.bufferBytes ?? null,
    bufferMaxBytes: heartbeat?.bufferMaxBytes ?? null,
    oldestAgeMs: heartbeat?.bufferOldestAgeMs ?? null,
    ...edgeTotals(ledger, heartbeat),
    places: ledger?.places.length ?? 0,
    heldEpochs: ledger?.epochs.filter(({ state }) => state === 'held').length ?? 0,
    forks: ledger?.forksTotal ?? 0,
    incidents: ledger ? incidentsOf(ledger) : 0,
  };
}

const incidentsOf = ({ places }: EdgeView): number =>
  places.flatMap(({ streams, ancestors }) => [...streams, ...ancestors]).filter(({ incident }) => incident).length;

export interface PlaceFilter {
  readonly topic: string | undefined;
  readonly limit: number;
}

export function statusOf(facts: EdgeFacts, nowMs: number, { topic, limit }: PlaceFilter): EdgeStatus {
  const { edge, ledger, contact, connected } = facts;
  const heartbeat = contact?.heartbeat() ?? null;
  const all = joinPlaces(ledger, heartbeat).filter((pair) => !topic || pair.place.topic === topic);
  return {
    nowMs,
    edge,
    state: stateOf({ ...facts, known: ledger !== null }, nowMs),
    connected,
    lastContactMs: contact?.lastContactMs ?? null,
    remote: contact?.remote ?? null,
    knownSinceMs: ledger?.knownSinceMs ?? null,
    agent: agentOf(contact, heartbeat),
    ...edgeTotals(ledger, heartbeat),
    epochs: (ledger?.epochs ?? []).map(({ epoch, predecessor, state, reason, sinceMs }) => {
      return { epoch, predecessor, state, reason, sinceMs };
    }),
    forks: (ledger?.forks ?? []).map((fork) => ({ ...fork })),
    forksTotal: ledger?.forksTotal ?? 0,
    mark: markOf(ledger),
    places: all.slice(0, limit).map(placeStatus),
    placesLeftOut: Math.max(0, all.length - limit),
  };
}

function agentOf(contact: Contact | null, heartbeat: Heartbeat | null): EdgeStatus['agent'] {
  if (!contact || !heartbeat) return null;
  const { heartbeatAtMs, clockAheadMs } = contact;
  return {
    version: heartbeat.agentVersion,
    startedAtMs: heartbeat.startedAtMs,
    reportedAtMs: heartbeatAtMs ?? 0,
    clockAheadMs: clockAheadMs ?? 0,
    link: { state: heartbeat.linkState, sinceMs: heartbeat.linkSinceMs },
    buffer: {
      bytes: heartbeat.bufferBytes,
      maxBytes: heartbeat.bufferMaxBytes,
      oldestAgeMs: heartbeat.bufferOldestAgeMs,
    },
    outlook: heartbeat.outlook === undefined ? null : outlookOf(heartbeat.outlook),
    placesNotReported: heartbeat.placesLeftOut,
    sources: heartbeat.sources.map(({ name, state, reason }) => ({ name, state, reason })),
  };
}

function outlookOf(
  outlook: NonNullable<Heartbeat['outlook']>,
): NonNullable<NonNullable<EdgeStatus['agent']>['outlook']> {
  const { linkBytesPerSecond, intakePerSecond, drainPerSecond, drainMs, fullMs, topicsLeftOut, leftOutBytes } = outlook;
  const topics = outlook.topics.map(({ topic, buffered, bytes, oldestAgeMs }) => ({
    ...{ topic, buffered, bytes, oldestAgeMs },
  }));
  const rates = { linkBytesPerSecond, intakePerSecond, drainPerSecond };
  return { ...rates, drainMs, fullMs, topics, topicsLeftOut, leftOutBytes };
}

function markOf(ledger: EdgeView | null): EdgeStatus['mark'] {
  if (!ledger?.mark) return null;
  const { capturedAtMs, receivedAtMs, behind } = ledger.mark;
  return { capturedAtMs, receivedAtMs, behind };
}

interface PlacePair {
  readonly place: Place;
  readonly ledger: PlaceView | null;
  readonly agent: PlaceReport | null;
}

/** Every place that either side knows, in the order of topic, partition, lane. */
function joinPlaces(ledger: EdgeView | null, heartbeat: Heartbeat | null): PlacePair[] {
  const reports = new Map((heartbeat?.places ?? []).map((report) => [placeKey(report), report]));
  const known = (ledger?.places ?? []).map((place) => {
    const key = placeKey(place);
    const agent = reports.get(key) ?? null;
    reports.delete(key);
    return { place, ledger: place, agent };
  });
  const onlyAgent = [...reports.values()].map((agent) => ({ place: agent, ledger: null, agent }));
  return [...known, ...onlyAgent].sort((a, b) => comparePlaces(a.place, b.place));
}

function comparePlaces(a: Place, b: Place): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1;
  return a.partition - b.partition || (a.lane < b.lane ? 1 : a.lane > b.lane ? -1 : 0);
}

function edgeTotals(ledger: EdgeView | null, heartbeat: Heartbeat | null): Totals {
  return totalsOf(
    (ledger?.places ?? []).map(({ totals }) => totals),
    heartbeat ? heartbeat.places : null,
  );
}

/** The arithmetic of completeness. An agent without a report has no numbers, not zeros. */
function totalsOf(ledger: readonly PlaceView['totals'][], reports: readonly PlaceReport[] | null): Totals {
  const sum = (key: 'captured' | 'delivered' | 'buffered' | 'gaps') =>
    reports === null ? null : reports.reduce((total, report) => total + report[key], 0);
  const [captured, agentDelivered, buffered, gaps] = [sum('captured'), sum('delivered'), sum('buffered'), sum('gaps')];
  const hub = (key: keyof PlaceView['totals']) => ledger.reduce((total, counts) => total + counts[key], 0);
  return {
    captured,
    buffered,
    gaps,
    agentDelivered,
    unaccounted: captured === null ? null : captured - (agentDelivered ?? 0) - (buffered ?? 0) - (gaps ?? 0),
    delivered: hub('records'),
    deadLettered: hub('deadLettered'),
    hubGaps: hub('gapped'),
  };
}

function placeStatus({ place, ledger, agent }: PlacePair): PlaceStatus {
  const { topic, partition, lane } = place;
  return {
    topic,
    partition,
    lane,
    agentState: agent?.state ?? null,
    oldestAgeMs: agent?.oldestAgeMs ?? null,
    maybeDuplicate: agent?.maybeDuplicate ?? null,
    ...totalsOf(ledger ? [ledger.totals] : [], agent ? [agent] : null),
    streams: ledger ? streamsOf(ledger) : [],
    forgottenStreams: ledger?.dropped ?? 0,
  };
}

type Stream = PlaceStatus['streams'][number];
type GapView = PlaceView['ancestors'][number]['gaps'][number];

function streamsOf(place: PlaceView): Stream[] {
  const closed = place.ancestors.map(({ closedAtMs, ...entry }) => streamOf('closed', entry, entry, closedAtMs));
  const open = place.streams.map((stream) => streamOf('open', stream, stream.entry, stream.entry.updatedAtMs));
  return [...closed, ...open];
}

function streamOf(
  state: Stream['state'],
  { epoch, gaps, incident }: Pick<PlaceView['streams'][number], 'epoch' | 'gaps' | 'incident'>,
  { next, tip, target, counts }: Pick<PlaceView['streams'][number]['entry'], 'next' | 'tip' | 'target' | 'counts'>,
  updatedAtMs: number,
): Stream {
  const { topic, topicId, partition, lastOffset } = target;
  return {
    epoch,
    state,
    next,
    tip,
    target: { topic, topicId, partition, lastOffset },
    delivered: counts.records,
    deadLettered: counts.deadLettered,
    gapped: counts.gapped,
    gaps: gaps.map(gapOf),
    incident: incident && incidentOf(incident),
    updatedAtMs,
  };
}

function incidentOf(incident: NonNullable<PlaceView['streams'][number]['incident']>): Stream['incident'] {
  const { cause, target, lostFrom, next, atMs, total } = incident;
  const { topic, topicId, partition, lastOffset } = target;
  return { cause, topic, topicId, partition, lastOffset, lostFrom, next, atMs, total };
}

const gapOf = ({
  first,
  last,
  count,
  reasons,
  detail,
  minTimestamp,
  maxTimestamp,
}: GapView): Stream['gaps'][number] => ({
  first,
  last,
  count,
  reasons: { ...reasons },
  detail,
  minTimestamp,
  maxTimestamp,
});
