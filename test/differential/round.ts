/** One policy: both programs one after the other, then what they made side by side. */
import { join } from 'node:path';
import {
  type AclBinding,
  type Cluster,
  deleteTopics,
  fetchOffsetsOfGroups,
  listGroups,
} from '../../shared/kafka/index.ts';
import { HEARTBEATS_TOPIC } from '../../shared/names/index.ts';
import { type Compared, compareClusters } from './compare.ts';
import { type Mirror, startMm2, startOurs, untilStill } from './mirrors.ts';
import {
  compareCheckpoints,
  compareHeartbeats,
  compareOffsetSyncs,
  comparePlaces,
  type Mirrored,
  type Place,
} from './offsets.ts';
import { fileOf, type Policy } from './policies.ts';
import { type ClusterContent, type Log, readAcls, readCluster, readLog, topicNames } from './reading.ts';

export interface Parts {
  readonly source: Cluster;
  readonly targets: { readonly mm2: Cluster; readonly ours: Cluster };
  readonly dir: string;
  readonly log: (line: string) => void;
}
interface Made {
  readonly target: ClusterContent;
  /** What is in the source afterwards that was not there before. */
  readonly source: ClusterContent;
  readonly groups: ReadonlyMap<string, { readonly offset: number; readonly metadata: string }>;
}
type Side = 'mm2' | 'ours';
const STARTS = { mm2: startMm2, ours: startOurs };
/** Longer than any interval of the file. */
const STILL = { stillMs: 5_000, withinMs: 90_000 };

const addressOf = (cluster: Cluster): string => cluster.settings.brokers.join(',');

export async function runPolicy(policy: Policy, parts: Parts, into: Compared): Promise<void> {
  const before = new Set(await topicNames(parts.source));
  const logs = new Map<string, Log>();
  for (const topic of before) logs.set(topic, await readLog(parts.source, topic, policy.isolation));
  const mm2 = await made(policy, 'mm2', before, parts);
  const ours = await made(policy, 'ours', before, parts);
  const originals = new Map([...before].map((topic) => [policy.names.formatRemoteTopic(policy.source, topic), topic]));
  const originalOf = (copy: string): string => originals.get(copy) ?? copy;
  const isInternal = (topic: string): boolean =>
    policy.names.isHeartbeatsTopic(topic) || policy.names.isInternalTopic(topic) || topic.startsWith('tributary.');
  const sourceOf = (copy: string): Log | null => logs.get(originalOf(copy)) ?? null;
  compareClusters({ mm2: mm2.target, ours: ours.target, sourceOf, isInternal }, into);
  compareClusters({ mm2: mm2.source, ours: ours.source, sourceOf: () => null, isInternal: () => true }, into);
  const mirroredBy = ({ target, source }: Made): Mirrored => ({
    // Heartbeats come into the source while the mirror runs.
    source: (topic) => logs.get(topic) ?? source.topics.get(topic)?.log ?? [],
    copy: (topic) => target.topics.get(policy.names.formatRemoteTopic(policy.source, topic))?.log ?? [],
  });
  const mirrored = { mm2: mirroredBy(mm2), ours: mirroredBy(ours) };
  const both = (at: 'source' | 'target', topic: string) => ({
    mm2: mm2[at].topics.get(topic),
    ours: ours[at].topics.get(topic),
  });
  const { source: from, target: to, names, syncsOn } = policy;
  compareHeartbeats(HEARTBEATS_TOPIC, both('target', HEARTBEATS_TOPIC), into);
  compareHeartbeats(HEARTBEATS_TOPIC, both('source', HEARTBEATS_TOPIC), into);
  const copied = names.formatRemoteTopic(from, HEARTBEATS_TOPIC);
  compareHeartbeats(copied, both('target', copied), into);
  const syncs = names.offsetSyncsTopic(syncsOn === 'source' ? to : from);
  compareOffsetSyncs(syncs, both(syncsOn, syncs), mirrored, into);
  const checkpoints = names.checkpointsTopic(from);
  compareCheckpoints(checkpoints, both('target', checkpoints), mirrored, originalOf, into);
  if (policy.groupOffsets) compareGroups({ mm2, ours }, mirrored, originalOf, into);
}

