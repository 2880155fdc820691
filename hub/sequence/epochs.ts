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
 * Registers epochs that an agent holds, oldest first, at most `limits.epochsPerEdge`: the oldest of all, the newest that
 * it knows to be registered, and of the others those whose turn it is. An epoch is let in if its predecessor is registered, if
 * another one of this lineage is (the agent names no more than it needs, and an epoch that was forgotten in favour of others may
 * come back), or if it is the first of an edge that nobody knows. Any other one is a very old image or a blank replacement
 * and is held until the operator decides. Epochs before the oldest are closed: the agent says that it has nothing of them.
 */
export function registerLineage(
  context: Sequencing,
  edge: EdgeId,
  lineage: readonly LineageLink[],
): readonly EpochDecision[] {
  const before = context.staging.edge(edge);
  const named = new Set(lineage.map((link) => link.epoch));
  let entry = before ?? { v: 1, knownSinceMs: context.nowMs, epochs: [], forks: [], forksTotal: 0 };
  const decisions: EpochDecision[] = [];
  entry = closeBefore(entry, lineage[0]);
  for (const [at, link] of lineage.entries()) {
    const known = registeredAs(entry, link.epoch);
    const registered = known ? reopened(known) : fresh(entry, lineage, at, before !== null, context.nowMs);
    const epochs = known ? replaced(entry.epochs, registered) : withRoom(entry.epochs, registered, named);
    if (epochs !== entry.epochs) entry = { ...entry, epochs };
    decisions.push(decisionOf(registered));
    if (!known && registered.state === 'held') {
      context.facts.push({ kind: 'epochHeld', edge, epoch: link.epoch, reason: registered.reason });
    }
  }
  if (lineage.length > 0 && entry !== before) context.staging.putEdge(edge, entry);
  return decisions;
}

const registeredAs = (entry: EdgeEntry, epoch: Epoch | null | undefined): EpochEntry | undefined =>
  entry.epochs.find((candidate) => candidate.epoch === epoch);

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

/** What becomes of an epoch that is not registered: the `at`-th of its lineage, those before it are registered by now. */
function fresh(
  entry: EdgeEntry,
  lineage: readonly LineageLink[],
  at: number,
  edgeIsKnown: boolean,
  nowMs: number,
): EpochEntry {
  const { epoch, predecessor } = lineage[at]!;
  const made = { epoch, predecessor, sinceMs: nowMs, accepted: false };
  const direct = registeredAs(entry, predecessor);
  const older = direct ?? olderOf(entry, lineage, at);
  const guarantor = older ?? youngerOf(entry, lineage, at);
  if (guarantor) {
    const reason = `${direct ? 'its predecessor' : 'of its lineage,'} ${guarantor.epoch} is ${guarantor.state}`;
    if (guarantor.state === 'held' || guarantor.state === 'rejected') return { ...made, state: 'held', reason };
    const mayBeBack = !older || older.forgets === true || older.returned === true;
    const after = older && !direct ? { after: older.epoch } : {};
    return { ...made, ...after, state: 'open', reason: '', ...(mayBeBack ? { returned: true } : {}) };
  }
  if (predecessor !== null) {
    const reason = `its predecessor ${predecessor} is not known (any more): a very old image?`;
    return { ...made, state: 'held', reason };
  }
  const isFirst = !edgeIsKnown && entry.epochs.length === 0;
  const reason = isFirst ? '' : 'a first epoch of an edge that is known already: a blank replacement?';
  return { ...made, state: isFirst ? 'open' : 'held', reason };
}

/** The registered epoch that is named before it: it comes from there. Nothing is older than a first epoch. */
function olderOf(entry: EdgeEntry, lineage: readonly LineageLink[], at: number): EpochEntry | undefined {
  return at === 0 || lineage[at]!.predecessor === null ? undefined : registeredAs(entry, lineage[at - 1]!.epoch);
}

/** The first registered one that is named behind it, and so comes from it. */
function youngerOf(entry: EdgeEntry, lineage: readonly LineageLink[], at: number): EpochEntry | undefined {
  if (at > 0) return undefined;
  const younger = lineage.slice(1).find((link) => registeredAs(entry, link.epoch));
  return registeredAs(entry, younger?.epoch);
}

/** The epoch on whose word one was let in, if that is older. */
const guarantorOf = ({ after, predecessor }: EpochEntry): Epoch | null => after ?? predecessor;

/** Marks the ancestors of the oldest epoch that the agent still holds. */
function closeBefore(entry: EdgeEntry, oldest: LineageLink | undefined): EdgeEntry {
  if (!oldest) return entry;
  const known = registeredAs(entry, oldest.epoch);
  const left = ancestorsOf(entry.epochs, known ? guarantorOf(known) : oldest.predecessor);
  const isOpen = ({ epoch, state }: EpochEntry): boolean => state === 'open' && left.has(epoch);
  if (!entry.epochs.some(isOpen)) return entry;
  const closed = (one: EpochEntry): EpochEntry => (isOpen(one) ? { ...one, state: 'closed', left: true } : one);
  return { ...entry, epochs: entry.epochs.map(closed) };
}

const reopened = (known: EpochEntry): EpochEntry => (known.state === 'closed' ? { ...known, state: 'open' } : known);

/**
 * Makes room for one more. What is closed goes first, then what can come back unasked because a younger one vouches for it,
 * then what waits for the operator, which will wait again, and other branches last. What is named stays: it fits.
 */
function withRoom(epochs: readonly EpochEntry[], added: EpochEntry, named: ReadonlySet<Epoch>): readonly EpochEntry[] {
  if (epochs.length < limits.epochsPerEdge) return [...epochs, added];
  const continued = new Set(epochs.filter(({ state }) => state === 'open').map(guarantorOf));
  const costs = ({ state, epoch }: EpochEntry): number => {
    if (state === 'open') return continued.has(epoch) ? 1 : 4;
    return { closed: 0, rejected: 2, held: 3 }[state];
  };
  const others = epochs.filter(({ epoch }) => !named.has(epoch));
  const gone = others.reduce((best, other) => (costs(other) < costs(best) ? other : best), others[0] ?? epochs[0]!);
  return [...without(epochs, gone, named), added];
}

/**
 * Its ancestors remember that something behind them is forgotten, so that it is not new when it is back; what came after it
 * comes after them now. Where it has none left, and had been away itself or came in behind others than its predecessor, nobody
 * can say what came before it: all remember it that may have.
 */
function without(epochs: readonly EpochEntry[], gone: EpochEntry, named: ReadonlySet<Epoch>): readonly EpochEntry[] {
  const rest = epochs.filter((known) => known !== gone);
  const ancestors = ancestorsOf(rest, guarantorOf(gone));
  const [nearest] = ancestors;
  const all = ancestors.size === 0 && (gone.returned === true || gone.after !== undefined);
  return rest.map((known) => {
    const forgets = known.forgets || (all ? !named.has(known.epoch) : ancestors.has(known.epoch));
    const linked = nearest !== undefined && guarantorOf(known) === gone.epoch ? { ...known, after: nearest } : known;
    return forgets && !known.forgets ? { ...linked, forgets } : linked;
  });
}

/** Registered epochs from this one back. */
function ancestorsOf(epochs: readonly EpochEntry[], from: Epoch | null): ReadonlySet<Epoch> {
  const ancestors = new Set<Epoch>();
  let at = from;
  while (at !== null && !ancestors.has(at)) {
    const known = epochs.find(({ epoch }) => epoch === at);
    if (known) ancestors.add(known.epoch);
    at = known ? guarantorOf(known) : null;
  }
  return ancestors;
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
