/** Stores and certificates as MirrorMaker 2's file names them, used in a real TLS handshake with certificates of both sides. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { findJava } from '../../../../deploy/dev/kafka/jars.ts';
import { clientKafkaSettings, readMm2, readPullYaml } from '../../../../hub/pull/config/index.ts';
import { ConfigError } from '../../../../shared/config/index.ts';
import { type KafkaSettings, toConnectionOptions } from '../../../../shared/kafka/settings.ts';
import { Authority } from '../../../support/certificates.ts';

const run = promisify(execFile);
const PASSWORD = 'only-for-this-test';
let folder: string;
let java: string | null;
let server: Server;
let port: number;
const at = (name: string): string => join(folder, name);

/** A key of the client's own, and a store that trusts it (for the server) or the server (for the client). */
async function makeStores(kind: string, key: string): Promise<void> {
  const own = ['-keystore', at(`${key}.${kind}`), '-storetype', kind, '-storepass', PASSWORD];
  const make = ['-genkeypair', '-alias', 'me', '-keyalg', key, '-dname', `CN=${key}.${kind}`, '-validity', '30'];
  await run('keytool', [...make, ...own, '-keypass', PASSWORD]);
  await run('keytool', ['-exportcert', '-rfc', '-alias', 'me', '-file', at(`${key}.${kind}.pem`), ...own]);
  const trust = ['-keystore', at(`trust.${kind}`), '-storetype', kind, '-storepass', PASSWORD];
  if (key === 'RSA')
    await run('keytool', ['-importcert', '-noprompt', '-alias', 'ca', '-file', at('ca.pem'), ...trust]);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-stores-'));
  java = await findJava();
  const authority = new Authority(folder);
  const [own, client] = [authority.server('server'), authority.server('client')];
  writeFileSync(at('both.pem'), readFileSync(client.key, 'utf8') + readFileSync(client.cert, 'utf8'));
  if (java) for (const kind of ['JKS', 'PKCS12']) for (const key of ['RSA', 'EC']) await makeStores(kind, key);
  const trusted = java ? ['RSA.JKS', 'EC.JKS', 'RSA.PKCS12', 'EC.PKCS12'].map((name) => at(`${name}.pem`)) : [];
  const ca = [authority.ca, ...trusted].map((path) => readFileSync(path));
  const files = { cert: readFileSync(own.cert), key: readFileSync(own.key) };
  server = createServer({ ...files, ca, requestCert: true, rejectUnauthorized: true }, (socket) => {
    socket.end(String(socket.getPeerCertificate().subject.CN));
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

/** Whom the server saw. */
function handshake(settings: KafkaSettings, host = '127.0.0.1'): Promise<string> {
  const { tls } = toConnectionOptions(settings, { host, port }, () => undefined);
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({ ...tls, host: '127.0.0.1', port });
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    socket.on('error', reject).on('end', () => resolve(text));
  });
}

const mm2 = (lines: readonly string[]): KafkaSettings => {
  const text = `clusters=A,B\nbootstrap.servers=x:1\nA.security.protocol=SSL\n${lines.map((line) => `A.ssl.${line}\n`).join('')}`;
  const { settings } = readMm2(Buffer.from(text), { file: 'mm2.properties' });
  return clientKafkaSettings(settings.clusters.A!.admin, 'test');
};

const trustPem = () => ['truststore.type=PEM', `truststore.location=${at('ca.pem')}`];
const ownPem = () => ['keystore.type=PEM', `keystore.location=${at('both.pem')}`];
const stores = (kind: string, key: string) => [
  `truststore.location=${at(`trust.${kind}`)}`,
  `truststore.password=${PASSWORD}`,
  `keystore.location=${at(`${key}.${kind}`)}`,
  `keystore.password=${PASSWORD}`,
];
const escaped = (file: string): string => readFileSync(file, 'utf8').replaceAll('\n', '\\n');

function needJava(context: TestContext): void {
  if (!java) context.skip('there is no Java 17, whose keytool makes the stores');
}

describe('a handshake with', () => {
  const kinds = ['JKS', 'PKCS12'].flatMap((kind) => ['RSA', 'EC'].map((key) => [kind, key] as const));
  test.for(kinds)('%s stores and an %s key', async ([kind, key], context) => {
    needJava(context);
    expect(await handshake(mm2(stores(kind, key)))).toBe(`${key}.${kind}`);
    // A store says itself what it is: the type that the file names does not matter.
    const other = kind === 'JKS' ? 'PKCS12' : 'JKS';
    const types = [`truststore.type=${other}`, `keystore.type=${other}`];
    expect(await handshake(mm2([...stores(kind, key), ...types]))).toBe(`${key}.${kind}`);
  });

  test('PEM files', async () => {
    expect(await handshake(mm2([...trustPem(), ...ownPem()]))).toBe('client');
  });

  test('PEM text in the file', async () => {
    const inline = [
      'truststore.type=PEM',
      `truststore.certificates=${escaped(at('ca.pem'))}`,
      'keystore.type=PEM',
      `keystore.certificate.chain=${escaped(at('client.pem'))}`,
      `keystore.key=${escaped(at('client-key.pem'))}`,
    ];
    expect(await handshake(mm2(inline))).toBe('client');
  });

  test('what hub.yaml says', async () => {
    const yaml = `clusters: { A: { brokers: ["x:1"], ssl: { ca: ca.pem, cert: client.pem, key: client-key.pem } }, B: { brokers: ["x:1"] } }
flows: [{ source: A, target: B }]`;
    const { settings } = readPullYaml(yaml, { file: at('pull.yaml') });
    expect(await handshake(clientKafkaSettings(settings.clusters.A!.admin, 'test'))).toBe('client');
  });
});

test('a file that was renewed counts at the next connection; one that is half written does not', async () => {
  const renewed = new Authority(mkdtempSync(join(folder, 'renewed-')));
  const identity = (name: string): string =>
    readFileSync(at(`${name}-key.pem`), 'utf8') + readFileSync(at(`${name}.pem`), 'utf8');
  const [old, next] = [identity('client'), identity('server')];
  const path = at('renewed.pem');
  writeFileSync(path, old);
  const settings = mm2([...trustPem(), 'keystore.type=PEM', `keystore.location=${path}`]);
  expect(await handshake(settings)).toBe('client');
  writeFileSync(path, next);
  expect(await handshake(settings)).toBe('server');
  writeFileSync(path, old.slice(0, 100));
  expect(await handshake(settings)).toBe('server');
  writeFileSync(path, old);
  expect(await handshake(settings)).toBe('client');
  // Whom it trusts is looked at as well.
  const trusting = at('trusting.pem');
  writeFileSync(trusting, readFileSync(renewed.ca));
  const others = mm2(['truststore.type=PEM', `truststore.location=${trusting}`, ...ownPem()]);
  await expect(handshake(others)).rejects.toMatchObject({
    code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO|SIGNATURE/),
  });
  writeFileSync(trusting, readFileSync(at('ca.pem')));
  expect(await handshake(others)).toBe('client');
});

