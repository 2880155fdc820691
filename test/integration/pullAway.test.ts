/**
 * A source that is away, or comes back under another address: waited for, said once, while another flow goes on. The target
 * is the second flow's source, too.
 *
 * Seen red: with a line for each broker and partition, and with a cluster that keeps the address that it found first.
 */
import dns from 'node:dns';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type LocalKafka, startKafka } from '../../deploy/dev/kafka/launch.ts';
import { freePorts } from '../../deploy/dev/kafka/ports.ts';
import { TcpProxy } from '../support/proxy.ts';
import { COMMON, ownFolder, PullFlows, Side } from '../support/pullFlows.ts';

const NAME = 'source.tributary.test';
const POLL = { timeout: 60_000, interval: 50 };
const folder = ownFolder('pull-away');
let source: LocalKafka;
let target: LocalKafka;
let from: Side;
let to: Side;
/** The broker's listener for those who come by name, and the port that it tells them. */
let named: { readonly listener: number; readonly told: number };

beforeAll(async () => {
  const [broker = 0, controller = 0, listener = 0, told = 0] = await freePorts(4);
  named = { listener, told };
  const properties = {
    listeners: `PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller},NAMED://127.0.0.1:${listener}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${broker},NAMED://${NAME}:${told}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,NAMED:PLAINTEXT',
  };
  [source, target] = await Promise.all([
    startKafka({ dir: `${folder.path}/source`, ports: { broker, controller }, properties }),
    startKafka({ dir: `${folder.path}/target`, properties: {} }),
  ]);
  [from, to] = [new Side(source.brokers), new Side(target.brokers)];
});
afterAll(async () => {
  from?.close();
  to?.close();
  await Promise.all([source?.kill9(), target?.kill9()]);
  folder.remove();
});

const fileFor = (address: string, topics: readonly string[], beside: string): string => `
clusters = A, B, C
A.bootstrap.servers = ${address}
B.bootstrap.servers = ${target.brokers.join(',')}
C.bootstrap.servers = ${target.brokers.join(',')}
A.consumer.request.timeout.ms = 3000
A->B.enabled = true
A->B.topics = ${topics.join(', ')}
C->B.enabled = true
C->B.topics = ${beside}
${COMMON}`;

test('a source that is away: one line says so and one that it is back; another flow goes on', {
  timeout: 120_000,
}, async () => {
  const [orders, events] = [await from.makeTopic('orders', 3), await from.makeTopic('events', 2)];
  const beside = await to.makeTopic('beside');
  const flows = PullFlows.open(fileFor(source.brokers.join(','), [orders, events], beside));
  for (const [topic, partition] of [
    [orders, 0],
    [orders, 2],
    [events, 1],
  ] as const) {
    await from.append(topic, partition, ['a']);
    await to.holds(`A.${topic}`, partition, ['a']);
  }
  await source.kill9();
  await flows.becomes('A->B', orders, { kind: 'waiting', reason: 'sourceUnreachable', retryAtMs: expect.any(Number) });
  await flows.becomes('A->B', events, { kind: 'waiting', reason: 'sourceUnreachable' });
  await to.append(beside, 0, ['goes on']);
  await to.holds(`C.${beside}`, 0, ['goes on']);
  expect(flows.said('pull_source_back')).toEqual([]);
  await source.restart();
  await from.append(orders, 2, ['b']);
  await to.holds(`A.${orders}`, 2, ['a', 'b']);
  await expect.poll(() => flows.said('pull_source_back'), POLL).toHaveLength(1);
  const facts = { flow: { source: 'A', target: 'B' }, afterMs: expect.any(Number), partitions: 5 };
  expect(flows.said('pull_source_back')).toMatchObject([facts]);
  expect(flows.said('pull_source_away')).toHaveLength(1);
  expect(flows.said('pull_partition_waits')).toEqual([]);
  expect(flows.said('pull_partition_recovered')).toEqual([]);
});

/** What the system's resolver would do after an entry was changed: only this name, and only in this process. */
function resolveTo(address: () => string): void {
  const real = dns.lookup;
  const lookup = (name: string, options: dns.LookupOptions, done: (...answer: unknown[]) => void): void => {
    if (name !== NAME) real(name, options, done as never);
    else if (options.all) done(null, [{ address: address(), family: 4 }]);
    else done(null, address(), 4);
  };
  dns.lookup = lookup as typeof dns.lookup;
  onTestFinished(() => {
    dns.lookup = real;
  });
}

test('a source whose name leads elsewhere: found there once the old address is silent', {
  timeout: 120_000,
}, async () => {
  const at = (host: string) => TcpProxy.listen({ targetPort: named.listener, listen: { host, port: named.told } });
  const [before, after] = [await at('127.0.0.1'), await at('127.0.0.2')];
  onTestFinished(async () => {
    before.flow();
    await Promise.all([before.close(), after.close()]);
  });
  let address = '127.0.0.1';
  resolveTo(() => address);
  const topic = await from.makeTopic('moved', 2);
  const beside = await to.makeTopic('beside');
  const flows = PullFlows.open(fileFor(`${NAME}:${named.told}`, [topic], beside));
  await from.append(topic, 1, ['a']);
  await to.holds(`A.${topic}`, 1, ['a']);
  expect([before.connections > 0, after.connections]).toEqual([true, 0]);
  // As when a machine is gone: nothing is reset, nothing answers.
  before.stall();
  address = '127.0.0.2';
  await from.append(topic, 1, ['b']);
  await to.append(beside, 0, ['goes on']);
  await to.holds(`C.${beside}`, 0, ['goes on']);
  await to.holds(`A.${topic}`, 1, ['a', 'b']);
  await expect.poll(() => flows.said('pull_source_back'), POLL).toHaveLength(1);
  expect(flows.said('pull_source_back')).toMatchObject([{ afterMs: expect.any(Number), partitions: 2 }]);
  expect(flows.said('pull_source_away')).toHaveLength(1);
  expect(flows.said('pull_partition_waits')).toEqual([]);
});
