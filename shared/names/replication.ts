/**
 * How topics are named on the other side of a flow: MirrorMaker 2's replication policies, name for name.
 *
 * `default`: a topic `t` of cluster `a` is `a.t` elsewhere, so a name tells where its records come from and a loop can be
 * seen. `identity`: names stay; only heartbeats are still renamed. With the usual separator a local topic `a.b` reads as
 * "topic b of cluster a": that is MirrorMaker 2's own rule, and is kept.
 *
 * Names of internal topics follow the separator unless `separatorInInternal` is false.
 */
import { TributaryError } from '../errors.ts';

export interface ReplicationPolicySettings {
  readonly kind: 'default' | 'identity';
  /** Default `.`. */
  readonly separator?: string;
  /** Whether internal topics are named with {@link separator} as well, or with `.`. Default true. */
  readonly separatorInInternal?: boolean;
  /** What `identity` answers to "where does this topic come from". */
  readonly sourceAlias?: string;
}

export interface ReplicationPolicy {
  /** Name of a source cluster's topic on the target. */
  formatRemoteTopic(sourceAlias: string, topic: string): string;
  /** The cluster that a topic was copied from, as its name says; null for a topic of the cluster's own. */
  topicSource(topic: string): string | null;
  /** The topic's name one cluster further up; null where it was not copied. */
  upstreamTopic(topic: string): string | null;
  /** The name where the records were first written. */
  originalTopic(topic: string): string;
  offsetSyncsTopic(alias: string): string;
  checkpointsTopic(alias: string): string;
  isHeartbeatsTopic(topic: string): boolean;
  isCheckpointsTopic(topic: string): boolean;
  isMM2InternalTopic(topic: string): boolean;
  isInternalTopic(topic: string): boolean;
}

export const HEARTBEATS_TOPIC = 'heartbeats';

const SEPARATOR_DEFAULT = '.';
const SEPARATOR = /^[A-Za-z0-9._-]+$/;

/** @throws TributaryError `configInvalid`: a separator that no topic name can hold */
export function replicationPolicy(settings: ReplicationPolicySettings): ReplicationPolicy {
  const separator = settings.separator ?? SEPARATOR_DEFAULT;
  if (!SEPARATOR.test(separator)) {
    throw new TributaryError({
      code: 'configInvalid',
      operation: 'read replication policy',
      subject: 'replication.policy.separator',
      reason: `${JSON.stringify(separator)} can't be part of a topic name`,
      hint: 'Use letters, digits, ".", "_" or "-"; the default is ".".',
      retry: 'final',
    });
  }
  const internal = (settings.separatorInInternal ?? true) ? separator : SEPARATOR_DEFAULT;
  const policy = withInternalNames(defaultNames(separator), internal);
  return settings.kind === 'default' ? policy : identityNames(policy, settings.sourceAlias ?? null);
}

type Names = Pick<ReplicationPolicy, 'formatRemoteTopic' | 'topicSource' | 'upstreamTopic'>;

function defaultNames(separator: string): Names {
  return {
    formatRemoteTopic: (sourceAlias, topic) => sourceAlias + separator + topic,
    topicSource: (topic) => sourceIn(topic, separator),
    upstreamTopic: (topic) => {
      const source = sourceIn(topic, separator);
      return source === null ? null : topic.slice(source.length + separator.length);
    },
  };
}

/** What is in front of the first separator; null where nothing but separators follows it. */
function sourceIn(topic: string, separator: string): string | null {
  const at = topic.indexOf(separator);
  if (at < 0) return null;
  let behind = at + separator.length;
  while (topic.startsWith(separator, behind)) behind += separator.length;
  return behind < topic.length ? topic.slice(0, at) : null;
}

function originalOf(topic: string, { upstreamTopic }: Names): string {
  let current = topic;
  for (;;) {
    const upstream = upstreamTopic(current);
    if (upstream === null || upstream === current) return current;
    current = upstream;
  }
}

function withInternalNames(names: Names, internalSeparator: string): ReplicationPolicy {
  const suffix = `${internalSeparator}internal`;
  const checkpoints = `${internalSeparator}checkpoints${suffix}`;
  const isCheckpointsTopic = (topic: string): boolean => topic.endsWith(checkpoints);
  const isMM2InternalTopic = (topic: string): boolean =>
    (topic.startsWith('mm2') && topic.endsWith(suffix)) || isCheckpointsTopic(topic);
  return {
    ...names,
    originalTopic: (topic) => originalOf(topic, names),
    offsetSyncsTopic: (alias) => `mm2-offset-syncs${internalSeparator}${alias}${suffix}`,
    checkpointsTopic: (alias) => alias + checkpoints,
    isHeartbeatsTopic: (topic) => originalOf(topic, names) === HEARTBEATS_TOPIC,
    isCheckpointsTopic,
    isMM2InternalTopic,
    isInternalTopic: (topic) => isMM2InternalTopic(topic) || topic.startsWith('__') || topic.startsWith('.'),
  };
}

function identityNames(byDefault: ReplicationPolicy, sourceAlias: string | null): ReplicationPolicy {
  const likeHeartbeats = (topic: string): boolean => topic.endsWith(HEARTBEATS_TOPIC);
  const names: Names = {
    formatRemoteTopic: (alias, topic) => (likeHeartbeats(topic) ? byDefault.formatRemoteTopic(alias, topic) : topic),
    topicSource: (topic) => (likeHeartbeats(topic) ? byDefault.topicSource(topic) : sourceAlias),
    upstreamTopic: (topic) => (likeHeartbeats(topic) ? byDefault.upstreamTopic(topic) : topic),
  };
  return {
    ...byDefault,
    ...names,
    originalTopic: (topic) => originalOf(topic, names),
    isHeartbeatsTopic: (topic) => originalOf(topic, names) === HEARTBEATS_TOPIC,
  };
}

/** Whether copying the topic to `targetAlias` would bring its records back to where they were. */
export function isCycle(policy: ReplicationPolicy, targetAlias: string, topic: string): boolean {
  let current = topic;
  for (;;) {
    const source = policy.topicSource(current);
    if (source === null) return false;
    if (source === targetAlias) return true;
    const upstream = policy.upstreamTopic(current);
    if (upstream === null || upstream === current) return false;
    current = upstream;
  }
}

export interface TopicRule {
  readonly policy: ReplicationPolicy;
  readonly targetAlias: string;
  /** The flow's include and exclude lists. */
  readonly accepts: (topic: string) => boolean;
  /** Heartbeats are copied even where the lists leave them out. */
  readonly replicateHeartbeats: boolean;
}

/** Why a source topic is not copied; null: it is. */
export type TopicRefusal = 'notIncluded' | 'internal' | 'cycle';

export function topicRefusal(rule: TopicRule, topic: string): TopicRefusal | null {
  const { policy } = rule;
  const wanted = rule.accepts(topic) || (rule.replicateHeartbeats && policy.isHeartbeatsTopic(topic));
  if (!wanted) return 'notIncluded';
  if (policy.isInternalTopic(topic)) return 'internal';
  return isCycle(policy, rule.targetAlias, topic) ? 'cycle' : null;
}
