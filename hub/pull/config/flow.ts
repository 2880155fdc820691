/** One flow out of its layer: every property read with its type, its default filled in, and what must go together checked. */
import type { Wrong } from '../../../shared/config/option.ts';
import { ClientReader, readClient, readFetch } from './client.ts';
import type { Entry, Findings, Layer } from './file.ts';
import { flowProperties, IDENTITY_POLICY, NO_NEW_COPY, ownProperties } from './flowProperties.ts';
import { clientLayer, flowLayer, workerEntry } from './layers.ts';
import { checkValue, isClass, listOf, type Property } from './property.ts';
import { CLIENT_KINDS, type Clients, type FlowSettings, type Repeated } from './settings.ts';
import { startAtOf } from './startAt.ts';
import { ratesOf, topicLimitsOf } from './topicLimits.ts';

const PROPERTIES: ReadonlyMap<string, Property> = new Map(
  [...flowProperties, ...ownProperties].map((property) => [property.name, property]),
);

/** Reads values that {@link classify} has checked already: what is wrong counts as its default, nothing is started anyway. */
class Values {
  readonly #layer: Layer;
  readonly #findings: Findings;
  readonly #where: Pick<Entry, 'line' | 'column'>;
  readonly #prefix: string;

  constructor(layer: Layer, findings: Findings, prefix: string, where: Pick<Entry, 'line' | 'column'>) {
    this.#layer = layer;
    this.#findings = findings;
    this.#prefix = prefix;
    this.#where = where;
  }

  isSet(name: string): boolean {
    return this.#layer.has(name);
  }

  text(name: string): string {
    const property = PROPERTIES.get(name);
    if (!property) throw new Error(`${name} is not declared`);
    const value = this.#layer.get(name)?.value.trim();
    if (value !== undefined && checkValue(property, value) === null) return value;
    return property.here ?? property.default ?? '';
  }

  flag(name: string): boolean {
    return this.text(name).toLowerCase() === 'true';
  }

  integer(name: string): number {
    return Number(this.text(name));
  }

  integerOrNull(name: string): number | null {
    return this.isSet(name) ? this.integer(name) : null;
  }

  word<W extends string>(name: string): W {
    return this.text(name) as W;
  }

  names(include: string): FlowSettings['topics'] {
    return { include: listOf(this.text(include)), exclude: listOf(this.text(`${include}.exclude`)) };
  }

  /** `x.enabled` and `x.interval.seconds`. A negative interval means off, as in MirrorMaker 2. */
  repeated(name: string): Repeated {
    const interval = `${name}.interval.seconds`;
    const seconds = this.integer(interval);
    if (seconds === 0) this.wrong(interval, { problem: '0 s is no interval', allowed: 'at least 1' });
    const off = seconds < 0;
    const property = PROPERTIES.get(interval)!;
    if (off) this.remark(interval, `is below 0, so ${name} is off`);
    const everyMs = (off ? Number(property.here ?? property.default) : seconds) * 1_000;
    return { enabled: this.flag(`${name}.enabled`) && !off, everyMs };
  }

  wrong(name: string, wrong: Wrong): void {
    this.#findings.mistake(this.#at(name), wrong);
  }

  remark(name: string, says: string): void {
    this.#findings.remark('changed', this.#at(name), says);
  }

  hazard(name: string, says: string): void {
    this.#findings.remark('hazard', this.#at(name), says);
  }

  #at(name: string): Pick<Entry, 'key' | 'line' | 'column'> {
    return this.#layer.get(name) ?? { key: `${this.#prefix}${name}`, ...this.#where };
  }
}

