/**
 * A position of MirrorMaker 2, as Connect keeps its source offsets:
 *
 *     key    ["MirrorSourceConnector",{"cluster":"<source>","partition":0,"topic":"orders"}]
 *     value  {"offset":41}                 the last offset that was copied; null: forgotten
 *
 * Connect finds an entry by the bytes of its key, so they are written just so. Read is any JSON of that meaning; anything else
 * in the topic is not ours and passed over.
 */
const CONNECTOR = 'MirrorSourceConnector';

export interface Mm2Position {
  /** Topic of the source. */
  readonly topic: string;
  readonly partition: number;
  /** The next offset to copy; null: forgotten. */
  readonly next: number | null;
}

/** Null: not a position of this flow. */
export function decodeMm2(key: Buffer | null, value: Buffer | null, source: string): Mm2Position | null {
  const [connector, where] = asArray(parsed(key));
  if (connector !== CONNECTOR || !isObject(where) || where.cluster !== source) return null;
  const { topic, partition } = where;
  if (typeof topic !== 'string' || !isCount(partition)) return null;
  const said = parsed(value);
  const offset = isObject(said) ? said.offset : null;
  return { topic, partition, next: isCount(offset) ? offset + 1 : null };
}

/** `next` is above 0: "nothing copied yet" has no form, an entry that is not there says it. */
export function encodeMm2(
  source: string,
  { topic, partition, next }: Mm2Position & { readonly next: number },
): { key: Buffer; value: Buffer } {
  return {
    key: Buffer.from(JSON.stringify([CONNECTOR, { cluster: source, partition, topic }]), 'utf8'),
    value: Buffer.from(JSON.stringify({ offset: next - 1 }), 'utf8'),
  };
}

function parsed(bytes: Buffer | null): unknown {
  if (bytes === null) return null;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

const asArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
