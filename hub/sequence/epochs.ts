import type { EdgeId, Epoch } from '../../shared/identity.ts';
import { limits } from '../../shared/limits.ts';
import type { EdgeEntry, EpochEntry } from '../ledger/entries.ts';
import type { Sequencing } from './context.ts';

export interface LineageLink {
  readonly epoch: Epoch;
  readonly predecessor: Epoch | null;
}

/** What a session is told of one epoch. `closed` is never said of an epoch that the agent still holds. */
export interface EpochDecision {
  readonly epoch: Epoch;
  readonly state: 'open' | 'held';
  readonly reason: string;
}

/**
 * Registers the epochs that an agent still holds, oldest first. An epoch is let in if its predecessor is registered,
 * or if it is the first of an edge that nobody knows; any other one is a very old image or a blank replacement and is
 * held until the operator decides. Epochs before the lineage are closed: the agent says that it has nothing of them.
 */
export function registerLineage(
  context: Sequencing,
  edge: EdgeId,
  lineage: readonly LineageLink[],
): readonly EpochDecision[] {
  const before = context.staging.edge(edge);
  const wanted = new Set(lineage.map((link) => link.epoch));
  let entry = before ?? { v: 1, knownSinceMs: context.nowMs, epochs: [], forks: [], forksTotal: 0 };
  const decisions: EpochDecision[] = [];
  entry = closeBefore(entry, lineage[0]);
  for (const link of lineage) {
    const known = entry.epochs.find((candidate) => candidate.epoch === link.epoch);
    const registered = known ? reopened(known) : fresh(entry, link, before !== null, context.nowMs);
    const epochs = known ? replaced(entry.epochs, registered) : withRoom(entry.epochs, registered, wanted);
    if (epochs) entry = epochs === entry.epochs ? entry : { ...entry, epochs };
    decisions.push(epochs ? decisionOf(registered) : full(link.epoch));
    if (!known && registered.state === 'held') {
      context.facts.push({ kind: 'epochHeld', edge, epoch: link.epoch, reason: registered.reason });
    }
  }
  if (lineage.length > 0 && entry !== before) context.staging.putEdge(edge, entry);
  return decisions;
}

/** The operator's word on a held epoch. False: the edge has no such epoch. */
export function decideEpoch(
  context: Sequencing,
  edge: EdgeId,
  epoch: Epoch,
  decision: 'accept' | 'reject',
): EpochDecision | null {
  const entry = context.staging.edge(edge);
  const known = entry?.epochs.find((candidate) => candidate.epoch === epoch);
  if (!entry || !known) return null;
  const accepted = decision === 'accept';
  const reason = accepted ? 'accepted by the operator' : 'rejected by the operator';
  const state = accepted ? 'open' : 'rejected';
  const decided: EpochEntry = { ...known, state, reason, accepted, sinceMs: context.nowMs };
  let epochs = replaced(entry.epochs, decided);
  if (accepted) epochs = letInHeirs(epochs, epoch, context.nowMs);
  context.staging.putEdge(edge, { ...entry, epochs });
  return decisionOf(decided);
}

/** Epochs that were held only because their predecessor was. */
function letInHeirs(epochs: readonly EpochEntry[], accepted: Epoch, nowMs: number): readonly EpochEntry[] {
  const heir = epochs.find((known) => known.predecessor === accepted && known.state === 'held');
  if (!heir) return epochs;
  const open: EpochEntry = { ...heir, state: 'open', reason: 'its predecessor was accepted', sinceMs: nowMs };
  return letInHeirs(letInHeirs(replaced(epochs, open), heir.epoch, nowMs), accepted, nowMs);
}

function fresh(entry: EdgeEntry, link: LineageLink, edgeIsKnown: boolean, nowMs: number): EpochEntry {
  const predecessor = entry.epochs.find((known) => known.epoch === link.predecessor);
  const held = holdReason(link, predecessor, edgeIsKnown || entry.epochs.length > 0);
  const state = held === null ? 'open' : 'held';
  return {
    epoch: link.epoch,
    predecessor: link.predecessor,
    state,
    reason: held ?? '',
    sinceMs: nowMs,
    accepted: false,
  };
}

function holdReason(link: LineageLink, predecessor: EpochEntry | undefined, edgeIsKnown: boolean): string | null {
  if (link.predecessor === null) {
    return edgeIsKnown ? 'a first epoch of an edge that is known already: a blank replacement?' : null;
  }
  if (!predecessor) return `its predecessor ${link.predecessor} is not known (any more): a very old image?`;
  const waits = predecessor.state === 'held' || predecessor.state === 'rejected';
  return waits ? `its predecessor ${link.predecessor} is ${predecessor.state}` : null;
}

/** Marks the ancestors of the oldest epoch that the agent still holds. */
function closeBefore(entry: EdgeEntry, oldest: LineageLink | undefined): EdgeEntry {
  let epochs = entry.epochs;
  let at = oldest?.predecessor ?? null;
  for (let steps = 0; at !== null && steps < limits.epochsPerEdge; steps += 1) {
    const known = epochs.find((candidate) => candidate.epoch === at);
    if (known?.state === 'open') epochs = replaced(epochs, { ...known, state: 'closed', left: true });
    at = known?.predecessor ?? null;
  }
  return epochs === entry.epochs ? entry : { ...entry, epochs };
}

const reopened = (known: EpochEntry): EpochEntry => (known.state === 'closed' ? { ...known, state: 'open' } : known);

/** Makes room for one more: what is closed goes first, then what was refused, then other branches; null: none. */
function withRoom(
  epochs: readonly EpochEntry[],
  added: EpochEntry,
  wanted: ReadonlySet<Epoch>,
): readonly EpochEntry[] | null {
  if (epochs.length < limits.epochsPerEdge) return [...epochs, added];
  for (const state of ['closed', 'rejected', 'held', 'open'] as const) {
    const gone = epochs.find((known) => known.state === state && !wanted.has(known.epoch));
    if (gone) return [...epochs.filter((known) => known !== gone), added];
  }
  return null;
}

function replaced(epochs: readonly EpochEntry[], entry: EpochEntry): readonly EpochEntry[] {
  const same = epochs.some((known) => known === entry);
  return same ? epochs : epochs.map((known) => (known.epoch === entry.epoch ? entry : known));
}

const decisionOf = ({ epoch, state, reason }: EpochEntry): EpochDecision => ({
  epoch,
  state: state === 'held' || state === 'rejected' ? 'held' : 'open',
  reason,
});

const full = (epoch: Epoch): EpochDecision => ({
  epoch,
  state: 'held',
  reason: `the edge holds ${limits.epochsPerEdge} epochs already: they are drained first`,
});
