/**
 * One file per Kafka message; its grammar stands above encoder and decoder, as in Kafka's own message definitions.
 *
 * Only flexible versions are spoken (compact strings and arrays, tagged fields), so every structure ends with tagged
 * fields, which are skipped unless a file says otherwise. Grammar is written for the lowest spoken version; what later
 * versions add stands beside it. In the grammars `~` is the tagged-field section.
 */
import type { Reader, Writer } from '@platformatic/kafka';

export interface WireApi<Request, Response> {
  /** As in Kafka's documentation: `Produce`. */
  readonly name: string;
  readonly key: number;
  /** Lowest and highest version spoken here; the broker's highest within it is used. */
  readonly min: number;
  readonly max: number;
  /** False only for ApiVersions, whose answer has the old header so that any client can read it. */
  readonly taggedResponseHeader: boolean;
  encode(request: Request, version: number): Writer;
  /** The reader stands on one contiguous buffer; byte fields are views into it. */
  decode(reader: Reader, version: number): Response;
  /** How long the broker wants silence on this connection; where it is absent it is not looked at. */
  throttleMs?(response: Response): number;
}

/** Kafka's 64-bit offsets as numbers; exact to 2^53, checked. */
export function readLong(reader: Reader): number {
  const value = Number(reader.readInt64());
  if (!Number.isSafeInteger(value)) throw new RangeError(`64-bit number ${value} does not fit`);
  return value;
}

/** Items by a key, in the order in which keys first appear. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups];
}
