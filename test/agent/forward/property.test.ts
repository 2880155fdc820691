/**
 * Whatever happens to answers (lost, late, malformed, of an old owner, lying about numbers, refusing), nothing leaves the
 * buffer that the hub has not confirmed with an equal tip, and in the end all of it is there once and in order.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REFUSAL_CODES } from '../../../shared/wire/index.ts';
import { TcpProxy } from '../../support/proxy.ts';
import type { Reaction, StandInHub } from './hub.ts';
import { type Agent, newAgent, newHub, numbered, onEnd, until } from './support.ts';

const TOPICS = ['orders', 'sensors'];
/** Refusals that lose nothing. */
const harmless = REFUSAL_CODES.filter((code) => !['rejected', 'corrupt', 'tipUnknown', 'ahead'].includes(code));

const reaction: fc.Arbitrary<Reaction | undefined> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Reaction>({ kind: 'resetBefore' }, { kind: 'resetAfter' }, { kind: 'silence' }),
  },
  fc.constantFrom<Reaction>(
    { kind: 'http', status: 200, headers: { 'content-type': 'text/html' }, body: 'log in' },
    { kind: 'http', status: 503, headers: {}, body: '' },
    { kind: 'http', status: 200, headers: { 'content-type': 'application/x-tributary' }, body: 'x' },
  ),
  {
    weight: 4,
    arbitrary: fc.constantFrom<Reaction>(
      { kind: 'untrue', back: 0, otherTips: true },
      { kind: 'untrue', back: 1, otherTips: false },
      { kind: 'untrue', back: 4, otherTips: false },
    ),
  },
  fc
    .record({ topic: fc.constantFrom(...TOPICS), code: fc.constantFrom(...harmless), retryAfterMs: fc.nat(5) })
    .map(
      ({ topic, code, retryAfterMs }): Reaction => ({ kind: 'refuse', refusals: { [topic]: { code, retryAfterMs } } }),
    ),
);

/** Checks after every settlement that what is gone is what the hub really has. */
function watched(hub: StandInHub, wrong: string[]) {
  return (outbox: Agent['intake']): Agent['intake'] => {
    const settle = outbox.settle.bind(outbox);
    outbox.settle = async (receipts) => {
      const settled = await settle(receipts);
      const delivered = outbox.stats().places.map(({ topic, delivered: count }) => ({ topic, count }));
      for (const { topic, count } of delivered) {
        const taken = hub.values(topic).length;
        if (count > taken) wrong.push(`${topic}: ${count} settled, ${taken} taken`);
      }
      return settled;
    };
    return outbox;
  };
}

describe('whatever happens to answers', () => {
  it('nothing is settled without an equal tip, and all arrives once and in order', async () => {
    const scripts = fc.array(reaction, { minLength: 5, maxLength: 25 });
    const chaos = fc.record({ seed: fc.nat(), meanBytesToReset: fc.constantFrom(2_000, 8_000, 1e9) });
    await fc.assert(
      fc.asyncProperty(scripts, chaos, fc.nat(), async (script, { seed, meanBytesToReset }, jitter) => {
        const hub = await newHub();
        const proxy = await TcpProxy.listen({ targetPort: hub.port, chaos: { seed, meanBytesToReset } });
        onEnd(() => proxy.close());
        hub.creditBytes = 2_500;
        hub.script = (_, index) => script[index];
        const wrong: string[] = [];
        const agent = newAgent({
          url: `http://127.0.0.1:${proxy.port}`,
          seal: { sealRecords: 7 },
          settings: { answerTimeoutMs: 40, markMs: 15 },
          random: () => (jitter % 997) / 997,
          wrap: watched(hub, wrong),
        });
        agent.forwarder.open();
        const values = numbered('v', 60);
        for (let at = 0; at < values.length; at += 12) {
          for (const topic of TOPICS) await agent.capture(topic, values.slice(at, at + 12));
        }
        const through = () => wrong.length > 0 || hub.shipments.length >= script.length || agent.drained();
        await until('the script is through', through);
        proxy.calm();
        await until('the buffer is empty', () => wrong.length > 0 || agent.drained());
        await agent.forwarder.close();
        expect(wrong).toEqual([]);
        for (const topic of TOPICS) {
          expect(hub.values(topic)).toEqual(values);
          expect(agent.intake.stats().places.find((place) => place.topic === topic)).toMatchObject({
            delivered: 60,
            gaps: 0,
          });
        }
        await proxy.close();
        await hub.close();
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });
});
