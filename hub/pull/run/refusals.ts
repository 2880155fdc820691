/** What flows must not do: each record would go round and round. */
import { NameFilter } from '../../../shared/names/index.ts';
import type { FlowSettings, PullSettings } from '../config/index.ts';
import { besideLedger, LEDGER_TOPIC } from './ledgerTopics.ts';

/**
 * For flows that keep names: topics that a flow in the other direction accepts as well. Each record would come back, for
 * ever; MirrorMaker 2 does not see it. Not where both write provenance headers: one says where a record came from, the
 * other does not take it back there.
 */
export function loopsOf(flow: FlowSettings, { flows }: PullSettings): (topic: string) => boolean {
  if (flow.replicationPolicy.kind !== 'identity') return () => false;
  const back = flows.filter(
    ({ source, target, enabled, replicationPolicy, provenanceHeaders }) =>
      enabled &&
      source === flow.target &&
      target === flow.source &&
      replicationPolicy.kind === 'identity' &&
      !(provenanceHeaders && flow.provenanceHeaders),
  );
  const filters = back.map(({ topics }) => new NameFilter(topics));
  return (topic) => filters.some(({ accepts }) => accepts(topic));
}

/**
 * Topics in which we keep our own books. Copying writes there; so a copy of them would never end, between two clusters that
 * are copied into each other. The ledger of this process and what is beside it are never copied, other topics whose names
 * begin with `tributary.` only where `topics` has the very name.
 */
export function isOwnTopic(topic: string, { topics }: Pick<FlowSettings, 'topics'>, ledger = LEDGER_TOPIC): boolean {
  if (topic === ledger || besideLedger(ledger).includes(topic)) return true;
  return topic.startsWith('tributary.') && !topics.include.includes(topic);
}
