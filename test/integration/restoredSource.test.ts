/** An old buffer is put back on a gateway that reads a local Kafka: the hub knows how far the source was read. */
import { expect, test } from 'vitest';
import { createTopics, deleteTopics } from '../../shared/kafka/index.ts';
import { cluster, createTopic, produce } from '../support/kafka.ts';
import { copyBuffer, Rig } from '../support/rig.ts';
import { type RigAgent, valuesOf } from '../support/rigAgent.ts';
import { SOUND } from '../support/rigTruth.ts';
import { eventually } from '../support/rigWait.ts';

const EDGE = 'gateway';

/** What a client puts into both partitions of a local topic. */
async function produceLocally(rig: Rig, topic: string, name: string, count: number): Promise<void> {
  for (const partition of [0, 1]) {
    const values = valuesOf(`${name}-${partition}`, count);
    rig.truth.accepted(EDGE, topic, `local-${partition}`, values);
    await produce(
      topic,
      values.map((value) => ({ partition, key: 'k', value })),
    );
  }
}

const captured = (agent: RigAgent, records: number) =>
  agent.until(`${records} records are captured and delivered`, (s) => s.captured === records && s.buffered === 0);

async function putBack(agent: RigAgent, old: string): Promise<void> {
  await agent.stop();
  copyBuffer(old, agent.path);
}

test('what was delivered since the copy is neither lost nor delivered again', async () => {
  const rig = Rig.open();
  const topic = await createTopic(`${rig.prefix}-orders`, { partitions: 2 });
  const hub = await rig.hub();
  const agent = await rig.agent('agent', { edge: EDGE, hubUrl: hub.url, kafkaTopics: [topic] });
  const old = `${agent.path}.old`;
  await agent.start();
  await produceLocally(rig, topic, 'a', 30);
  await captured(agent, 60);
  copyBuffer(agent.path, old);
  await produceLocally(rig, topic, 'b', 30);
  await captured(agent, 120);

  // Twice: within the epoch of the copy, and with epochs in between.
  for (const name of ['c', 'd']) {
    await putBack(agent, old);
    await produceLocally(rig, topic, name, 10);
    await agent.start();
    await captured(agent, 80);
  }

  expect(await rig.truth.judge()).toEqual(SOUND);
  expect(await agent.status()).toMatchObject({ maybeDuplicate: 0, gaps: 0 });
  expect((await hub.edge(EDGE)).delivered).toBe(120 + 40);
});

test('a topic made again since the copy is read from its beginning; put back once more, only what is new is', async () => {
  const rig = Rig.open();
  const topic = await createTopic(`${rig.prefix}-orders`, { partitions: 2 });
  const hub = await rig.hub();
  const agent = await rig.agent('agent', { edge: EDGE, hubUrl: hub.url, kafkaTopics: [topic] });
  const old = `${agent.path}.old`;
  await agent.start();
  await produceLocally(rig, topic, 'a', 10);
  await captured(agent, 20);
  copyBuffer(agent.path, old);
  await produceLocally(rig, topic, 'b', 10);
  await captured(agent, 40);

  await putBack(agent, old);
  await deleteTopics(cluster(), [topic]);
  await eventually('the topic is made again', async () => {
    const options = { name: topic, partitions: 2, replicationFactor: 1, configs: {} };
    const [made] = await createTopics(cluster(), [options]);
    return made?.errorCode === 0 ? made : null;
  });
  await produceLocally(rig, topic, 'c', 30);
  await agent.start();
  await captured(agent, 80);

  await putBack(agent, old);
  await produceLocally(rig, topic, 'd', 5);
  await agent.start();
  await captured(agent, 30);

  expect(await rig.truth.judge()).toEqual(SOUND);
  expect(await agent.status()).toMatchObject({ maybeDuplicate: 0, gaps: 0 });
});
