/** Flows of hub.yaml, to settings. */
import { parseConfig } from '../../../shared/config/index.ts';
import { clientOf } from './clientOptions.ts';
import { mm2Offsets } from './flow.ts';
import { type ClusterConfig, type FlowConfig, type PullConfig, pullOptions } from './flowOptions.ts';
import type { Loaded } from './mm2.ts';
import type { Env } from './providers.ts';
import { CLIENT_KINDS, type Clients, type FlowSettings, type PullSettings, type TopicLimits } from './settings.ts';
import { startAtOf } from './startAt.ts';

export interface YamlOptions {
  readonly file: string;
  readonly env?: Env;
  readonly targets?: readonly string[];
  /** What else hub.yaml may hold. */
  readonly others?: readonly string[];
}

/** @throws ConfigError with every mistake; then nothing of it counts */
export function readPullYaml(text: string, { targets = [], ...options }: YamlOptions): Loaded {
  const config: PullConfig = parseConfig(pullOptions, text, options);
  return { settings: limited(pullSettings(config), targets), remarks: [] };
}

const limited = ({ clusters, flows }: PullSettings, targets: readonly string[]): PullSettings => ({
  clusters,
  flows: flows.filter(({ target }) => targets.length === 0 || targets.includes(target)),
});

export function pullSettings({ clusters, flows }: PullConfig): PullSettings {
  const aliases = Object.keys(clusters);
  const all = Object.fromEntries(aliases.map((alias) => [alias, clientsOf(clusters[alias]!)]));
  const place = ({ source, target }: FlowSettings): number =>
    aliases.indexOf(source) * aliases.length + aliases.indexOf(target);
  const settings = flows
    .map((flow) => flowOf(flow, all))
    .filter(({ enabled, heartbeats }) => enabled || heartbeats.enabled)
    .sort((a, b) => place(a) - place(b));
  return { clusters: all, flows: settings };
}

type Beside = Pick<ClusterConfig, 'consumer' | 'producer' | 'admin'>;

function clientsOf(cluster: ClusterConfig): Clients {
  const { consumer, producer, admin, ...own } = cluster;
  return { consumer: clientOf(consumer ?? own), producer: clientOf(producer ?? own), admin: clientOf(admin ?? own) };
}

function beside(clients: Clients, own: Beside | undefined): Clients {
  const entries = CLIENT_KINDS.map((kind) => {
    const client = own?.[kind];
    return [kind, client ? clientOf(client) : clients[kind]] as const;
  });
  return { ...clients, ...Object.fromEntries(entries) };
}

function limitsOf(limits: FlowConfig['topicLimits']): TopicLimits {
  const named = Object.entries(limits).map(([topic, { maxBytesPerSecond, maxRecordsPerSecond }]) => {
    const limit = { maxBytesPerSecond: maxBytesPerSecond ?? null, maxRecordsPerSecond: maxRecordsPerSecond ?? null };
    return [topic, limit] as const;
  });
  const some = named.filter(([, limit]) => limit.maxBytesPerSecond !== null || limit.maxRecordsPerSecond !== null);
  return Object.fromEntries(some.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function flowOf(flow: FlowConfig, clusters: Readonly<Record<string, Clients>>): FlowSettings {
  const { source, target, naming, fetch, refresh, sync, clients, from, isolation, topicLimits, ...same } = flow;
  return {
    ...same,
    source,
    target,
    clients: {
      source: beside(clusters[source]!, clients.source),
      target: beside(clusters[target]!, clients.target),
    },
    replicationPolicy: {
      kind: naming.policy,
      separator: naming.separator,
      internalTopicSeparator: naming.internalTopics,
    },
    autoOffsetReset: startAtOf(from) ?? 'earliest',
    isolationLevel: isolation,
    fetch: {
      maxBytes: fetch.maxBytes ?? null,
      partitionMaxBytes: fetch.partitionMaxBytes ?? null,
      minBytes: fetch.minBytes ?? null,
      maxWaitMs: fetch.maxWaitMs ?? null,
      rack: fetch.rack ?? null,
    },
    topicRefresh: refresh.topics,
    groupRefresh: refresh.groups,
    configSync: sync.configs,
    aclSync: sync.acls,
    groupOffsetSync: sync.groupOffsets,
    mm2OffsetsTopic: flow.mm2OffsetsTopic ?? mm2Offsets(source),
    maxBytesPerSecond: flow.maxBytesPerSecond ?? null,
    maxRecordsPerSecond: flow.maxRecordsPerSecond ?? null,
    topicLimits: limitsOf(topicLimits),
  };
}
