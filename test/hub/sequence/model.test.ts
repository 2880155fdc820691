/**
 * Random histories of one edge: lost answers, aborted transactions, restarts, copies of the buffer, old images put back,
 * memory copies that go on in the same epoch, rows given up with and without their tips. A reference that knows every record judges.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { edgeView } from '../../../hub/sequence/index.ts';
import type { EdgeId, Epoch, Place } from '../../../shared/identity.ts';
import { placeKey } from '../../../shared/identity.ts';
import { limits } from '../../../shared/limits.ts';
import { ModelAgent } from './modelAgent.ts';
import { ModelHub } from './modelHub.ts';

const EDGE = 'store-1' as EdgeId;
const PLACES: Place[] = [
  { topic: 'orders', partition: 0, lane: 'main' },
  { topic: 'orders', partition: 1, lane: 'main' },
];

type Op =
  | { readonly op: 'capture'; readonly who: number; readonly place: number; readonly rows: number }
  | { readonly op: 'ship'; readonly who: number; readonly from: number; readonly count: number; readonly fate: Fate }
  /** So many runs without a link, each with a record. */
  | { readonly op: 'runs'; readonly who: number; readonly place: number; readonly count: number }
  | { readonly op: 'burst'; readonly who: number; readonly size: number; readonly fate: Fate }
  | {
      readonly op: 'session' | 'restart' | 'copyMemory' | 'copyDisk' | 'evict' | 'giveUp' | 'save' | 'restore';
      readonly who: number;
    };
/** `kept`: committed and heard; `unheard`: committed, the answer is lost; `aborted`: nothing of it happened. */
type Fate = 'kept' | 'unheard' | 'aborted';

const who = fc.nat(3);
const fate = fc.constantFrom<Fate>('kept', 'kept', 'unheard', 'aborted');
const ops: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      op: fc.constant('capture' as const),
      who,
      place: fc.nat(1),
      rows: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      op: fc.constant('ship' as const),
      who,
      from: fc.nat(6),
      count: fc.integer({ min: 1, max: 9 }),
      fate,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('runs' as const),
      who,
      place: fc.nat(1),
      count: fc.integer({ min: 2, max: 40 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constant('burst' as const), who, size: fc.integer({ min: 1, max: 5 }), fate }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      op: fc.constantFrom(
        'session',
        'session',
        'restart',
        'copyMemory',
        'copyDisk',
        'evict',
        'giveUp',
        'save',
        'restore' as const,
      ),
      who,
    }),
  },
);

/** What was answered of one stream. */
interface Told {
  readonly epoch: Epoch;
  readonly code: string | null;
}

class World {
  readonly hub = new ModelHub();
  readonly agents: ModelAgent[] = [new ModelAgent(EDGE)];
  readonly #retired: ModelAgent[] = [];
  #image: ModelAgent | null = null;
  #records = 0;
  /** What the agents held when the operator let something in: where copies had forgotten epochs in common it comes twice. */
  readonly #accepted = new Set<string>();

  constructor() {
    this.hub.onAccept = () => {
      for (const { rows } of this.agents) for (const { ids } of rows) for (const id of ids) this.#accepted.add(id);
    };
  }

