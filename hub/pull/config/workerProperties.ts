/** What belongs to Kafka Connect, which Tributary does without, and to MirrorMaker 2's driver. */
import { has, none, type Property } from './property.ts';

/** For workers whose target is A: `A.x`; some prefixes also at the top level. */
export const workerProperties: readonly Property[] = [
  has(
    'offset.storage.topic',
    'string',
    null,
    "The topic on the target that has MirrorMaker 2's positions: read when a flow starts, and kept up as `tributary.mm2.positions` says.",
    { here: 'mm2-offsets.<source>.internal' },
  ),
  ...none('tributary.delivery says it, and is exactlyOnce by default', ['exactly.once.source.support']),
  ...none('there are no Connect workers and no topics of theirs: positions are in the ledger on the target', [
    'config.storage.topic',
    'config.storage.replication.factor',
    'offset.storage.replication.factor',
    'offset.storage.partitions',
    'offset.flush.interval.ms',
    'offset.flush.timeout.ms',
    'status.storage.topic',
    'status.storage.partitions',
    'status.storage.replication.factor',
    'connect.protocol',
    'connector.client.config.override.policy',
    'group.id',
    'session.timeout.ms',
    'heartbeat.interval.ms',
    'rebalance.timeout.ms',
    'scheduled.rebalance.max.delay.ms',
    'worker.sync.timeout.ms',
    'worker.unsync.backoff.ms',
    'task.shutdown.graceful.timeout.ms',
    'topic.creation.enable',
    'topic.tracking.enable',
    'topic.tracking.allow.reset',
    'inter.worker.key.generation.algorithm',
    'inter.worker.key.size',
    'inter.worker.key.ttl.ms',
    'inter.worker.signature.algorithm',
    'inter.worker.verification.algorithms',
  ]),
  ...none('nothing is loaded from elsewhere', ['plugin.path', 'plugin.discovery', 'rest.extension.classes']),
  ...none('it belongs to a consumer, producer or admin client: write A.consumer.x, A.producer.x or A.admin.x', [
    'client.id',
    'request.timeout.ms',
    'client.dns.lookup',
    'connections.max.idle.ms',
    'metadata.max.age.ms',
    'metadata.recovery.strategy',
    'metadata.recovery.rebootstrap.trigger.ms',
    'metrics.num.samples',
    'metrics.recording.level',
    'metrics.sample.window.ms',
    'metric.reporters',
    'receive.buffer.bytes',
    'send.buffer.bytes',
    'reconnect.backoff.ms',
    'reconnect.backoff.max.ms',
    'retry.backoff.ms',
    'retry.backoff.max.ms',
    'socket.connection.setup.timeout.ms',
    'socket.connection.setup.timeout.max.ms',
  ]),
];

/** The internal REST server of several MirrorMaker 2 nodes. */
export const restProperties: readonly Property[] = none(
  'nodes need no REST between them: they share the work through Kafka',
  [
    'dedicated.mode.enable.internal.rest',
    'listeners',
    'admin.listeners',
    'rest.advertised.host.name',
    'rest.advertised.listener',
    'rest.advertised.port',
    'access.control.allow.methods',
    'access.control.allow.origin',
    'response.http.headers.config',
    'ssl.client.auth',
  ],
);

export const topProperties: readonly Property[] = [
  has('clusters', 'list', null, 'Aliases of the clusters, with commas between.'),
  has(
    'config.providers',
    'list',
    '',
    'Names for FileConfigProvider, EnvVarConfigProvider and DirectoryConfigProvider, whose `${name:...}` is filled in; each with `config.providers.<name>.class`.',
  ),
];
