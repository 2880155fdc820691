import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { limits, MIB } from '../../../shared/limits.ts';
import { newAgent, newHub, numbered, until } from './support.ts';

const large = (): string => randomBytes(MIB).toString('hex');

describe('a batch that is too large for the link', () => {
  it('goes in parts, and what is behind it in its stream follows it', async () => {
    const hub = await newHub();
    hub.uploadBytes = limits.maxShipmentBytes;
    const agent = newAgent({ url: hub.url });
    const [first, second] = [large(), large()];
    await agent.capture('orders', [first]);
    await agent.capture('orders', [second]);
    await agent.capture('orders', numbered('after', 3));
    agent.forwarder.open();
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual([first, second, ...numbered('after', 3)]);
    expect(hub.parts.length).toBeGreaterThan(1);
    // Nothing ran ahead of the parts.
    expect(agent.lines.filter(({ event }) => event === 'stream_refused')).toEqual([]);
  });

  it('goes on after a cut where the hub has got to, and does not hold up other topics', async () => {
    const hub = await newHub();
    hub.uploadBytes = limits.maxShipmentBytes;
    hub.cutAfterParts = 2;
    const agent = newAgent({ url: hub.url });
    const value = large();
    await agent.capture('orders', [value]);
    await agent.capture('alarms', ['fire']);
    agent.forwarder.open();
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual([value]);
    expect(hub.values('alarms')).toEqual(['fire']);
    // Nothing of it was sent a second time.
    const sent = hub.parts.reduce((sum, bytes) => sum + bytes, 0);
    expect(hub.questions).toBeGreaterThanOrEqual(2);
    expect(sent).toBeLessThan(2 * MIB + 200_000);
  });

  it('goes in one piece to a hub that knows no parts', async () => {
    const hub = await newHub();
    const agent = newAgent({ url: hub.url });
    const value = large();
    await agent.capture('orders', [value]);
    agent.forwarder.open();
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual([value]);
    expect(hub.parts).toEqual([]);
  });
});
