/**
 * Where a record has been: the header `tributary.flow`, one a flow that it went through, `<source>-><target>@<cluster id of
 * the source>`. Aliases are for people, since each process may have its own; the id decides. A record that has been in the
 * target (it came from there, or was copied through it) is not copied into it: so two flows that keep names don't loop.
 */
import { TributaryError } from '../../../shared/errors.ts';
import { Stamper } from '../../../shared/records/index.ts';
import { flowText } from './ledger.ts';
import type { FlowName } from './settings.ts';

export const FLOW_HEADER = 'tributary.flow';

/** @throws TributaryError `brokerUnavailable`: an id is not known yet */
export function flowStamp(flow: FlowName, sourceId: string | null, targetId: string | null): Stamper {
  if (!sourceId || !targetId) {
    throw new TributaryError({
      code: 'brokerUnavailable',
      operation: 'write provenance headers',
      subject: flowText(flow),
      reason: 'a cluster has not said its id yet',
      retry: 'retried',
    });
  }
  const been = Buffer.from(`@${targetId}`, 'utf8');
  return new Stamper({
    name: FLOW_HEADER,
    value: `${flowText(flow)}@${sourceId}`,
    drops: (value) => value.length >= been.length && value.subarray(value.length - been.length).equals(been),
  });
}
