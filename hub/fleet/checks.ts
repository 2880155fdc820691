import { type Check, progressCheck } from '../../shared/telemetry/checks.ts';
import type { ReceiveProgress } from '../receive/index.ts';
import type { ShardFacts } from './parts.ts';

export interface HubProgress {
  receive(): ReceiveProgress;
  /** Whether the ledger was found and says who this hub is. */
  identityKnown(): boolean;
  shards(): readonly ShardFacts[];
}

/** Longer than the longest transaction, with a fence and a read of the ledger behind it. */
const STUCK_MS = 60_000;

/** What `/readyz` asks: able to take shipments now, and those that came do move. */
export function hubChecks(hub: HubProgress): Check[] {
  return [
    () => result('listener', hub.receive().listening, 'it does not listen'),
    () => result('ledger', hub.identityKnown(), 'it was not read yet'),
    () => shardsCheck(hub.shards()),
    progressCheck({
      name: 'shipments',
      backlog: () => hub.receive().shipmentsWaiting,
      moved: () => hub.receive().shipmentsSettled,
      afterMs: STUCK_MS,
    }),
  ];
}

/** A shard that is elsewhere is not this hub's matter; one that is here has to serve. */
function shardsCheck(shards: readonly ShardFacts[]) {
  const here = shards.filter(({ state }) => state !== 'elsewhere');
  const troubled = here.filter(({ state }) => state !== 'serving');
  if (here.length === 0) return result('shards', false, 'none is assigned to this hub');
  const names = troubled.map(({ shard, state, reason }) => `${shard} is ${state}${reason ? ` (${reason})` : ''}`);
  return result('shards', troubled.length === 0, names.join(', '));
}

const result = (name: string, ok: boolean, reason: string) => (ok ? { name, ok } : { name, ok, reason });
