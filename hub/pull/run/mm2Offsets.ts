/**
 * Positions that MirrorMaker 2 has committed, from the topic in which Connect keeps its source offsets.
 *
 *     key    ["MirrorSourceConnector", {"cluster": "<source>", "partition": 0, "topic": "orders"}]
 *     value  {"offset": 41}                 the last offset that was copied; null: forgotten
 *
 * A flow goes on behind it. JSON as Connect's converter writes it; anything else in the topic is not ours and passed over.
 */
import { type Cluster, readCommitted } from '../../../shared/kafka/index.ts';
import { MIB } from '../../../shared/limits.ts';
import { readRecords } from '../../../shared/records/index.ts';

const CONNECTOR = 'MirrorSourceConnector';
const MAX_BATCH_RAW_BYTES = 32 * MIB;

/** By `<topic>/<partition>` of the source, the next offset to copy. Empty where there is no such topic. */
export async function readMm2Offsets(cluster: Cluster, name: string, source: string): Promise<Map<string, number>> {
  const offsets = new Map<string, number>();
  const known = (await cluster.metadata([name])).topics.get(name);
  if (known?.errorCode !== 0) return offsets;
  for (const { partition } of known.partitions) {
    const where = { topic: name, topicId: known.topicId, partition };
    await readCommitted(cluster, where, {
      ...{ from: null, until: 'stable', purpose: 'mm2-offsets' },
      visit: (_header, batch) => {
        for (const { key, value } of readRecords(batch, { maxRawBytes: MAX_BATCH_RAW_BYTES })) {
          const entry = entryOf(key, value, source);
          if (entry?.next != null) offsets.set(entry.partition, entry.next);
          else if (entry) offsets.delete(entry.partition);
        }
        return true;
      },
    });
  }
  return offsets;
}

/** Null: not a position of this flow. */
export function entryOf(
  key: Buffer | null,
  value: Buffer | null,
  source: string,
): { partition: string; next: number | null } | null {
  const [connector, where] = asArray(parsed(key));
  if (connector !== CONNECTOR || !isObject(where) || where.cluster !== source) return null;
  const { topic, partition } = where;
  if (typeof topic !== 'string' || !isCount(partition)) return null;
  const said = parsed(value);
  const offset = isObject(said) ? said.offset : null;
  return { partition: `${topic}/${partition}`, next: isCount(offset) ? offset + 1 : null };
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
