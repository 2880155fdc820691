/** `ssl.*` of a client: PEM in files or in the text itself, JKS and PKCS12 stores. */
import { resolve } from 'node:path';
import type { Secret } from '../../../shared/config/secret.ts';
import type { ClientReader } from './client.ts';
import { pemOf } from './pem.ts';
import { listOf } from './property.ts';
import { type ClientTls, type StoreIdentity, TLS_VERSIONS, type TlsIdentity } from './settings.ts';

export function readTls(reader: ClientReader): ClientTls {
  const verify = reader.layer.get('ssl.endpoint.identification.algorithm');
  const named = listOf(reader.text('ssl.enabled.protocols') ?? '');
  const versions = TLS_VERSIONS.filter((version) => named.length === 0 || named.includes(version));
  return {
    trust: trust(reader),
    identity: identity(reader),
    verifyHostname: verify === undefined || verify.value.trim() !== '',
    minVersion: versions[0] ?? 'TLSv1.2',
    maxVersion: versions.at(-1) ?? 'TLSv1.3',
  };
}

const typeOf = (reader: ClientReader, store: string): string =>
  (reader.text(`ssl.${store}.type`) ?? 'JKS').toUpperCase();

/** As Java: relative to the folder that the process runs in. */
function pathOf(reader: ClientReader, name: string): string | null {
  const path = reader.text(name);
  return path === null ? null : resolve(path);
}

function trust(reader: ClientReader): ClientTls['trust'] {
  const path = pathOf(reader, 'ssl.truststore.location');
  const inline = reader.secret('ssl.truststore.certificates');
  const pem = typeOf(reader, 'truststore') === 'PEM';
  if (inline) {
    if (!pem) needsPem(reader, 'ssl.truststore.certificates', 'ssl.truststore.type');
    if (path !== null) both(reader, 'ssl.truststore.certificates', 'ssl.truststore.location');
    return pemOf(inline);
  }
  if (path === null) return null;
  return pem ? { path } : { store: { path, password: reader.secret('ssl.truststore.password') } };
}

function identity(reader: ClientReader): TlsIdentity | StoreIdentity | null {
  const path = pathOf(reader, 'ssl.keystore.location');
  const chain = reader.secret('ssl.keystore.certificate.chain');
  const key = reader.secret('ssl.keystore.key');
  const keyPassword = reader.secret('ssl.key.password');
  const pem = typeOf(reader, 'keystore') === 'PEM';
  if (chain || key) return inlineIdentity(reader, chain, key, keyPassword, pem, path);
  if (path === null) return null;
  if (pem) return { cert: { path }, key: { path }, passphrase: keyPassword };
  const password = reader.secret('ssl.keystore.password');
  if (!password)
    reader.wrong('ssl.keystore.password', { problem: 'is missing', allowed: 'it opens ssl.keystore.location' });
  return { store: { path, password }, keyPassword };
}

function inlineIdentity(
  reader: ClientReader,
  chain: Secret | null,
  key: Secret | null,
  passphrase: Secret | null,
  pem: boolean,
  path: string | null,
): TlsIdentity | null {
  if (!pem) needsPem(reader, chain ? 'ssl.keystore.certificate.chain' : 'ssl.keystore.key', 'ssl.keystore.type');
  if (path !== null) both(reader, 'ssl.keystore.key', 'ssl.keystore.location');
  if (chain && key) return { cert: pemOf(chain), key: pemOf(key), passphrase };
  reader.wrong(chain ? 'ssl.keystore.key' : 'ssl.keystore.certificate.chain', {
    problem: 'is missing',
    allowed: 'ssl.keystore.certificate.chain and ssl.keystore.key go together',
  });
  return null;
}

function needsPem(reader: ClientReader, name: string, type: string): void {
  reader.wrong(name, { problem: `is PEM text, and ${type} is not PEM`, allowed: `write ${type}=PEM` });
}

function both(reader: ClientReader, inline: string, path: string): void {
  reader.wrong(inline, { problem: `stands beside ${path}`, allowed: 'write one of them' });
}
