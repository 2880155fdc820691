import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, formatSize, parseDuration, parseSize } from '../../../shared/config/index.ts';

describe('sizes', () => {
  test.each([
    ['20GiB', 20 * 2 ** 30],
    ['512KiB', 512 * 1024],
    ['10MB', 10_000_000],
    ['1.5KiB', 1536],
    ['4096', 4096],
    ['7 TiB', 7 * 2 ** 40],
    ['0B', 0],
  ])('%s', (text, bytes) => {
    expect(parseSize(text)).toEqual({ value: bytes });
  });

  test.each(['', 'GiB', '-1KiB', '1,5GiB', '1e3', '12 34', '1.0001B', '99999999TiB', '0x10'])(
    '%s is refused',
    (text) => {
      expect(parseSize(text)).toHaveProperty('problem');
    },
  );

  test('a unit in wrong letters names the right one', () => {
    expect(parseSize('20gib')).toEqual({ problem: expect.stringContaining('did you mean GiB?') });
  });

  test('what is formatted reads back as the same number', () => {
    fc.assert(fc.property(fc.nat(2 ** 50), (n) => void expect(parseSize(formatSize(n))).toEqual({ value: n })));
    expect(formatSize(16 * 2 ** 20)).toBe('16MiB');
  });
});

describe('durations', () => {
  test.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['7d', 604_800_000],
    ['1.5s', 1500],
    ['1500', 1500],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toEqual({ value: ms });
  });

  test.each(['5 minutes', '1h30m', '0.1ms', 'ms', '-5s'])('%s is refused', (text) => {
    expect(parseDuration(text)).toHaveProperty('problem');
  });

  test('what is formatted reads back as the same number', () => {
    fc.assert(fc.property(fc.nat(2 ** 40), (n) => void expect(parseDuration(formatDuration(n))).toEqual({ value: n })));
    expect(formatDuration(3_600_000)).toBe('1h');
  });
});
