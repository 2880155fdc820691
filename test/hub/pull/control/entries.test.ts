import { describe, expect, test } from 'vitest';
import { decodeEntry, idHeader, idIn } from '../../../../hub/pull/control/entries.ts';
import {
  type ControlEntry,
  copiesOf,
  flowEntries,
  keyOf,
  keysOfFlow,
  newestCopy,
  ruleOf,
  type Scope,
} from '../../../../hub/pull/control/index.ts';

const FLOW = 'a->b';
const said = { v: 1, atMs: 1, by: null } as const;
const pause = (scope: Scope): [string, ControlEntry] => [keyOf.pause(scope), { ...said, kind: 'pause', scope }];
const topic = (name: string, wanted: boolean, flow = FLOW): [string, ControlEntry] => [
  keyOf.topic(flow, name),
  { ...said, kind: 'topic', flow, topic: name, wanted },
];

describe('what is said of a flow', () => {
  test('pauses add up: the flow, its topics, its partitions', () => {
    const rule = ruleOf(
      new Map([
        pause({ flow: FLOW, topic: 'orders' }),
        pause({ flow: FLOW, topic: 'bills', partition: 3 }),
        pause({ flow: 'b->a' }),
      ]),
      FLOW,
    );
    expect([rule.paused, rule.pausedTopics, rule.pausedPartitions]).toEqual([false, ['orders'], ['bills/3']]);
    expect([rule.isPaused('orders', 9), rule.isPaused('bills', 3), rule.isPaused('bills', 4)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(ruleOf(new Map([pause({ flow: 'b->a' })]), 'b->a').isPaused('any', 0)).toBe(true);
  });

  test('the newest word on a topic holds', () => {
    const rule = ruleOf(new Map([topic('late', true), topic('old', false), topic('late', false, 'b->a')]), FLOW);
    expect([...rule.topics]).toEqual([
      ['late', true],
      ['old', false],
    ]);
  });

  test("copies: who was first in the log, and a number is one topic's only", () => {
    let written = 0;
    const copy = (topicId: string, number: number, more: object = {}): [string, ControlEntry] => {
      written += 1;
      const entry = { ...said, by: null, kind: 'copy', flow: FLOW, topic: 'orders', topicId, number, ...more } as const;
      return [keyOf.copy(String(written), 'orders', FLOW), entry];
    };
    const state = new Map([
      copy('a', 1),
      copy('b', 2),
      copy('b', 3),
      copy('c', 2),
      copy('d', 1, { flow: 'b->a' }),
      copy('e', 2, { before: true }),
    ]);
    const copies = copiesOf(state, FLOW);
    expect([...copies].map(([name, ids]) => [name, [...ids]])).toEqual([
      [
        'orders',
        [
          ['a', 1],
          ['b', 2],
          ['e', 2],
        ],
      ],
    ]);
    expect([newestCopy(copies, 'orders'), newestCopy(copies, 'bills')]).toEqual([2, null]);
    // A flow that is added again goes on with them.
    expect(keysOfFlow(state, FLOW)).toEqual([]);
  });

  test('all of it goes with the flow, and nothing of another one', () => {
    const added: ControlEntry = { ...said, kind: 'flow', flow: FLOW, config: {} };
    const state = new Map([
      [keyOf.flow(FLOW), added],
      pause({ flow: FLOW }),
      topic('late', true),
      pause({ flow: 'b->a' }),
      topic('late', true, 'b->a'),
    ]);
    expect(flowEntries(state)).toEqual([added]);
    expect(keysOfFlow(state, FLOW)).toEqual(['flow/a->b', 'pause/flow/a->b', 'topic/late/a->b']);
  });
});

test('no two scopes have one key, whatever is in an alias', () => {
  const scopes: Scope[] = [
    { flow: 'a->b' },
    { flow: 'a->b/orders' },
    { flow: 'a->b/orders/3' },
    { flow: 'a->b', topic: 'orders' },
    { flow: 'a->b', topic: 'orders', partition: 3 },
    { flow: 'orders/a->b', topic: '3' },
  ];
  expect(new Set(scopes.map(keyOf.pause)).size).toBe(scopes.length);
});

test('entries of a newer version, and what is not an entry, are told apart', () => {
  expect(decodeEntry(Buffer.from(JSON.stringify({ v: 1, kind: 'pause', scope: { flow: FLOW } })))).toMatchObject({
    kind: 'pause',
  });
  for (const value of ['{"v":2,"kind":"pause"}', '{"v":1,"kind":"brew"}', '[1]', 'null', '{'])
    expect(decodeEntry(Buffer.from(value))).toBeNull();
  expect(idIn([[Buffer.from('x'), null], idHeader('one')])).toBe('one');
  expect(idIn([])).toBeNull();
});
