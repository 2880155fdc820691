/** What a flow's settings ask for and this version does not do: said at the start, all at once, and never half done. */
import { TributaryError } from '../../../shared/errors.ts';
import { NameFilter } from '../../../shared/names/index.ts';
import type { FlowSettings, PullSettings } from '../config/index.ts';
import { flowTextOf } from './rules.ts';

/** @throws TributaryError `configInvalid` */
export function refuseUnable({ flows }: PullSettings): void {
  const problems = flows.filter(({ enabled }) => enabled).flatMap((flow) => unable(flow));
  if (problems.length === 0) return;
  throw new TributaryError({
    code: 'configInvalid',
    operation: 'start flows',
    subject: 'pull',
    reason: problems.join('; '),
    hint: 'Take these settings out.',
    retry: 'final',
  });
}

export function unable(flow: FlowSettings): string[] {
  const name = flowTextOf(flow);
  return [...(flow.fetch.rack === null ? [] : [`${name}: a rack is not fetched from yet (client.rack)`])];
}

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
