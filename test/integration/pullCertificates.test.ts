/**
 * Certificates of a pull's source that expire and are renewed, the client's and the broker's: waited for, said once, and
 * taken from the files as they are at the next connection, without a restart. Another flow goes on.
 *
 * Seen red: with files that are read once, at the start.
 */
import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalKafka, startKafka } from '../../deploy/dev/kafka/launch.ts';
import { freePorts } from '../../deploy/dev/kafka/ports.ts';
import { Authority, type ServerFiles } from '../support/certificates.ts';
import { TcpProxy } from '../support/proxy.ts';
import { COMMON, ownFolder, PullFlows, Side } from '../support/pullFlows.ts';

const EXPIRED_DAYS = -1;
const POLL = { timeout: 60_000, interval: 50 };
const folder = ownFolder('pull-certificates');
const at = (name: string): string => join(folder.path, name);
let authority: Authority;
let source: LocalKafka;
let target: LocalKafka;
let link: TcpProxy;
let from: Side;
let to: Side;

/** Key and certificate in one file, put there at once. */
function install(name: string, { cert, key }: ServerFiles): void {
  writeFileSync(at('part'), readFileSync(key, 'utf8') + readFileSync(cert, 'utf8'));
  renameSync(at('part'), at(name));
}

beforeAll(async () => {
  authority = new Authority(folder.path);
  copyFileSync(authority.ca, at('trust.pem'));
  install('broker.pem', authority.server('broker-1'));
  install('client.pem', authority.server('client-1'));
  const [broker = 0, controller = 0, secure = 0] = await freePorts(3);
  link = await TcpProxy.listen({ targetPort: secure });
  const properties = {
    listeners: `PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller},SECURE://127.0.0.1:${secure}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${broker},SECURE://127.0.0.1:${link.port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SSL',
    'listener.name.secure.ssl.client.auth': 'required',
    'listener.name.secure.ssl.keystore.type': 'PEM',
    'listener.name.secure.ssl.keystore.location': at('broker.pem'),
    'listener.name.secure.ssl.truststore.type': 'PEM',
    'listener.name.secure.ssl.truststore.location': at('trust.pem'),
  };
  [source, target] = await Promise.all([
    startKafka({ dir: at('source'), ports: { broker, controller }, properties }),
    startKafka({ dir: at('target'), properties: {} }),
  ]);
  [from, to] = [new Side(source.brokers), new Side(target.brokers)];
});
afterAll(async () => {
  from?.close();
  to?.close();
  await link?.close();
  await Promise.all([source?.kill9(), target?.kill9()]);
  folder.remove();
});

const fileFor = (topic: string, beside: string): string => `
clusters = A, B, C
A.bootstrap.servers = 127.0.0.1:${link.port}
A.security.protocol = SSL
A.ssl.truststore.type = PEM
A.ssl.truststore.location = ${at('trust.pem')}
A.ssl.keystore.type = PEM
A.ssl.keystore.location = ${at('client.pem')}
B.bootstrap.servers = ${target.brokers.join(',')}
C.bootstrap.servers = ${target.brokers.join(',')}
A->B.enabled = true
A->B.topics = ${topic}
C->B.enabled = true
C->B.topics = ${beside}
${COMMON}`;

interface Trouble {
  readonly whose: string;
  expire(): Promise<void>;
  renew(): Promise<void>;
}

const TROUBLES: readonly Trouble[] = [
  {
    whose: 'the client',
    expire: async () => {
      install('client.pem', authority.server('client-2', EXPIRED_DAYS));
      link.cut();
    },
    renew: async () => install('client.pem', authority.server('client-3')),
  },
  {
    whose: 'the broker',
    expire: async () => {
      install('broker.pem', authority.server('broker-2', EXPIRED_DAYS));
      await source.restart();
    },
    renew: async () => {
      install('broker.pem', authority.server('broker-3'));
      await source.restart();
    },
  },
];

test.each(TROUBLES)(
  'a certificate of $whose that has expired, and is renewed',
  { timeout: 180_000 },
  async (trouble) => {
    const [topic, beside] = [await from.makeTopic('orders'), await to.makeTopic('beside')];
    const flows = PullFlows.open(fileFor(topic, beside));
    await from.append(topic, 0, ['a']);
    await to.holds(`A.${topic}`, 0, ['a']);
    await trouble.expire();
    await from.append(topic, 0, ['b']);
    const reason = expect.stringMatching(/certificate/i);
    await flows.becomes('A->B', topic, { kind: 'waiting', reason: 'sourceUnreachable', detail: reason });
    await to.append(beside, 0, ['goes on']);
    await to.holds(`C.${beside}`, 0, ['goes on']);
    expect(flows.said('pull_source_back')).toEqual([]);
    await trouble.renew();
    await to.holds(`A.${topic}`, 0, ['a', 'b']);
    await expect.poll(() => flows.said('pull_source_back'), POLL).toHaveLength(1);
    expect(flows.said('pull_source_back')).toMatchObject([{ afterMs: expect.any(Number), partitions: 1 }]);
    expect(flows.said('pull_source_away')).toHaveLength(1);
    expect(flows.said('pull_partition_waits')).toEqual([]);
  },
);