/** Runs one of them, reads what it made, and takes away what it left in the source. */
async function made(policy: Policy, side: Side, sourceBefore: ReadonlySet<string>, parts: Parts): Promise<Made> {
  const { source, dir, log } = parts;
  const target = parts.targets[side];
  const targetBefore = new Set(await topicNames(target));
  // Every run writes heartbeats into the same topic.
  targetBefore.delete(HEARTBEATS_TOPIC);
  if (side === 'ours') for (const topic of targetBefore) if (topic.startsWith('tributary.')) targetBefore.delete(topic);
  const acls = await readAcls(target);
  const sourceAcls = await readAcls(source);
  const isNew = (topic: string): boolean => !targetBefore.has(topic);
  const mirror = await STARTS[side](
    join(dir, `${policy.name}-${side}`),
    fileOf(policy, addressOf(source), addressOf(target)),
  );
  const started = performance.now();
  try {
    await untilStill(mirror, () => look(policy, target, isNew, acls), STILL);
  } finally {
    await mirror.stop();
  }
  log(
    `${policy.name}: ${mirror.label} has come to its end after ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
  const left = (await topicNames(source)).filter((topic) => !sourceBefore.has(topic));
  const result = {
    target: await readCluster(target, isNew, acls),
    source: await readCluster(source, (topic) => left.includes(topic), sourceAcls),
    groups: await groupsOf(target, isNew),
  };
  await deleteTopics(source, left);
  await deleteTopics(target, [HEARTBEATS_TOPIC]);
  return result;
}

/** All of the copies' data is there, and nothing but heartbeats has changed for a while. */
async function look(
  policy: Policy,
  target: Cluster,
  isNew: (topic: string) => boolean,
  aclsBefore: readonly AclBinding[],
) {
  const { topics, acls } = await readCluster(target, isNew, aclsBefore);
  const groups = await groupsOf(target, isNew);
  const plain = topics.get(policy.names.formatRemoteTopic(policy.source, 'plain'))?.log.flat().length ?? 0;
  const steady = [...topics].filter(([name]) => !/heartbeats$|^mm2-|^tributary\./.test(name));
  const text = steady.map(([name, { configs, log }]) => {
    // A checkpoint that is written again says nothing new.
    const size = name.includes('checkpoints') ? new Set(log.flat().map(({ key }) => key)).size : log.flat().length;
    return `${name} ${[...configs].join(' ')} ${size}`;
  });
  const complete = plain === 3_000 && topics.has(policy.names.checkpointsTopic(policy.source));
  return {
    complete,
    text: [...text, `${acls.length} rules`, ...[...groups].map(([key, { offset }]) => `${key}=${offset}`)].join('\n'),
  };
}

async function groupsOf(target: Cluster, isNew: (topic: string) => boolean): Promise<Made['groups']> {
  const groups = (await listGroups(target)).map(({ group }) => group);
  const found = new Map<string, { offset: number; metadata: string }>();
  for (const [group, offsets] of await fetchOffsetsOfGroups(target, groups)) {
    if (offsets instanceof Error) throw offsets;
    for (const { topic, partition, offset, metadata } of offsets) {
      if (isNew(topic)) found.set(`${group} ${topic}/${partition}`, { offset, metadata });
    }
  }
  return found;
}

function compareGroups(
  made: Record<Side, Made>,
  mirrored: Record<Side, Mirrored>,
  originalOf: (copy: string) => string,
  into: Compared,
): void {
  const placesOf = (side: Side): Map<string, Place> =>
    new Map(
      [...made[side].groups].map(([subject, { offset, metadata }]) => {
        const [, copy = '', partition = ''] = /^.* (.+)\/(\d+)$/.exec(subject) ?? [];
        const log = mirrored[side].copy(originalOf(copy))[Number(partition)] ?? [];
        // Where the group was in the source, its checkpoint says; here it counts how much is left to read.
        const left = log.filter((record) => record.offset >= offset).length;
        return [subject, { upstream: 0, metadata, again: left, fromEnd: log.length }];
      }),
    );
  comparePlaces('group', 'on the target', { mm2: placesOf('mm2'), ours: placesOf('ours') }, into);
}

export type { Mirror };
