/** A Kafka of a test's own, with further listeners that want TLS and SASL; on one of them sessions end soon. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findJava, type LocalKafka, startKafka } from '../../deploy/dev/kafka/launch.ts';

const run = promisify(execFile);
const LISTENERS = ['SECURE', 'SHORT'];
const STORE_PASSWORD = 'only-for-this-test';

export const SECURE_USER = { username: 'hub', password: 'not a "good" \\ secret, but long' };

export interface SecureKafka {
  readonly kafka: LocalKafka;
  /** `host:port` of listeners that want TLS and SCRAM-SHA-512 or PLAIN; the second ends sessions. */
  readonly secure: string;
  readonly shortSessions: string;
  /** PEM of the certificate that the broker shows. */
  readonly ca: string;
  close(): Promise<void>;
}

/** `sessionMs`: how long a SASL session may be used. */
export async function startSecureKafka(sessionMs: number): Promise<SecureKafka> {
  const dir = mkdtempSync(join(tmpdir(), 'tributary-secure-'));
  try {
    const { store, ca } = await makeCertificate(dir);
    const kafka = await startKafka({
      dir: join(dir, 'kafka'),
      listeners: LISTENERS.map((name) => ({ name, securityProtocol: 'SASL_SSL' as const })),
      properties: listenerProperties(store, sessionMs),
      formatArgs: ['--add-scram', `SCRAM-SHA-512=[name=${SECURE_USER.username},password=scram-secret]`],
    });
    const close = async (): Promise<void> => {
      await kafka.stop();
      rmSync(dir, { recursive: true, force: true });
    };
    const [secure = '', shortSessions = ''] = LISTENERS.map((name) => kafka.listeners[name] ?? '');
    return { kafka, secure, shortSessions, ca, close };
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}

function listenerProperties(store: string, sessionMs: number): Record<string, string> {
  const { username, password } = SECURE_USER;
  const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule';
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule';
  const settings = {
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': store,
    'ssl.keystore.password': STORE_PASSWORD,
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512,PLAIN',
    'plain.sasl.jaas.config': `${plain} required user_${username}=${quoted(password)};`,
    'scram-sha-512.sasl.jaas.config': `${scram} required;`,
  };
  const entries = LISTENERS.map((name) => `listener.name.${name.toLowerCase()}`).flatMap((prefix) =>
    Object.entries(settings).map(([name, value]) => [`${prefix}.${name}`, value]),
  );
  return { ...Object.fromEntries(entries), 'listener.name.short.connections.max.reauth.ms': String(sessionMs) };
}

/** keytool comes with Java. */
async function makeCertificate(dir: string): Promise<{ store: string; ca: string }> {
  const java = (await findJava()) ?? 'java';
  const beside = join(dirname(java), 'keytool');
  const keytool = existsSync(beside) ? beside : 'keytool';
  const store = join(dir, 'broker.p12');
  const key = ['-alias', 'broker', '-keystore', store, '-storetype', 'PKCS12', '-storepass', STORE_PASSWORD];
  const name = ['-dname', 'CN=localhost', '-ext', 'san=dns:localhost,ip:127.0.0.1'];
  await run(keytool, ['-genkeypair', '-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '30', ...key, ...name]);
  const pem = join(dir, 'broker.pem');
  await run(keytool, ['-exportcert', '-rfc', '-file', pem, ...key]);
  return { store, ca: readFileSync(pem, 'utf8') };
}
