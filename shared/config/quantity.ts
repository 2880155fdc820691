import { nearest } from './nearest.ts';

/** Sizes and durations as people write them: `20GiB`, `250ms`. Powers of 1024 have an i in their unit, those of 1000 don't. */
export const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

export const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1e3,
  m: 60e3,
  h: 3600e3,
  d: 86_400e3,
};

export type Quantity = { readonly value: number } | { readonly problem: string };

const QUANTITY = /^(\d{1,20}(?:\.\d{1,20})?)\s*([A-Za-z]*)$/;

function parse(text: string, units: Readonly<Record<string, number>>, base: string): Quantity {
  const found = QUANTITY.exec(text.trim());
  if (!found) return { problem: `"${text}" is not a number with a unit` };
  const [, digits = '', unit = ''] = found;
  const factor = unit === '' ? 1 : units[unit];
  if (factor === undefined) {
    const near = nearest(unit, Object.keys(units));
    return {
      problem: `"${unit}" is not a unit (${Object.keys(units).join(', ')})${near ? `, did you mean ${near}?` : ''}`,
    };
  }
  const [whole = '', fraction = ''] = digits.split('.');
  const scaled = BigInt(whole + fraction) * BigInt(factor);
  const divisor = 10n ** BigInt(fraction.length);
  if (scaled % divisor !== 0n) return { problem: `"${text}" is not a whole number of ${base}` };
  const value = Number(scaled / divisor);
  if (!Number.isSafeInteger(value)) return { problem: `"${text}" is larger than any number this program can hold` };
  return { value };
}

/** `20GiB`, `512KiB`, `10MB`, `4096` (bytes). */
export const parseSize = (text: string): Quantity => parse(text, SIZE_UNITS, 'bytes');
/** `250ms`, `30s`, `5m`, `7d`, `1500` (milliseconds). */
export const parseDuration = (text: string): Quantity => parse(text, DURATION_UNITS, 'milliseconds');

function format(value: number, units: readonly (readonly [string, number])[], base: string): string {
  for (const [unit, factor] of units) {
    if (value >= factor && value % factor === 0) return `${value / factor}${unit}`;
  }
  return `${value}${base}`;
}

/** The shortest exact way to write it: 1073741824 is `1GiB`. */
export const formatSize = (bytes: number): string =>
  format(
    bytes,
    Object.entries(SIZE_UNITS)
      .filter(([unit]) => unit.includes('i'))
      .reverse(),
    'B',
  );
export const formatDuration = (ms: number): string => format(ms, Object.entries(DURATION_UNITS).reverse(), 'ms');