  run(op: Op): void {
    const agent = this.agents[op.who % this.agents.length]!;
    switch (op.op) {
      case 'capture':
        for (let row = 0; row < op.rows; row += 1) agent.capture(PLACES[op.place]!, this.#fresh(1 + (row % 3)));
        break;
      case 'ship':
        this.#ship(agent, [agent.ship(op.from % Math.max(agent.rows.length, 1), op.count)], op.fate);
        break;
      case 'runs':
        for (let run = 0; run < op.count; run += 1) {
          agent.restart();
          agent.capture(PLACES[op.place]!, this.#fresh(1));
        }
        break;
      case 'burst':
        this.#ship(
          agent,
          [0, 1, 2, 3].map((at) => agent.ship(at * op.size, op.size)),
          op.fate,
        );
        break;
      case 'session':
        this.hub.session(agent);
        break;
      case 'restart':
        agent.restart();
        break;
      case 'copyMemory':
        if (this.agents.length < 4) this.agents.push(agent.copy());
        break;
      case 'copyDisk': {
        if (this.agents.length >= 4) break;
        const copy = agent.copy();
        copy.restart();
        this.agents.push(copy);
        break;
      }
      case 'evict':
        agent.evict(0);
        break;
      case 'giveUp':
        agent.giveUp(this.#records % Math.max(agent.rows.length, 1));
        break;
      case 'save':
        this.#image = agent.copy();
        break;
      case 'restore': {
        if (!this.#image) break;
        const old = this.#image.copy();
        old.restart();
        this.#retired.push(agent);
        this.agents[this.agents.indexOf(agent)] = old;
        break;
      }
    }
  }

  #fresh(count: number): string[] {
    return Array.from({ length: count }, () => {
      this.#records += 1;
      return `r${this.#records}`;
    });
  }

  #ship(agent: ModelAgent, shipments: ReturnType<ModelAgent['ship']>[], kept: Fate): Told[] {
    const filled = shipments.filter((shipment) => shipment.parcels.length > 0);
    if (filled.length === 0) this.hub.session(agent);
    const answers = this.hub.take(filled, kept !== 'aborted');
    if (!answers || kept === 'unheard') return [];
    const told: Told[] = [];
    for (const [index, shipment] of filled.entries()) {
      for (const [at, stream] of shipment.streams.entries()) {
        const code = agent.settle(stream, answers[index]!.answers[at]!);
        told.push({ epoch: stream.epoch, code });
        if (code === 'EPOCH_UNKNOWN') this.hub.session(agent);
      }
    }
    return told;
  }

  /** Everything works again and the operator lets in whoever waits: all must drain. */
  drain(): void {
    for (const agent of this.agents) {
      for (let round = 0; agent.rows.length > 0 && !agent.halted && round < 200; round += 1) {
        this.hub.acceptHeld(agent);
        const held = this.#ship(agent, [agent.ship(0, 7)], 'kept').find(({ code }) => code === 'EPOCH_HELD');
        if (held) this.hub.accept(agent, held.epoch);
        for (let from = 7; from < agent.rows.length; from += 7) this.#ship(agent, [agent.ship(from, 7)], 'kept');
      }
    }
  }

  /** Two machines had it, and one of them sealed it again: then it may be there twice. */
  #isShared(id: string): boolean {
    const owners = [...this.agents, ...this.#retired].filter((agent) =>
      [...agent.captured.values()].some((ids) => ids.includes(id)),
    );
    return owners.length > 1;
  }

