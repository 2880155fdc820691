import { describe, expect, it } from 'vitest';
import { addressText, parseAddress, toKafkaJs } from '../../../shared/kafka/index.ts';
import { toConnectionOptions } from '../../../shared/kafka/settings.ts';

const nobody = (): void => {};

describe('addresses', () => {
  it('reads names, IPv4 and IPv6', () => {
    for (const text of ['kafka-1.example:9092', '127.0.0.1:19092', '[::1]:9093']) {
      expect(addressText(parseAddress(text))).toBe(text);
    }
    expect(parseAddress(' [::1]:9093 ')).toEqual({ host: '::1', port: 9093 });
  });
  it.each(['kafka', 'kafka:', ':9092', 'kafka:0', 'kafka:70000', 'a b:1', 'http://kafka:9092', '::1:9092'])(
    'refuses %s',
    (text) => {
      expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'configInvalid' }));
    },
  );
});

describe('client settings', () => {
  const tls = { ca: 'CA', cert: 'CERT', key: 'KEY', passphrase: 'p', rejectUnauthorized: true };

  it('means the same to both libraries: TLS and SCRAM', () => {
    const settings = {
      brokers: ['kafka-1:9093', 'kafka-2:9093'],
      clientId: 'hub',
      ssl: tls,
      sasl: { mechanism: 'scram-sha-512' as const, username: 'u', password: 's' },
      connectTimeoutMs: 1_234,
      requestTimeoutMs: 5_678,
    };
    expect(toKafkaJs(settings)).toMatchObject({
      brokers: ['kafka-1:9093', 'kafka-2:9093'],
      clientId: 'hub',
      ssl: tls,
      sasl: { mechanism: 'scram-sha-512', username: 'u', password: 's' },
      connectionTimeout: 1_234,
      requestTimeout: 5_678,
    });
    expect(toConnectionOptions(settings, { host: 'kafka-1', port: 9093 }, nobody)).toMatchObject({
      tls: { ...tls, servername: 'kafka-1' },
      sasl: { mechanism: 'SCRAM-SHA-512', username: 'u', password: 's' },
      connectTimeout: 1_234,
      requestTimeout: 5_678,
    });
  });

  it('knows plain TLS, no TLS, IP addresses and a server name of its own', () => {
    const brokers = ['h:1'];
    expect(toKafkaJs({ brokers })).not.toHaveProperty('ssl');
    expect(toKafkaJs({ brokers, ssl: true }).ssl).toBe(true);
    const at = (host: string, ssl: boolean | { servername: string }) =>
      toConnectionOptions({ brokers, ssl }, { host, port: 1 }, nobody).tls;
    expect(at('h', false)).toBeUndefined();
    expect(at('h', true)).toEqual({ servername: 'h' });
    expect(at('10.0.0.1', true)).toEqual({});
    expect(at('10.0.0.1', { servername: 'kafka' })).toEqual({ servername: 'kafka' });
  });

  it('knows tokens', async () => {
    const settings = { brokers: ['h:1'], sasl: { mechanism: 'oauthbearer' as const, token: 't' } };
    const sasl = toKafkaJs(settings).sasl as { oauthBearerProvider: () => Promise<{ value: string }> };
    expect(await sasl.oauthBearerProvider()).toEqual({ value: 't' });
    expect(toConnectionOptions(settings, { host: 'h', port: 1 }, nobody).sasl).toMatchObject({
      mechanism: 'OAUTHBEARER',
      token: 't',
    });
  });

  it('asks for a token at each connection, where it is a function', async () => {
    let asked = 0;
    const token = async (): Promise<string> => `t${++asked}`;
    const settings = { brokers: ['h:1'], sasl: { mechanism: 'oauthbearer' as const, token } };
    const sasl = toKafkaJs(settings).sasl as { oauthBearerProvider: () => Promise<{ value: string }> };
    expect(await sasl.oauthBearerProvider()).toEqual({ value: 't1' });
    expect(await sasl.oauthBearerProvider()).toEqual({ value: 't2' });
    expect(toConnectionOptions(settings, { host: 'h', port: 1 }, nobody).sasl).toMatchObject({ token });
  });

  it('says which credential is missing', () => {
    const sasl = { mechanism: 'plain' as const, username: 'u' };
    expect(() => toKafkaJs({ brokers: ['h:1'], sasl })).toThrow(/sasl\.password.*plain needs it/);
  });
});
