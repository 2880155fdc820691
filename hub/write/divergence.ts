/**
 * Whether Kafka still has what the ledger says: compares targets with their logs.
 *
 * Topic ids first. Then each partition's leader is asked where the epoch ended in which the last record was written
 * (OffsetForLeaderEpoch). An end at or below that record's offset is only a suspicion, as the ledger's epoch can be older
 * than the write's: the record itself is looked at before anything is said. What retention or compaction has taken is no loss.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../../shared/errors.ts';
import {
  type Cluster,
  EARLIEST,
  fetchRaw,
  groupByLeader,
  listOffsets,
  type MetadataTopic,
  offsetForLeaderEpoch,
} from '../../shared/kafka/index.ts';
import { limits } from '../../shared/limits.ts';
import { type BatchHeader, readProvenance, splitBatches, walkRecords } from '../../shared/records/index.ts';
import type { TargetEntry } from '../ledger/entries.ts';
import { parseStreamKey } from '../ledger/keys.ts';
import type { Divergence } from '../sequence/index.ts';

export interface Checked {
  /** Key of a stream in the ledger. */
  readonly stream: string;
  readonly target: TargetEntry;
}
export interface Comparison {
  readonly diverged: readonly Divergence[];
  /** Could not be decided now. */
  readonly open: readonly Checked[];
  readonly reason: string | null;
}

interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly currentLeaderEpoch: number;
}
interface BatchAt {
  readonly header: BatchHeader;
  readonly batch: Buffer;
}

const UNKNOWN_TOPIC = 3;
const OUT_OF_RANGE = 1;
/** A topic is called deleted when it is not there at the second look, either. */
const SECOND_LOOK_MS = 500;
const FETCH_BYTES = 64 * 1024;

export async function compareTargets(cluster: Cluster, streams: readonly Checked[]): Promise<Comparison> {
  const diverged: Divergence[] = [];
  const open: Checked[] = [];
  let reason: string | null = null;
  const topics = await lookUp(cluster, streams);
  const there: Checked[] = [];
  for (const checked of streams) {
    const topic = topics.get(checked.target.topic);
    const found = identityOf(checked, topic);
    if (found) diverged.push(found);
    else if (topic?.errorCode === 0 && checked.target.lastOffset >= 0) there.push(checked);
  }
  const { byNode, leaderless } = await groupByLeader(
    cluster,
    there.map(({ stream, target }) => ({ stream, target, topic: target.topic, partition: target.partition })),
  );
  open.push(...leaderless);
  for (const members of byNode.values()) {
    try {
      for (const { checked, epochEnd } of await suspects(cluster, members)) {
        const verdict = await lookAt(cluster, checked);
        if (verdict === 'open') open.push(checked);
        else if (verdict === 'lost') diverged.push(truncation(checked, epochEnd));
      }
    } catch (error) {
      // One silent broker must not keep the others' answers back.
      reason = reasonOf(error);
      open.push(...members);
    }
  }
  return { diverged, open, reason: reason ?? (open.length > 0 ? 'a log could not be read to that offset yet' : null) };
}

async function lookUp(cluster: Cluster, streams: readonly Checked[]): Promise<ReadonlyMap<string, MetadataTopic>> {
  const names = [...new Set(streams.map(({ target }) => target.topic))];
  const { topics } = await cluster.metadata(names);
  const gone = names.filter((name) => topics.get(name)?.errorCode === UNKNOWN_TOPIC);
  if (gone.length === 0) return topics;
  await sleep(SECOND_LOOK_MS);
  return new Map([...topics, ...(await cluster.metadata(gone)).topics]);
}

function identityOf({ stream, target }: Checked, topic: MetadataTopic | undefined): Divergence | null {
  if (topic?.errorCode === UNKNOWN_TOPIC) {
    return { stream, cause: 'deleted', target, foundTopicId: null, lostFrom: 0 };
  }
  if (topic?.errorCode !== 0 || topic.topicId === target.topicId) return null;
  return { stream, cause: 'replaced', target, foundTopicId: topic.topicId, lostFrom: 0 };
}

