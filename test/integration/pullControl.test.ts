/** The control topic, read again after it could not be read for a while. Seen red: with words that only followers hear. */
import { expect, onTestFinished, test } from 'vitest';
import { type ControlEntry, ControlLog, controlTopicOf, keyOf } from '../../hub/pull/control/index.ts';
import { systemClock } from '../../shared/clock.ts';
import { type Cluster, deleteTopics } from '../../shared/kafka/index.ts';
import { cluster, uniqueTopic } from '../support/kafka.ts';
import { HeardTelemetry } from './pullSupport.ts';

const FLOW = 'a->b';
const said = { v: 1, atMs: 1, by: null } as const;
const word = (topic: string) => ({ ...said, kind: 'word', word: 'accept', scope: { flow: FLOW, topic } }) as const;
const WAIT = { timeout: 15_000, interval: 20 };

/** The run's cluster, with leaders that can't be found while it is away. */
function fickle(): { readonly cluster: Cluster; away: boolean } {
  const real = cluster();
  const state = { away: false };
  const gone = (): Promise<never> => Promise.reject(new Error('no leader'));
  const seen = new Proxy(real, {
    get: (target, name) => {
      if (name === 'leader' && state.away) return gone;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return Object.assign(state, { cluster: seen });
}

function follow(topic: string, over: Cluster): { log: ControlLog; heard: string[]; telemetry: HeardTelemetry } {
  const heard: string[] = [];
  const telemetry = new HeardTelemetry();
  const nameOf = (entry: ControlEntry | null) => (entry?.kind === 'word' ? [`${entry.word} ${entry.scope.topic}`] : []);
  const listener = {
    changed: (entries: readonly (ControlEntry | null)[]) => void heard.push(...entries.flatMap(nameOf)),
  };
  const common = { alias: 'b', make: true, listener, telemetry, clock: systemClock };
  const log = ControlLog.open({ ...common, cluster: over, topic });
  onTestFinished(() => log.close());
  return { log, heard, telemetry };
}

test('a word said while the topic could not be read is done once it can; one of before the start is not', async () => {
  const topic = controlTopicOf(uniqueTopic('words'));
  onTestFinished(() => deleteTopics(cluster(), [topic]).then(() => {}));
  const one = follow(topic, cluster());
  await one.log.ready;
  await one.log.append(keyOf.word({ flow: FLOW, topic: 'before' }), word('before'));
  const broken = fickle();
  const two = follow(topic, broken.cluster);
  await two.log.ready;
  await one.log.append(keyOf.word({ flow: FLOW, topic: 'heard' }), word('heard'));
  await expect.poll(() => two.heard, WAIT).toEqual(['accept heard']);
  broken.away = true;
  await expect.poll(() => two.telemetry.of('pull_control_trouble'), WAIT).toHaveLength(1);
  await one.log.append(keyOf.word({ flow: FLOW, topic: 'missed' }), word('missed'));
  broken.away = false;
  await expect.poll(() => two.heard, WAIT).toEqual(['accept heard', 'accept missed']);
  expect(one.heard).toEqual(['accept before', 'accept heard', 'accept missed']);
});
