/** What a cluster holds, as plain data. */
import {
  AbortedBatches,
  type AclBinding,
  type Cluster,
  describeConfigs,
  describeTopicAcls,
  EARLIEST,
  fetchRaw,
  type Isolation,
  LATEST,
  listOffsets,
} from '../../shared/kafka/index.ts';
import { readRecords, splitBatches } from '../../shared/records/index.ts';

export interface LogRecord {
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp: number;
  /** As JSON; names and values in base 64 where they are no text. */
  readonly headers: string;
}
/** By partition. */
export type Log = readonly (readonly LogRecord[])[];

export interface TopicContent {
  /** Its own settings, none that is a default. */
  readonly configs: ReadonlyMap<string, string | null>;
  readonly log: Log;
}
export interface ClusterContent {
  readonly topics: ReadonlyMap<string, TopicContent>;
  readonly acls: readonly AclBinding[];
}

const MAX_RAW_BYTES = 1 << 28;
const FETCH_BYTES = 8 << 20;

const written = (bytes: Buffer): string => {
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : `base64:${bytes.toString('base64')}`;
};
const writtenOrNull = (bytes: Buffer | null): string | null => (bytes === null ? null : written(bytes));

/** All records of a topic up to its present end: what a consumer of this isolation gets. */
export async function readLog(cluster: Cluster, topic: string, isolation: Isolation = 'read_committed'): Promise<Log> {
  const found = (await cluster.metadata([topic])).topics.get(topic);
  if (found?.errorCode !== 0) return [];
  const partitions = found.partitions.map(({ partition }) => partition).sort((a, b) => a - b);
  const ends = await listOffsets(
    cluster,
    partitions.map((partition) => ({ topic, partition, timestamp: LATEST })),
    isolation,
  );
  const at = { topic, topicId: found.topicId };
  return Promise.all(
    ends.map(({ partition, offset }) => readPartition(cluster, { ...at, partition }, offset, isolation)),
  );
}

async function readPartition(
  cluster: Cluster,
  where: { topic: string; topicId: string; partition: number },
  end: number,
  isolation: Isolation,
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const starts = await listOffsets(cluster, [{ ...where, timestamp: EARLIEST }]);
  let [offset, idle] = [starts[0]?.offset ?? 0, 0];
  while (offset < end && idle < 20) {
    const leader = (await cluster.leader(where.topic, where.partition))?.nodeId ?? -1;
    const request = { ...where, offset, currentLeaderEpoch: -1, maxBytes: FETCH_BYTES };
    const bounds = { isolation, maxWaitMs: 200, minBytes: 1, maxBytes: FETCH_BYTES };
    const [answer] = await fetchRaw(cluster, leader, { ...bounds, partitions: [request] }, 'differential');
    if (answer?.errorCode !== 0) throw new Error(`${where.topic}: fetch answers ${answer?.errorCode}`);
    const aborted = new AbortedBatches(answer.aborted);
    const before = offset;
    for (const { header, batch } of splitBatches(answer.records)) {
      const dropped = aborted.drops(header, batch);
      const base = header.baseOffset;
      for (const one of header.control || dropped ? [] : readRecords(batch, { maxRawBytes: MAX_RAW_BYTES })) {
        if (base + one.offsetDelta >= before) {
          records.push({
            offset: base + one.offsetDelta,
            key: writtenOrNull(one.key),
            value: writtenOrNull(one.value),
            timestamp: one.timestamp,
            headers: JSON.stringify(one.headers.map(([name, value]) => [written(name), writtenOrNull(value)])),
          });
        }
      }
      offset = Math.max(offset, base + header.lastOffsetDelta + 1);
    }
    idle = offset === before ? idle + 1 : 0;
  }
  return records;
}

export async function topicNames(cluster: Cluster): Promise<string[]> {
  return [...(await cluster.metadata(null)).topics.keys()]
    .filter((name) => name !== '__consumer_offsets' && name !== '__transaction_state')
    .sort();
}

/** Rules on topics; `but`: those of before. */
export async function readAcls(cluster: Cluster, but: readonly AclBinding[] = []): Promise<AclBinding[]> {
  const before = new Set(but.map((acl) => JSON.stringify(acl)));
  return ((await describeTopicAcls(cluster)) ?? []).filter((acl) => !before.has(JSON.stringify(acl)));
}

export async function readCluster(
  cluster: Cluster,
  wanted: (topic: string) => boolean,
  aclsBefore: readonly AclBinding[] = [],
): Promise<ClusterContent> {
  const names = (await topicNames(cluster)).filter(wanted);
  const resources = names.map((name) => ({ kind: 'topic' as const, name }));
  const configs = new Map(
    (await describeConfigs(cluster, resources)).map(({ name, entries }) => {
      const own = entries.filter(({ source }) => source === 'topic');
      return [name, new Map(own.map((entry) => [entry.name, entry.value]))] as const;
    }),
  );
  const topics = new Map<string, TopicContent>();
  for (const name of names) {
    topics.set(name, { configs: configs.get(name) ?? new Map(), log: await readLog(cluster, name) });
  }
  return { topics, acls: await readAcls(cluster, aclsBefore) };
}

/** One line a rule. */
export const aclText = (acl: AclBinding): string =>
  `${acl.permission} ${acl.principal} ${acl.operation} from ${acl.host} (${acl.patternType})`;
