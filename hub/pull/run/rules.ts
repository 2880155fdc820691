/** A flow's settings as the rules of the parts. */
import type { Cluster } from '../../../shared/kafka/index.ts';
import { NameFilter, type ReplicationPolicy, replicationPolicy } from '../../../shared/names/index.ts';
import type { FlowSettings } from '../config/index.ts';
import type { CopySettings } from '../copy/index.ts';
import type { FlowRules } from '../sync/index.ts';

export const flowTextOf = ({ source, target }: Pick<FlowSettings, 'source' | 'target'>): string =>
  `${source}->${target}`;

/** @throws TributaryError `configInvalid`: a separator that no topic name can hold */
export function policyOf({ replicationPolicy: settings, source }: FlowSettings): ReplicationPolicy {
  const { kind, separator, internalTopicSeparator } = settings;
  return replicationPolicy({ kind, separator, separatorInInternal: internalTopicSeparator, sourceAlias: source });
}

export interface FlowAdmins {
  readonly source: Cluster;
  readonly target: Cluster;
}

/** @throws TributaryError `configInvalid`: an expression that can't be matched as Java does */
export function syncRulesOf(
  settings: FlowSettings,
  policy: ReplicationPolicy,
  admins: FlowAdmins,
  refused: (topic: string) => boolean,
): FlowRules {
  const { configSync, aclSync } = settings;
  const wanted = new NameFilter(settings.topics);
  const excluded = new NameFilter({ exclude: configSync.exclude });
  return {
    ...admins,
    policy,
    sourceAlias: settings.source,
    targetAlias: settings.target,
    accepts: (topic) => wanted.accepts(topic) && !refused(topic),
    replicateHeartbeats: settings.heartbeats.replicated,
    replicationFactor: settings.replicationFactor,
    configs: { accepts: excluded.accepts, defaultsFrom: configSync.useDefaultsFrom },
    aclDeletions: aclSync.deletions,
    sync: { configs: configSync.enabled, acls: aclSync.enabled },
  };
}

export function copySettingsOf(settings: FlowSettings): Partial<CopySettings> {
  const { fetch, delivery, isolationLevel, autoOffsetReset } = settings;
  return {
    delivery,
    isolation: isolationLevel === 'readCommitted' ? 'read_committed' : 'read_uncommitted',
    startAt: autoOffsetReset,
    limits: {
      flow: { maxBytesPerSecond: settings.maxBytesPerSecond, maxRecordsPerSecond: settings.maxRecordsPerSecond },
      topics: settings.topicLimits,
    },
    provenance: settings.provenanceHeaders,
    rack: fetch.rack,
    onRefused: settings.onRecordTooLarge,
    onRecreated: settings.onTopicRecreated,
    offsetMaps: settings.checkpoints.enabled && settings.offsetSyncs.enabled,
    ...(fetch.maxBytes === null ? {} : { fetchBytes: fetch.maxBytes }),
    ...(fetch.partitionMaxBytes === null ? {} : { fetchPartitionBytes: fetch.partitionMaxBytes }),
    ...(fetch.minBytes === null ? {} : { fetchMinBytes: fetch.minBytes }),
    ...(fetch.maxWaitMs === null ? {} : { fetchMaxWaitMs: fetch.maxWaitMs }),
  };
}