const truncation = ({ stream, target }: Checked, epochEnd: number): Divergence => ({
  stream,
  cause: 'truncated',
  target,
  foundTopicId: target.topicId,
  lostFrom: epochEnd >= 0 ? Math.min(epochEnd, target.lastOffset) : target.lastOffset,
});

/** Streams of one broker whose last record's epoch ended in front of it, by that broker. */
async function suspects(
  cluster: Cluster,
  members: readonly Checked[],
): Promise<{ readonly checked: Checked; readonly epochEnd: number }[]> {
  const suspected: { checked: Checked; epochEnd: number }[] = [];
  const epochs = new Set(members.map(({ target }) => target.leaderEpoch));
  for (const leaderEpoch of epochs) {
    const asked = members.filter(({ target }) => target.leaderEpoch === leaderEpoch);
    const questions = new Map(
      asked.map(({ target: { topic, partition } }) => [`${topic}/${partition}`, { topic, partition, leaderEpoch }]),
    );
    const answers = leaderEpoch < 0 ? [] : await offsetForLeaderEpoch(cluster, [...questions.values()]);
    const ends = new Map(answers.map((answer) => [`${answer.topic}/${answer.partition}`, answer.endOffset]));
    for (const checked of asked) {
      const { topic, partition, lastOffset } = checked.target;
      const epochEnd = ends.get(`${topic}/${partition}`) ?? -1;
      if (epochEnd <= lastOffset) suspected.push({ checked, epochEnd });
    }
  }
  return suspected;
}

/** Looks for the last record of a stream where the ledger says that it is. */
async function lookAt(cluster: Cluster, { stream, target }: Checked): Promise<'there' | 'lost' | 'open'> {
  const { topic, topicId, partition, lastOffset: offset } = target;
  const leader = await cluster.leader(topic, partition);
  if (!leader) return 'open';
  const where = { topic, topicId, partition, offset, currentLeaderEpoch: leader.leaderEpoch, maxBytes: FETCH_BYTES };
  const bounds = { isolation: 'read_uncommitted', maxWaitMs: 100, minBytes: 1, maxBytes: FETCH_BYTES } as const;
  const [fetched] = await fetchRaw(cluster, leader.nodeId, { ...bounds, partitions: [where] }, 'look');
  if (fetched?.errorCode === OUT_OF_RANGE) return (await isBelowStart(cluster, where)) ? 'there' : 'lost';
  if (fetched?.errorCode !== 0) {
    cluster.forget(topic);
    return 'open';
  }
  const [first] = splitBatches(fetched.records);
  if (!first) return (await endsAt(cluster, where)) <= offset ? 'lost' : 'open';
  // A hole is compaction's work.
  if (first.header.baseOffset > offset) return 'there';
  return isOf(stream, first, offset) ? 'there' : 'lost';
}

async function isBelowStart(cluster: Cluster, { topic, partition, offset }: Place): Promise<boolean> {
  const [start] = await listOffsets(cluster, [{ topic, partition, timestamp: EARLIEST }]);
  return start?.errorCode === 0 && offset < start.offset;
}

/** The log's real end: a young leader's high watermark can be behind it. */
async function endsAt(cluster: Cluster, { topic, partition, currentLeaderEpoch }: Place): Promise<number> {
  const question = { topic, partition, leaderEpoch: currentLeaderEpoch, currentLeaderEpoch };
  const [end] = await offsetForLeaderEpoch(cluster, [question]);
  return end?.errorCode === 0 && end.endOffset >= 0 ? end.endOffset : Number.POSITIVE_INFINITY;
}

function isOf(stream: string, { header, batch }: BatchAt, offset: number): boolean {
  if (header.control) return false;
  const id = parseStreamKey(stream);
  let isOther = false;
  walkRecords(batch, { maxRawBytes: limits.maxBatchRawBytes }, (view) => {
    if (header.baseOffset + view.offsetDelta !== offset) return;
    const provenance = readProvenance(view.headers());
    isOther = provenance?.edge !== id?.edge || provenance?.epoch !== id?.epoch;
  });
  return !isOther;
}
