/** `sasl.*` of a client. Names and passwords never stand in a message. */
import { fileURLToPath } from 'node:url';
import { Secret } from '../../../shared/config/secret.ts';
import type { ClientReader } from './client.ts';
import { parseJaas } from './jaas.ts';
import type { ClientSasl } from './settings.ts';

const MODULES: Readonly<Record<string, string>> = {
  PLAIN: 'PlainLoginModule',
  'SCRAM-SHA-256': 'ScramLoginModule',
  'SCRAM-SHA-512': 'ScramLoginModule',
  OAUTHBEARER: 'OAuthBearerLoginModule',
};

const JAAS = 'sasl.jaas.config';

/** Null where something is wrong, which is reported then. */
export function readSasl(reader: ClientReader): ClientSasl | null {
  const mechanism = reader.text('sasl.mechanism') ?? 'GSSAPI';
  const module = MODULES[mechanism];
  if (!module) {
    const allowed = `it is one of ${Object.keys(MODULES).join(', ')}`;
    const given = reader.text('sasl.mechanism') !== null;
    const problem = given ? `"${mechanism}" can not be honoured` : 'is missing, which means GSSAPI (Kerberos)';
    reader.wrong('sasl.mechanism', { problem, allowed });
    return null;
  }
  const options = jaasOptions(reader, module);
  if (!options) return null;
  if (mechanism === 'OAUTHBEARER') return oauth(reader, options);
  const [username, password] = [options.text('username'), options.secret('password')];
  if (username === null || password === null) {
    const lacks = username === null ? 'username' : 'password';
    reader.wrong(JAAS, { problem: `has no ${lacks}`, allowed: `${module} needs username="..." and password="..."` });
    return null;
  }
  return { mechanism: mechanism.toLowerCase() as 'plain', username, password };
}

interface JaasOptions {
  text(name: string): string | null;
  secret(name: string): Secret | null;
}

/** Both as filled in and as written, so that a secret knows the reference that it came from. */
function jaasOptions(reader: ClientReader, module: string): JaasOptions | null {
  const entry = reader.layer.get(JAAS);
  if (!entry || entry.value.trim() === '') {
    if (module === MODULES.OAUTHBEARER) return { text: () => null, secret: () => null };
    reader.wrong(JAAS, { problem: 'is missing', allowed: `write ${module} required username="..." password="...";` });
    return null;
  }
  const filled = parseJaas(entry.value);
  if ('problem' in filled || filled.module !== module) {
    const problem = 'problem' in filled ? filled.problem : `names ${filled.module}`;
    reader.wrong(JAAS, { problem, allowed: `write ${module} required name="value";` });
    return null;
  }
  const written = entry.translated ? parseJaas(entry.translated) : null;
  const text = (name: string): string | null => filled.options.get(name) || null;
  const secret = (name: string): Secret | null => {
    const value = text(name);
    if (value === null) return null;
    const reference = written && !('problem' in written) ? (written.options.get(name) ?? '') : '';
    return new Secret(value, /^(\$\{[^}]+\})+$/.test(reference) ? reference : null);
  };
  return { text, secret };
}

function oauth(reader: ClientReader, jaas: JaasOptions): ClientSasl | null {
  const url = reader.text('sasl.oauthbearer.token.endpoint.url');
  if (url === null) {
    reader.wrong('sasl.oauthbearer.token.endpoint.url', { problem: 'is missing', allowed: 'OAUTHBEARER needs it' });
    return null;
  }
  if (/^file:/i.test(url)) {
    const path = localPath(url);
    if (path !== null) return { mechanism: 'oauthbearer', token: { path } };
    reader.wrong('sasl.oauthbearer.token.endpoint.url', { problem: 'names no file of this machine' });
    return null;
  }
  const own = 'sasl.oauthbearer.client.credentials.client';
  const clientId = reader.text(`${own}.id`) ?? jaas.text('clientId');
  const clientSecret = reader.secret(`${own}.secret`) ?? jaas.secret('clientSecret');
  const scope = reader.text('sasl.oauthbearer.scope') ?? jaas.text('scope');
  if (clientId === null || clientSecret === null) {
    const lacks = clientId === null ? 'clientId' : 'clientSecret';
    reader.wrong(JAAS, {
      problem: `has no ${lacks}`,
      allowed: 'OAUTHBEARER needs clientId="..." and clientSecret="..."',
    });
    return null;
  }
  return { mechanism: 'oauthbearer', token: { endpoint: url, clientId, clientSecret, scope } };
}

function localPath(url: string): string | null {
  try {
    return fileURLToPath(url);
  } catch {
    return null;
  }
}