/** @param clusters line of `clusters`, for what is nowhere in the file */
export function readFlow(
  file: Layer,
  source: string,
  target: string,
  findings: Findings,
  clusters: Entry,
): FlowSettings {
  const layer = flowLayer(file, source, target);
  const values = new Values(layer, findings, `${source}->${target}.`, clusters);
  const enabled = values.flag('enabled');
  const consumer = new ClientReader(clientLayer(layer, 'source', 'consumer'), findings, clusters);
  const flow: FlowSettings = {
    source,
    target,
    enabled,
    clients: {
      source: clientsOf(layer, 'source', source, findings, clusters),
      target: clientsOf(layer, 'target', target, findings, clusters),
    },
    topics: values.names('topics'),
    groups: values.names('groups'),
    replicationPolicy: {
      kind: isClass(IDENTITY_POLICY)(values.text('replication.policy.class')) ? 'identity' : 'default',
      separator: values.text('replication.policy.separator'),
      internalTopicSeparator: values.flag('replication.policy.internal.topic.separator.enabled'),
    },
    replicationFactor: values.integer('replication.factor'),
    delivery: values.word('tributary.delivery'),
    autoOffsetReset: startAtOf(consumer.text('auto.offset.reset') ?? '') ?? 'earliest',
    isolationLevel:
      consumer.text('isolation.level')?.toLowerCase() === 'read_committed' ? 'readCommitted' : 'readUncommitted',
    fetch: readFetch(consumer),
    topicRefresh: values.repeated('refresh.topics'),
    groupRefresh: values.repeated('refresh.groups'),
    configSync: {
      ...values.repeated('sync.topic.configs'),
      exclude: listOf(values.text('config.properties.exclude')),
      useDefaultsFrom: values.word('use.defaults.from'),
    },
    aclSync: { ...values.repeated('sync.topic.acls'), deletions: values.flag('tributary.sync.topic.acls.deletions') },
    heartbeats: {
      ...values.repeated('emit.heartbeats'),
      replicationFactor: values.integer('heartbeats.topic.replication.factor'),
      replicated: values.flag('heartbeats.replication.enabled'),
    },
    offsetSyncs: {
      enabled: values.flag('emit.offset-syncs.enabled'),
      location: values.word('offset-syncs.topic.location'),
      lagMax: values.integer('offset.lag.max'),
      replicationFactor: values.integer('offset-syncs.topic.replication.factor'),
    },
    checkpoints: {
      ...values.repeated('emit.checkpoints'),
      replicationFactor: values.integer('checkpoints.topic.replication.factor'),
    },
    groupOffsetSync: values.repeated('sync.group.offsets'),
    adminTimeoutMs: values.integer('admin.timeout.ms'),
    mm2OffsetsTopic:
      (layer.get('offsets.storage.topic') ?? workerEntry(file, target, 'offset.storage.topic'))?.value.trim() ||
      mm2Offsets(source),
    mm2Positions: values.word('tributary.mm2.positions'),
    onRecordTooLarge: values.word('tributary.on.record.too.large'),
    onTopicRecreated: values.word('tributary.on.topic.recreated'),
    provenanceHeaders: values.flag('tributary.provenance.headers'),
    maxBytesPerSecond: values.integerOrNull('tributary.max.bytes.per.second'),
    maxRecordsPerSecond: values.integerOrNull('tributary.max.records.per.second'),
    topicLimits: topicLimitsOf(
      ratesOf(values.text('tributary.topic.max.bytes.per.second')),
      ratesOf(values.text('tributary.topic.max.records.per.second')),
    ),
  };
  if (!enabled) return flow;
  hazards(flow, values);
  if (flow.onTopicRecreated === 'new' && flow.replicationPolicy.kind === 'identity')
    values.wrong('tributary.on.topic.recreated', NO_NEW_COPY);
  return together(flow, values);
}

export const mm2Offsets = (source: string): string => `mm2-offsets.${source}.internal`;

function hazards({ source, replicationPolicy: { kind, separator } }: FlowSettings, values: Values): void {
  if (kind === 'default' && source.includes(separator)) {
    values.hazard(
      'enabled',
      `the alias "${source}" holds the separator "${separator}", so that nobody can tell where a copied topic came from, and loops are not seen`,
    );
  }
}

/** What needs something else; a flow that is off is not judged, as in MirrorMaker 2. */
function together(flow: FlowSettings, values: Values): FlowSettings {
  const { offsetSyncs, checkpoints, groupOffsetSync } = flow;
  if (!offsetSyncs.enabled) {
    for (const name of ['offset-syncs.topic.location', 'offset-syncs.topic.replication.factor']) {
      if (values.isSet(name))
        values.wrong(name, { problem: 'needs offset syncs', allowed: 'remove it, or emit.offset-syncs.enabled=false' });
    }
  }
  const without = !offsetSyncs.enabled
    ? 'emit.offset-syncs.enabled=false'
    : !checkpoints.enabled
      ? 'emit.checkpoints.enabled=false'
      : null;
  if (without === null) return flow;
  if (groupOffsetSync.enabled) {
    values.wrong('sync.group.offsets.enabled', { problem: `can't be with ${without}`, allowed: 'remove one of them' });
  }
  if (!offsetSyncs.enabled && checkpoints.enabled) {
    if (values.isSet('emit.checkpoints.enabled')) {
      values.wrong('emit.checkpoints.enabled', { problem: `can't be with ${without}`, allowed: 'remove one of them' });
    } else values.remark('emit.offset-syncs.enabled', 'is false, so no checkpoints are written either');
  }
  return { ...flow, checkpoints: { ...checkpoints, enabled: false } };
}

function clientsOf(
  flow: Layer,
  side: 'source' | 'target',
  alias: string,
  findings: Findings,
  clusters: Entry,
): Clients {
  const client = (kind: (typeof CLIENT_KINDS)[number]) =>
    readClient(new ClientReader(clientLayer(flow, side, kind), findings, { ...clusters, key: alias }));
  const [consumer, producer, admin] = CLIENT_KINDS.map(client) as [
    Clients['admin'],
    Clients['admin'],
    Clients['admin'],
  ];
  return { consumer, producer, admin };
}