test('the host name counts, unless ssl.endpoint.identification.algorithm is empty', async () => {
  const pem = [...trustPem(), ...ownPem()];
  await expect(handshake(mm2(pem), 'other.example')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  expect(await handshake(mm2([...pem, 'endpoint.identification.algorithm=']), 'other.example')).toBe('client');
  // Only the name: the authority must be known all the same.
  const unknown = ['keystore.type=PEM', `keystore.location=${at('both.pem')}`, 'endpoint.identification.algorithm='];
  await expect(handshake(mm2(unknown))).rejects.toMatchObject({ code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO/) });
});

describe('what can not be used is a mistake at the start', () => {
  const wrong = (make: () => unknown): string[] => {
    try {
      make();
    } catch (error) {
      if (error instanceof ConfigError)
        return error.mistakes.map(({ line, path, problem }) => `${line} ${path}: ${problem}`);
      throw error;
    }
    return [];
  };

  test('a wrong password, and it is not shown', (context) => {
    needJava(context);
    for (const kind of ['JKS', 'PKCS12']) {
      const lines = stores(kind, 'RSA').map((line) => line.replace(PASSWORD, 'hush'));
      const found = wrong(() => mm2(lines));
      expect(found).toEqual([
        expect.stringMatching(/^4 A\.ssl\.truststore\.location: can't be used/),
        expect.stringMatching(/^6 A\.ssl\.keystore\.location: can't be used/),
      ]);
      expect(found.join()).not.toContain('hush');
    }
  });

  test('a file that is not there, or no certificate', () => {
    writeFileSync(at('text.pem'), 'no certificate\n');
    expect(wrong(() => mm2(['truststore.location=/gone.jks']))).toEqual([expect.stringContaining('no such file')]);
    const text = ['keystore.type=PEM', `keystore.location=${at('text.pem')}`];
    expect(wrong(() => mm2(text))).toEqual([expect.stringMatching(/^5 A\.ssl\.keystore\.location: can't be used/)]);
    const broken = ['truststore.type=PEM', 'truststore.certificates=-----BEGIN CERTIFICATE-----'];
    expect(wrong(() => mm2(broken))).toEqual([expect.stringContaining('A.ssl.truststore.certificates: ')]);
    const trust = ['truststore.type=PEM', `truststore.location=${at('text.pem')}`];
    expect(wrong(() => mm2(trust))).toEqual([
      expect.stringMatching(/^5 A\.ssl\.truststore\.location: .*no certificate/),
    ]);
    const yaml =
      'clusters:\n  A: { brokers: ["x:1"], ssl: { ca: gone.pem } }\n  B: { brokers: ["x:1"] }\nflows: [{ source: A, target: B }]';
    expect(wrong(() => readPullYaml(yaml, { file: at('pull.yaml') }))).toEqual([
      expect.stringMatching(/^2 clusters\.A\.ssl\.ca: can't be used/),
    ]);
  });
});
