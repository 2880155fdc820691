/** Options that are sizes or durations. */
import type { TUnsafe } from 'typebox';
import { type Doc, leaf } from './option.ts';
import { DURATION_UNITS, parseDuration, parseSize, type Quantity, SIZE_UNITS } from './quantity.ts';
import { REFERENCE_PATTERN, shown, wrong } from './scalar.ts';

export interface QuantityDoc extends Doc {
  /** As it would be written: `64MiB`. */
  readonly minimum?: string;
  readonly maximum?: string;
}

/** Bytes. */
export const size = (doc: QuantityDoc): TUnsafe<number> =>
  quantity('size', doc, parseSize, SIZE_UNITS, 'write a size such as 512KiB, 20GiB or a number of bytes');
/** Milliseconds. */
export const duration = (doc: QuantityDoc): TUnsafe<number> =>
  quantity(
    'duration',
    doc,
    parseDuration,
    DURATION_UNITS,
    'write a duration such as 250ms, 30s, 5m, 7d or a number of milliseconds',
  );

function quantity(
  type: string,
  doc: QuantityDoc,
  parse: (text: string) => Quantity,
  units: Readonly<Record<string, number>>,
  allowed: string,
): TUnsafe<number> {
  const limit = (written: string | undefined): { value?: number } => {
    if (written === undefined) return {};
    const parsed = parse(written);
    if ('problem' in parsed) throw new Error(`the limit of an option is wrong: ${parsed.problem}`);
    return parsed;
  };
  const least = limit(doc.minimum).value;
  const most = limit(doc.maximum).value;
  const bounded = {
    ...(least === undefined ? {} : { minimum: least }),
    ...(most === undefined ? {} : { maximum: most }),
  };
  const pattern = `^\\d+(\\.\\d+)?\\s*(${Object.keys(units).join('|')})?$|${REFERENCE_PATTERN}`;
  return leaf<number>(type, { type: ['integer', 'string'], minimum: 0, ...bounded, pattern }, doc, (node) => {
    if (typeof node.value !== 'number' && typeof node.value !== 'string')
      return wrong(node, `is not a ${type}`, allowed);
    const parsed = parse(String(node.value));
    if ('problem' in parsed)
      return { problem: node.substituted ? `${shown(node)} is not a ${type}` : parsed.problem, allowed };
    if (least !== undefined && parsed.value < least) return wrong(node, 'is too small', `at least ${doc.minimum}`);
    if (most !== undefined && parsed.value > most) return wrong(node, 'is too large', `at most ${doc.maximum}`);
    return { value: parsed.value };
  });
}
