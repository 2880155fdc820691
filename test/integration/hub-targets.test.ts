/** Which target topics are made, and what becomes of those that Kafka loses. */
import { expect, test } from 'vitest';
import type { Place } from '../../shared/identity.ts';
import { ids, kafkaAgent, openOwner, openSession, shipAll, shipOnce, testHub } from '../hub/write/support.ts';
import { cluster, consumeAll } from '../support/kafka.ts';

const place = (topic: string): Place => ({ topic, partition: 0, lane: 'main' });

test('no topic is made for an epoch that nobody has named, or that waits for the operator', async () => {
  const hub = testHub();
  const { owner } = await openOwner(await hub.parts());
  const agent = kafkaAgent('store-1');
  agent.capture(place('orders'), ids('a', 2));
  expect(await shipOnce(owner, agent)).toEqual(['EPOCH_UNKNOWN']);
  await shipAll(owner, agent);
  const blank = kafkaAgent('store-1');
  blank.capture(place('secrets'), ids('b', 2));
  await openSession(owner, blank);
  expect(await shipOnce(owner, blank)).toEqual(['EPOCH_HELD']);
  const unnamed = kafkaAgent('store-2');
  unnamed.capture(place('guesses'), ids('c', 2));
  expect(await shipOnce(owner, unnamed)).toEqual(['EPOCH_UNKNOWN']);
  const { topics } = await cluster().metadata(null);
  const made = [...topics.keys()].filter((name) => name.startsWith(`${hub.prefix}.`));
  expect(made).toEqual([hub.targetOf('store-1', 'orders')]);

  await owner.decide(blank.edge, blank.lineage()[0]!.epoch, 'accept');
  await shipAll(owner, blank);
  expect(await consumeAll(hub.targetOf('store-1', 'secrets'))).toHaveLength(2);
});
