import { expect, test } from 'vitest';
import { type ControlEntry, keyOf, type ProcessEntry } from '../../../../hub/pull/control/index.ts';
import {
  FORGOTTEN_MS,
  forgottenOf,
  lacksOf,
  Neighbours,
  SILENT_MS,
  strangersOf,
} from '../../../../hub/pull/run/neighbours.ts';

const entry = (name: string, knows: readonly string[] | undefined, more: Partial<ProcessEntry> = {}): ProcessEntry => ({
  ...{
    v: 1,
    kind: 'process',
    name,
    target: 't',
    url: null,
    startedAtMs: 1,
    atMs: 1,
    applied: 0,
    shards: [],
    flows: {},
  },
  ...(knows ? { knows, joined: true } : {}),
  ...more,
});
const stateOf = (...entries: ProcessEntry[]) =>
  new Map<string, ControlEntry>(entries.map((one) => [keyOf.process(one.name, one.target), one]));

function heard(entries: ProcessEntry[], live = true, nowMs = 0) {
  const neighbours = new Neighbours({ name: 'me', startedAtMs: 1 });
  neighbours.heard(entries, { live, nowMs, state: stateOf(...entries) });
  return neighbours;
}
const own = new Set(['a->t']);

test('those that were there first and share no flow are strangers', () => {
  const neighbours = heard([entry('first', ['b->t']), entry('kin', ['a->t', 'b->t']), entry('me', ['a->t'])]);
  expect(strangersOf(own, neighbours.ownOrder, neighbours.alive(0)).map(({ name }) => name)).toEqual(['first']);
  expect(strangersOf(new Set(), neighbours.ownOrder, neighbours.alive(0))).toEqual([]);
  // Of two that start at once only the later one gives way.
  const late = heard([entry('me', ['a->t']), entry('late', ['b->t'])]);
  expect(strangersOf(own, late.ownOrder, late.alive(0))).toEqual([]);
});

test('who says nothing of files, or copies nothing, is no stranger', () => {
  const neighbours = heard([entry('old', undefined), entry('beats', []), entry('me', ['a->t'])]);
  expect(strangersOf(own, neighbours.ownOrder, neighbours.alive(0))).toEqual([]);
});

test('another one of the same name is somebody else; one of another alias in the same cluster too', () => {
  const namesake = heard([entry('me', ['b->t'], { startedAtMs: 2 }), entry('me', ['a->t'])]);
  expect(strangersOf(own, namesake.ownOrder, namesake.alive(0))).toMatchObject([{ name: 'me' }]);
  const alias = heard([entry('x', ['b->u'], { target: 'u' }), entry('me', ['a->t'])]);
  expect(strangersOf(own, alias.ownOrder, alias.alive(0))).toMatchObject([{ name: 'x' }]);
});

test('what was read at the start is not confirmed; silence and a tombstone end it', () => {
  const neighbours = heard([entry('x', ['b->t'])], false);
  expect(neighbours.alive(SILENT_MS - 1)).toMatchObject([{ confirmed: false }]);
  expect(neighbours.alive(SILENT_MS)).toEqual([]);
  neighbours.heard([entry('x', ['b->t'])], { live: true, nowMs: 5, state: stateOf(entry('x', ['b->t'])) });
  expect(neighbours.alive(SILENT_MS)).toMatchObject([{ confirmed: true, order: 0 }]);
  neighbours.heard([null], { live: true, nowMs: 6, state: new Map() });
  expect(neighbours.alive(7)).toEqual([]);
});

test('flows of files that one has and another lacks; added ones are known to all', () => {
  const self = { name: 'me', knows: own, copies: new Set(['a->t', 'added->t']) };
  const others = (...entries: ProcessEntry[]) => heard(entries).alive(0);
  expect(lacksOf(self, others(entry('kin', ['a->t'])))).toEqual([]);
  expect(lacksOf(self, others(entry('more', ['a->t', 'b->t'])))).toEqual([{ flow: 'b->t', process: 'me' }]);
  expect(lacksOf(self, others(entry('other', ['added->t'])))).toEqual([{ flow: 'a->t', process: 'other' }]);
  expect(lacksOf(self, others(entry('idle', [])))).toEqual([]);
  expect(lacksOf(self, others(entry('adder', [], { shards: [3] })))).toEqual([{ flow: 'a->t', process: 'adder' }]);
  expect(lacksOf(self, others(entry('judged', ['b->t'], { joined: false })))).toEqual([]);
});

test('what a process said of itself is taken away once nothing was heard of it for a day', () => {
  const entries = [entry('gone', []), entry('late', []), entry('me', []), entry('unheard', [])];
  const heardMs = new Map([
    ['t gone', 5],
    ['t late', 6],
    ['t me', 0],
  ]);
  const found = forgottenOf(entries, heardMs, { self: 'me', nowMs: FORGOTTEN_MS + 5 });
  expect(found.map(({ name }) => name)).toEqual(['gone']);
});
