/** A broker of its own whose log is cut while it is down: what was receipted is gone, and the hub finds it. */
import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startKafka } from '../../deploy/dev/kafka/launch.ts';
import { runVerify } from '../../hub/prove/run.ts';
import { Cluster } from '../../shared/kafka/index.ts';
import { ids, kafkaAgent, openOwner, shipAll, testHub, until } from '../hub/write/support.ts';
import { keysAt } from '../support/kafkaPair.ts';

/** A commit marker (78 bytes) and a part of the batch in front of it. */
const CUT_BYTES = 100;

test('the end of a target log is missing after a restart: written down, and new records go on behind what is left', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tributary-cut-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  // Never in a container: its files must be within reach.
  const kafka = await startKafka({ dir, properties: { 'log.flush.interval.messages': '1' } });
  onTestFinished(() => kafka.kill9());
  const own = Cluster.open({ brokers: kafka.brokers, clientId: 'tributary-test' });
  onTestFinished(() => own.close());
  const hub = testHub();
  const first = await openOwner(await hub.parts({ cluster: own }));
  const agent = kafkaAgent('store-1');
  for (const topic of ['cut', 'whole']) {
    for (const name of ['a', 'b', 'c']) {
      agent.capture({ topic, partition: 0, lane: 'main' }, ids(name, 2));
      await shipAll(first.owner, agent);
    }
  }
  await first.owner.close();
  const [cut, whole] = [hub.targetOf('store-1', 'cut'), hub.targetOf('store-1', 'whole')];

  // Reads wait until every marker is written: what is lost is to be the log's end, and no transaction's.
  for (const topic of [cut, whole, hub.topics.ledger]) await keysAt(own, topic, 0);

  await kafka.kill9();
  const log = join(dir, 'data', `${cut}-0`, '00000000000000000000.log');
  truncateSync(log, statSync(log).size - CUT_BYTES);
  await kafka.restart();
  const { owner } = await openOwner(await hub.parts({ cluster: own }));
  await until(() => owner.ledger.incidents.size > 0, 'the loss is written down');
  // Two records and a marker three times, the last three offsets are gone.
  expect([...owner.ledger.incidents.values()]).toMatchObject([
    { cause: 'truncated', lostFrom: 6, next: 6, total: 1, target: { topic: cut, lastOffset: 7 } },
  ]);

  for (const topic of ['cut', 'whole']) agent.capture({ topic, partition: 0, lane: 'main' }, ids('d', 2));
  await shipAll(owner, agent);
  expect(await keysAt(own, cut, 0)).toEqual([...ids('a', 2), ...ids('b', 2), ...ids('d', 2)]);
  expect(await keysAt(own, whole, 0)).toEqual(['a', 'b', 'c', 'd'].flatMap((name) => ids(name, 2)));
  expect(owner.ledger.incidents.size).toBe(1);
  const { report } = await runVerify({
    kafka: { brokers: [...kafka.brokers] },
    ledgerTopic: hub.topics.ledger,
    deadLetterTopic: hub.topics.deadLetter,
    ...{ edges: [], topics: [], ignoreExpired: false },
  });
  expect(report.findings).toMatchObject([
    { kind: 'missing', ranges: [{ first: 4, last: 5 }] },
    { kind: 'incident', count: 1 },
  ]);
}, 240_000);
