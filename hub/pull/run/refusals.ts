/** What flows must not do together: each record would go round and round. */
import { NameFilter } from '../../../shared/names/index.ts';
import type { FlowSettings, PullSettings } from '../config/index.ts';

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
