/** `tributary verify` where its reading is hard: topics that edges share, and a hub that goes on writing. */
import { expect, test } from 'vitest';
import { Rig } from '../support/rig.ts';
import { valuesOf } from '../support/rigAgent.ts';
import { SOUND } from '../support/rigTruth.ts';

test('topics that edges share, with several source partitions in each of theirs', async () => {
  const rig = Rig.open({ route: '{prefix}.all.{topic}' });
  const hub = await rig.hub({ partitions: 2 });
  for (const edge of ['one', 'two']) {
    const agent = await rig.agent(edge, { edge, hubUrl: hub.url, partitions: 5 });
    await agent.start();
    for (let round = 0; round < 3; round += 1) {
      for (let partition = 0; partition < 5; partition += 1) {
        const client = `${edge}-${partition}`;
        // Streams of different lengths: what one still waits for another has behind it.
        await agent.post('orders', client, valuesOf(client, 2 + partition, round * (2 + partition)), partition);
      }
    }
    await agent.drained();
    await agent.stop();
  }
  expect(await rig.truth.judge()).toEqual(SOUND);
  const all = await hub.verify();
  expect(all.report).toMatchObject({ verdict: 'proven', findings: [], recordsRead: 2 * 60 });
  expect(all.report.streams).toHaveLength(10);
  const one = await hub.verify({ edges: ['one'] });
  expect(one.report).toMatchObject({ verdict: 'proven', findings: [] });
  expect(one.report.streams.map(({ stream }) => stream.split('/')[0])).toEqual(Array(5).fill('one'));
});

test('while a hub writes, and streams, partitions and topics appear', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const agent = await rig.agent('agent', { edge: 'store', hubUrl: hub.url, partitions: 20 });
  await agent.start();
  let writing = true;
  const writer = async (): Promise<void> => {
    for (let n = 0; writing; n += 1) {
      const partition = Math.floor(n / 5) % 20;
      await agent.post('orders', `orders-${partition}`, valuesOf(`orders-${n}`, 20), partition);
      await agent.post(`new-${Math.floor(n / 30)}`, 'new', valuesOf(`new-${n}`, 5));
    }
  };
  const wrote = writer();
  try {
    await agent.until('something is delivered', ({ delivered }) => delivered > 0);
    for (let round = 0; round < 4; round += 1) {
      const { verdict, report } = await hub.verify();
      expect([verdict, report.findings]).toEqual(['proven', []]);
    }
  } finally {
    writing = false;
    await wrote;
  }
  await agent.drained();
  expect((await hub.verify()).verdict).toBe('proven');
});
