/** Pull processes that die by kill -9 at any moment. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { IdempotentProducer } from '../../shared/kafka/index.ts';
import { brokers, cluster, endOffsets } from '../support/kafka.ts';
import { batchOf, copied, PullRig, specsOf } from '../support/pullRig.ts';

const CHILD = fileURLToPath(new URL('../support/pullChild.ts', import.meta.url));
const KILLS = 6;

test('MirrorConnectorsIntegrationExactlyOnceTest: kill -9 under load: nothing lost, nothing twice, in order', {
  timeout: 180_000,
}, async () => {
  const rig = PullRig.open();
  const topic = await rig.topic('pull-killed', { partitions: 4 });
  const producer = new IdempotentProducer(cluster(), 'pull test');
  let sent = 0;
  let on = true;
  const load = (async () => {
    while (on) {
      const number = sent++;
      const batches = [0, 1, 2, 3].map((partition) => ({
        ...batchOf(
          topic,
          [0, 1, 2].map((i) => ({ value: Buffer.from(`${number}.${i}`) })),
          'lz4',
        ),
        partition,
      }));
      await producer.send(batches);
      await sleep(1);
    }
  })();
  const partitions = await specsOf([topic]);
  for (let kill = 0; kill < KILLS; kill += 1) {
    // The same instance: a restart, which gets its shards back at once.
    const work = JSON.stringify({ brokers: brokers(), ledger: rig.ledger, instance: 'pull-killed', partitions });
    const child = fork(CHILD, [work], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const exited = once(child, 'exit');
    await once(child, 'message');
    await sleep(Math.random() * 400);
    child.kill('SIGKILL');
    await exited;
  }
  on = false;
  await load;
  const last = await rig.start({ topics: [topic], shards: { instance: 'pull-killed' } });
  const { source, target } = await copied(last, topic, await endOffsets(topic, 'read_uncommitted'));
  expect(source).toHaveLength(sent * 12);
  expect(target).toEqual(source);
});
