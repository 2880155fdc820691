import type { Epoch } from '../../shared/identity.ts';
import { limits } from '../../shared/limits.ts';
import type { LineageEpoch } from '../buffer/outbox.ts';

/**
 * The epochs that a hello names, oldest first: a buffer may hold thousands (an agent that starts often without a link),
 * the hub registers few at a time. Always the oldest of all, so that the hub knows what is behind the agent, and the
 * newest that the hub knows, which vouches for the others; then `needed`, whose row is next; then those of which rows
 * can be sent, so that streams that wait take no room; then any.
 */
export function namedEpochs(
  lineage: readonly LineageEpoch[],
  needed: Epoch | null,
  most: number = limits.epochsNamed,
): readonly LineageEpoch[] {
  const named = new Set<LineageEpoch>();
  const name = (one: LineageEpoch | undefined): void => {
    if (one && named.size < most) named.add(one);
  };
  name(lineage[0]);
  name(lineage.findLast(({ known }) => known));
  name(lineage.find(({ epoch }) => epoch === needed));
  for (const one of lineage) if (one.sendable) name(one);
  for (const one of lineage) name(one);
  const [first, second, ...rest] = lineage.filter((one) => named.has(one));
  // A drained one in front of its successor has nothing to vouch for: the successor names it.
  const isSaid = first?.drained === true && first.known && (!second || second.predecessor === first.epoch);
  return [...(isSaid || !first ? [] : [first]), ...(second ? [second] : []), ...rest];
}
