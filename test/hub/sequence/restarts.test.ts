/**
 * One machine, no copies: started again and again without a link, then sending, with places that the hub can't take for a
 * while and answers that are lost. It must drain by itself: nothing held, no fork, nothing twice, everything in order.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EdgeId, type Place, placeKey } from '../../../shared/identity.ts';
import { limits } from '../../../shared/limits.ts';
import { ModelAgent } from './modelAgent.ts';
import { ModelHub } from './modelHub.ts';

const EDGE = 'store-1' as EdgeId;
const PLACES: Place[] = [0, 1, 2, 3].map((partition) => ({ topic: 'orders', partition, lane: 'main' }));

class Machine {
  readonly hub = new ModelHub();
  readonly agent = new ModelAgent(EDGE);
  sessions = 0;
  #records = 0;

  /** So many starts, each with a record of this place. */
  runs(place: Place, count: number): void {
    for (let run = 0; run < count; run += 1) {
      this.agent.restart();
      this.#records += 1;
      this.agent.capture(place, [`r${this.#records}`]);
    }
  }

  /** Sends what is next, as the agent does: in order, passing over places that wait. False: there is nothing. */
  send(rows: number, heard: boolean, commits: boolean): boolean {
    const at = this.agent.rows.findIndex(({ stream }) => !this.agent.waits.has(placeKey(stream)));
    const row = this.agent.rows[at];
    if (!row) return false;
    if (!this.agent.hasNamed(row.stream.epoch)) this.#hello(row.stream.epoch);
    const shipment = this.agent.ship(at, rows);
    const taken = this.hub.take([shipment], commits);
    if (!taken || !heard) return true;
    for (const [index, stream] of shipment.streams.entries()) {
      const code = this.agent.settle(stream, taken[0]!.answers[index]!);
      expect(['PARKED', 'PREDECESSOR_NOT_DRAINED', null]).toContain(code);
      if (code !== null) this.agent.waits.add(placeKey(stream));
    }
    return true;
  }

  #hello(needed: ModelAgent['rows'][number]['stream']['epoch']): void {
    this.sessions += 1;
    const decisions = this.hub.session(this.agent, needed);
    expect(decisions.length).toBeLessThanOrEqual(limits.epochsNamed);
    expect(decisions.find(({ state }) => state !== 'open')).toBeUndefined();
    expect(this.agent.hasNamed(needed)).toBe(true);
    expect(this.hub.state.edges.get(EDGE)!.epochs.length).toBeLessThanOrEqual(limits.epochsPerEdge);
  }

  drain(): void {
    this.hub.parked.clear();
    this.agent.waits.clear();
    while (this.send(9, true, true));
  }

  check(): void {
    expect(this.agent.rows).toEqual([]);
    expect(this.agent.forks).toBe(0);
    expect(this.agent.maybeDuplicate.size).toBe(0);
    expect(this.hub.facts.filter(({ kind }) => kind === 'fork' || kind === 'epochHeld')).toEqual([]);
    for (const place of PLACES) {
      const log = this.hub.log.get(`${EDGE}/${placeKey(place)}`) ?? [];
      expect(log).toEqual(this.agent.captured.get(placeKey(place)) ?? []);
    }
    expect(this.hub.reread()).toEqual(this.hub.state);
  }
}

const place = fc.constantFrom(...PLACES);
type Step = (machine: Machine) => void;
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ place, count: fc.integer({ min: 1, max: 40 }) }).map(({ place, count }): Step => {
    return (machine) => machine.runs(place, count);
  }),
  fc
    .record({ rows: fc.integer({ min: 1, max: 20 }), heard: fc.boolean(), commits: fc.boolean() })
    .map((facts): Step => {
      return (machine) => machine.send(facts.rows, facts.heard, facts.commits);
    }),
  place.map(
    (at): Step =>
      (machine) =>
        machine.hub.parked.add(placeKey(at)),
  ),
  place.map(
    (at): Step =>
      (machine) =>
        machine.hub.parked.delete(placeKey(at)),
  ),
  fc.constant<Step>((machine) => machine.agent.waits.clear()),
  fc.constant<Step>((machine) => {
    for (let shipments = 0; shipments < 50 && machine.send(9, true, true); shipments += 1);
  }),
);

test('however often it was started without a link, a machine drains by itself', () => {
  fc.assert(
    fc.property(fc.array(steps, { minLength: 5, maxLength: 40 }), (script) => {
      const machine = new Machine();
      for (const step of script) step(machine);
      machine.drain();
      machine.check();
    }),
    { numRuns: 150, interruptAfterTimeLimit: 30_000 },
  );
});

test('1,000 starts without a link, and a place in all of them that the hub can not take: the others go on', () => {
  const machine = new Machine();
  const [parked, other, late] = [PLACES[0]!, PLACES[1]!, PLACES[2]!];
  for (let run = 0; run < 500; run += 1) {
    machine.runs(parked, 1);
    machine.runs(other, 1);
  }
  machine.runs(late, 1);
  machine.hub.parked.add(placeKey(parked));
  while (machine.send(20, true, true));
  expect(machine.agent.rows.map(({ stream }) => stream.partition)).toEqual(Array.from({ length: 500 }, () => 0));
  machine.drain();
  machine.check();
  expect(machine.sessions).toBeLessThan(1_000 / 10);
});
