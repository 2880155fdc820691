/** Settings of a single local broker that is also its own controller. */

export interface KafkaPorts {
  readonly broker: number;
  readonly controller: number;
}
/** A second listener, for tests of TLS and SASL. */
export interface ExtraListener {
  readonly name: string;
  readonly port: number;
  readonly securityProtocol: 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
}

const SINGLE_BROKER = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.listener.names': 'CONTROLLER',
  'inter.broker.listener.name': 'PLAINTEXT',
  // There is nobody to replicate to, and few partitions make a start quick.
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '4',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'default.replication.factor': '1',
  'min.insync.replicas': '1',
  // Topics appear because somebody made them.
  'auto.create.topics.enable': 'false',
  'group.initial.rebalance.delay.ms': '0',
  // A transaction that follows closely on another does not wait for the markers in steps of 20 ms.
  'add.partitions.to.txn.retry.backoff.ms': '5',
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': '1000',
  // A killed broker comes back before its own controller has missed it, and waits until it has.
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
  // Sized for a small heap and many small partitions.
  'log.cleaner.dedupe.buffer.size': '16777216',
  'log.index.size.max.bytes': '1048576',
  'num.network.threads': '3',
  'num.io.threads': '4',
} as const;

export function serverProperties(
  dataDir: string,
  ports: KafkaPorts,
  extra: readonly ExtraListener[] = [],
  overrides: Readonly<Record<string, string>> = {},
): string {
  const secured = extra.map((l) => `${l.name}://127.0.0.1:${l.port}`);
  const all: Record<string, string> = {
    ...SINGLE_BROKER,
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    listeners: [`PLAINTEXT://127.0.0.1:${ports.broker}`, `CONTROLLER://127.0.0.1:${ports.controller}`, ...secured].join(
      ',',
    ),
    'advertised.listeners': [`PLAINTEXT://127.0.0.1:${ports.broker}`, ...secured].join(','),
    'listener.security.protocol.map': [
      'PLAINTEXT:PLAINTEXT',
      'CONTROLLER:PLAINTEXT',
      ...extra.map((l) => `${l.name}:${l.securityProtocol}`),
    ].join(','),
    'log.dirs': dataDir,
    ...overrides,
  };
  return `${Object.entries(all)
    .map(([name, value]) => `${name}=${escaped(value)}`)
    .join('\n')}\n`;
}

/** The same broker in a container, by the image's rule for variables; it listens inside on the port that it has outside. */
export function containerEnvironment(port: number): Record<string, string> {
  const settings: Record<string, string> = {
    ...SINGLE_BROKER,
    'controller.quorum.voters': '1@localhost:9093',
    listeners: `PLAINTEXT://0.0.0.0:${port},CONTROLLER://localhost:9093`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': '/var/lib/kafka/data',
  };
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`, value]),
  );
}

/** Java's properties files take a backslash for an escape and end a value with the line. */
const escaped = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

export const LOG_PROPERTIES = `rootLogger.level=info
rootLogger.appenderRef.out.ref=out
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d %p %m (%c)%n
`;
