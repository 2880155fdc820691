import { expect, test } from 'vitest';
import { isLoopback, listenText, parseListen, sameListen } from '../../../shared/config/index.ts';

test.each([
  ['127.0.0.1:7080', '127.0.0.1', 7080],
  ['localhost:0', 'localhost', 0],
  ['[::1]:9464', '::1', 9464],
  ['hub.example:8443', 'hub.example', 8443],
])('%s', (text, host, port) => {
  const address = parseListen(text);
  expect(address).toEqual({ host, port });
  expect(listenText({ host, port })).toBe(text);
});

test.each(['7080', ':7080', 'localhost', '1.2.3.4.5:80', '256.0.0.1:80', '[zz]:80', 'a b:80', 'host:65536', '::1:80'])(
  '%s is refused',
  (text) => {
    expect(parseListen(text)).toHaveProperty('problem');
  },
);

test('loopback is what only this machine reaches', () => {
  expect(['127.0.0.1', '127.9.9.9', 'localhost', '::1', '[::1]'].filter(isLoopback)).toHaveLength(5);
  expect(['0.0.0.0', '::', '10.0.0.1', 'localhost.example', '127.example'].filter(isLoopback)).toEqual([]);
});

test('two servers collide on one address, on any address, but not on free ports', () => {
  const at = (host: string, port: number) => ({ host, port });
  expect(sameListen(at('127.0.0.1', 80), at('localhost', 80))).toBe(true);
  expect(sameListen(at('0.0.0.0', 80), at('127.0.0.1', 80))).toBe(true);
  expect(sameListen(at('127.0.0.1', 80), at('127.0.0.2', 80))).toBe(false);
  expect(sameListen(at('127.0.0.1', 80), at('127.0.0.1', 81))).toBe(false);
  expect(sameListen(at('127.0.0.1', 0), at('127.0.0.1', 0))).toBe(false);
});
