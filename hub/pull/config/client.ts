/** The properties of one Kafka client, as settings of ours; everything that does not go together is a mistake. */
import type { Wrong } from '../../../shared/config/option.ts';
import { Secret } from '../../../shared/config/secret.ts';
import { DEFAULT_CONNECT_TIMEOUT_MS, DEFAULT_REQUEST_TIMEOUT_MS } from '../../../shared/kafka/settings.ts';
import { readSasl } from './clientSasl.ts';
import { readTls } from './clientTls.ts';
import type { Entry, Findings, Layer } from './file.ts';
import { checkType, listOf } from './property.ts';
import type { ClientSettings, FetchSettings } from './settings.ts';

const BROKER = /^(?:[A-Z_]+:\/\/)?(\[[0-9A-Fa-f:.]+\]|[^\s:,/]+):(\d{1,5})$/;

/** One client's layer, with what it needs to say what is wrong. */
export class ClientReader {
  readonly layer: Layer;
  readonly #findings: Findings;
  readonly #where: Pick<Entry, 'key' | 'line' | 'column'>;

  /** @param where stands for a property that is not there */
  constructor(layer: Layer, findings: Findings, where: Pick<Entry, 'key' | 'line' | 'column'>) {
    this.layer = layer;
    this.#findings = findings;
    this.#where = where;
  }

  /** Trimmed, as Kafka's ConfigDef does; null where it is absent or empty. */
  text(name: string): string | null {
    const value = this.layer.get(name)?.value.trim();
    return value === undefined || value === '' ? null : value;
  }

  integer(name: string): number | null {
    const value = this.text(name);
    return value === null || checkType('long', value) ? null : Number(value);
  }

  /** As it stands: white space may belong to a password. */
  secret(name: string): Secret | null {
    const entry = this.layer.get(name);
    return entry && entry.value !== '' ? new Secret(entry.value, entry.reference) : null;
  }

  wrong(name: string, wrong: Wrong): void {
    const entry = this.layer.get(name);
    const { key, line, column } = this.#where;
    this.#findings.mistake(entry ?? { key: `${key}.${name}`, line, column }, wrong);
  }
}

export function readClient(reader: ClientReader): ClientSettings {
  const protocol = (reader.text('security.protocol') ?? 'PLAINTEXT').toUpperCase();
  return {
    brokers: brokers(reader),
    clientId: reader.text('client.id'),
    tls: protocol.endsWith('SSL') ? readTls(reader) : null,
    sasl: protocol.startsWith('SASL') ? readSasl(reader) : null,
    connectTimeoutMs: reader.integer('socket.connection.setup.timeout.ms') ?? DEFAULT_CONNECT_TIMEOUT_MS,
    requestTimeoutMs: reader.integer('request.timeout.ms') ?? DEFAULT_REQUEST_TIMEOUT_MS,
  };
}

function brokers(reader: ClientReader): string[] {
  const all = listOf(reader.text('bootstrap.servers') ?? '');
  if (all.length === 0) reader.wrong('bootstrap.servers', { problem: 'is missing', allowed: 'write host:port' });
  return all.flatMap((one) => {
    const [, host, port] = BROKER.exec(one) ?? [];
    if (host && Number(port) >= 1 && Number(port) <= 65_535) return [`${host}:${port}`];
    reader.wrong('bootstrap.servers', { problem: `"${one}" is not host:port`, allowed: 'write kafka-1.example:9092' });
    return [];
  });
}

export const readFetch = (reader: ClientReader): FetchSettings => ({
  maxBytes: reader.integer('fetch.max.bytes'),
  partitionMaxBytes: reader.integer('max.partition.fetch.bytes'),
  minBytes: reader.integer('fetch.min.bytes'),
  maxWaitMs: reader.integer('fetch.max.wait.ms'),
  rack: reader.text('client.rack'),
});