  /** What holds at every moment. */
  check(): void {
    const committed = new Set([...this.hub.log.values()].flat());
    const gapped = new Set([...this.agents, ...this.#retired].flatMap((agent) => [...agent.gapped]));
    for (const agent of [...this.agents, ...this.#retired]) {
      for (const id of agent.delivered)
        expect(committed.has(id) || gapped.has(id), `${id} was deleted, never taken`).toBe(true);
    }
    for (const stream of this.hub.state.streams.values()) {
      const { records, deadLettered, gapped: missing } = stream.counts;
      expect(records + deadLettered + missing).toBe(stream.next);
      expect(stream.ring.length).toBeLessThanOrEqual(limits.tipRing);
    }
    for (const entry of this.hub.state.edges.values()) {
      expect(entry.epochs.length).toBeLessThanOrEqual(limits.epochsPerEdge);
      expect(entry.forks.length).toBeLessThanOrEqual(limits.forksPerEdge);
    }
    expect(this.hub.reread()).toEqual(this.hub.state);
  }

  checkDrained(): void {
    const uncertain = new Set([...this.agents, ...this.#retired].flatMap((agent) => [...agent.maybeDuplicate]));
    const gapped = new Set([...this.agents, ...this.#retired].flatMap((agent) => [...agent.gapped]));
    const resealed = new Set([...this.agents, ...this.#retired].flatMap((agent) => [...agent.resealed]));
    const drained = this.agents.filter((agent) => !agent.halted);
    for (const agent of drained) expect(agent.rows.length, 'rows that never drain').toBe(0);
    for (const place of PLACES) {
      const log = this.hub.log.get(`${EDGE}/${placeKey(place)}`) ?? [];
      const at = new Map<string, number>();
      const twice = (id: string): boolean => resealed.has(id) || this.#accepted.has(id);
      const mayRepeat = (id: string): boolean => uncertain.has(id) || (this.#isShared(id) && twice(id));
      for (const [index, id] of log.entries()) {
        if (at.has(id)) expect(mayRepeat(id), `${id} is there twice and nobody said so`).toBe(true);
        else at.set(id, index);
      }
      for (const agent of drained) {
        const own = (agent.captured.get(placeKey(place)) ?? []).filter((id) => !gapped.has(id));
        const positions = own.map((id) => at.get(id) ?? -1);
        expect(positions.includes(-1), 'a record is missing').toBe(false);
        expect(positions, 'order within a place').toEqual([...positions].sort((a, b) => a - b));
      }
    }
  }
}

/** Histories that once broke it. */
const examples: [Op[]][] = [
  [
    // Two copies: one of them pushes the other's unheard streams out of the place's list.
    [
      { op: 'copyMemory', who: 0 },
      { op: 'runs', who: 1, place: 1, count: 2 },
      { op: 'ship', who: 1, from: 0, count: 1, fate: 'kept' },
      { op: 'ship', who: 1, from: 0, count: 2, fate: 'unheard' },
      { op: 'runs', who: 0, place: 1, count: 17 },
      { op: 'ship', who: 0, from: 0, count: 1, fate: 'kept' },
      { op: 'ship', who: 0, from: 0, count: 1, fate: 'kept' },
      { op: 'ship', who: 0, from: 0, count: 1, fate: 'kept' },
      { op: 'session', who: 0 },
      { op: 'ship', who: 0, from: 0, count: 1, fate: 'kept' },
    ],
  ],
  [
    // Two copies of more epochs than are registered: what one has sent comes from the other when its epoch is forgotten.
    [
      { op: 'runs', who: 0, place: 0, count: 32 },
      { op: 'runs', who: 0, place: 1, count: 18 },
      { op: 'copyMemory', who: 0 },
      { op: 'ship', who: 1, from: 0, count: 1, fate: 'kept' },
      { op: 'evict', who: 1 },
      { op: 'burst', who: 1, size: 4, fate: 'kept' },
      { op: 'burst', who: 3, size: 1, fate: 'kept' },
      { op: 'ship', who: 0, from: 0, count: 1, fate: 'kept' },
    ],
  ],
];

test('whatever happens to an edge, nothing is lost, nothing foreign is acknowledged, order is kept', () => {
  fc.assert(
    fc.property(fc.array(ops, { minLength: 5, maxLength: 70 }), (script) => {
      const world = new World();
      for (const op of script) {
        world.run(op);
        world.check();
      }
      world.drain();
      world.check();
      world.checkDrained();
    }),
    { examples, numRuns: 250, interruptAfterTimeLimit: 30_000 },
  );
});

test('two machines with the same memory: the second is not taken for a repeat, and the fork is shown', () => {
  const world = new World();
  const [first] = world.agents as [ModelAgent];
  first.capture(PLACES[0]!, ['a1', 'a2']);
  world.run({ op: 'copyMemory', who: 0 });
  const second = world.agents[1]!;
  first.capture(PLACES[0]!, ['b1', 'b2']);
  second.capture(PLACES[0]!, ['c1', 'c2']);
  world.drain();
  world.check();
  world.checkDrained();
  expect(second.forks).toBe(1);
  const log = world.hub.log.get(`${EDGE}/${placeKey(PLACES[0]!)}`) ?? [];
  expect(log).toEqual(['a1', 'a2', 'b1', 'b2', 'c1', 'c2']);
  expect(edgeView(world.hub.state, EDGE)!.forks.map((fork) => fork.cause)).toContain('chain');
});
