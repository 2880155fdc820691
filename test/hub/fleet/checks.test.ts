import { expect, it } from 'vitest';
import { hubChecks, type ShardFacts } from '../../../hub/fleet/index.ts';
import { Checks } from '../../../shared/telemetry/checks.ts';
import { listen } from '../receive/lines.ts';

const shard = (state: ShardFacts['state']): ShardFacts => ({
  shard: 3,
  state,
  reason: 'broker away',
  term: 1,
  owner: null,
  edges: 0,
});
const receive = { listening: true, edgesConnected: 0, bodyBytesHeld: 0, shipmentsWaiting: 0, shipmentsSettled: 0 };

const failing = async (facts: {
  listening?: boolean;
  identity?: boolean;
  shards?: ShardFacts[];
}): Promise<string[]> => {
  const checks = hubChecks({
    receive: () => ({ ...receive, listening: facts.listening ?? true }),
    identityKnown: () => facts.identity ?? true,
    shards: () => facts.shards ?? [shard('serving'), shard('elsewhere')],
  });
  const looked = await new Checks(checks, listen().telemetry).look();
  return looked.checks.filter(({ ok }) => !ok).map(({ name, reason }) => `${name}: ${reason}`);
};

it('a hub is ready when it can take shipments, and says why it cannot', async () => {
  expect(await failing({})).toEqual([]);
  expect(await failing({ listening: false })).toEqual(['listener: it does not listen']);
  expect(await failing({ identity: false })).toEqual(['ledger: it was not read yet']);
  expect(await failing({ shards: [shard('elsewhere')] })).toEqual(['shards: none is assigned to this hub']);
  expect(await failing({ shards: [shard('serving'), shard('recovering')] })).toEqual([
    'shards: 3 is recovering (broker away)',
  ]);
});
