/** The sources' question to the hub, and its answer, in the session. */
import { expect, test } from 'vitest';
import { Session } from '../../../agent/forward/session.ts';
import { jointPositions } from '../../../agent/source/positions.ts';
import type { SourcePositions } from '../../../agent/stages.ts';
import { systemClock } from '../../../shared/clock.ts';
import type { EdgeId } from '../../../shared/identity.ts';
import { type Hello, logNumber, PROTOCOL, type Welcome } from '../../../shared/wire/index.ts';
import { Recorder } from '../source/recorder.ts';

const HUB = { clusterId: 'c', ledgerTopicId: 'l', shards: 2 };
const at = (topic: string, nextOffset: number) => {
  return { kind: 'kafka', clusterId: 'local', topic, topicId: `id of ${topic}`, partition: 0, nextOffset };
};
type Positions = NonNullable<ReturnType<SourcePositions['reached']>>;

/** A source that asks until it was told. */
class Asking implements SourcePositions {
  readonly #reached: Positions;
  heard: Positions | null = null;

  constructor(reached: Positions) {
    this.#reached = reached;
  }
  reached(): Positions | null {
    return this.heard === null ? this.#reached : null;
  }
  told(positions: Positions): void {
    this.heard = positions;
  }
}

function sessionWith(positions: SourcePositions, answers: (() => Partial<Welcome>)[]) {
  const hellos: Hello[] = [];
  const notes = new Map<string, string>();
  const welcome = { versions: PROTOCOL, hub: HUB, term: 1, epochs: [], positions: [] };
  const bounds = { creditBytes: 1, maxShipmentBytes: 1, wallMs: 0 };
  const hello = async (said: Hello): Promise<Welcome> => {
    hellos.push(said);
    return { ...welcome, ...bounds, ...answers[hellos.length - 1]?.() } as Welcome;
  };
  const meta = {
    get: (key: string) => notes.get(key) ?? null,
    set: (key: string, value: string) => notes.set(key, value),
  };
  const session = new Session({
    ...{
      edge: 'store-1' as EdgeId,
      agentVersion: 'test',
      bootId: 'boot',
      outbox: { lineage: () => [], letIn: () => undefined, meta },
    },
    ...{ lane: { hello }, positions, telemetry: new Recorder(), clock: systemClock },
  });
  return { session, hellos };
}

test('the first session that succeeds asks for all sources and tells each; later ones ask nothing', async () => {
  const [one, two] = [new Asking([at('orders', 7), at('events', 0)]), new Asking([])];
  const told = [at('orders', 9)] as Welcome['positions'];
  const { session, hellos } = sessionWith(jointPositions([one, two]), [
    () => {
      throw new Error('no contact');
    },
    () => ({ positions: told }),
  ]);
  await expect(session.hello()).rejects.toThrow('no contact');
  expect(one.heard).toBeNull();
  await session.hello();
  expect([one.heard, two.heard]).toEqual([told, told]);
  await session.hello();
  const asked = [
    { log: logNumber(at('orders', 0)), nextOffset: 7 },
    { log: logNumber(at('events', 0)), nextOffset: 0 },
  ];
  expect(hellos.map(({ reached }) => reached)).toEqual([asked, asked, undefined]);
});

test('another hub has no say in where the sources are', async () => {
  const source = new Asking([]);
  const other = { hub: { ...HUB, clusterId: 'other' }, positions: [at('orders', 9)] as Welcome['positions'] };
  const { session } = sessionWith(source, [() => ({ term: 1 }), () => other]);
  await session.hello();
  source.heard = null;
  await expect(session.hello()).rejects.toThrow();
  expect(source.heard).toBeNull();
});

test('without sources that go on from positions nothing is asked', async () => {
  const { session, hellos } = sessionWith(jointPositions([]), []);
  await session.hello();
  expect(hellos[0]).not.toHaveProperty('reached');
});
