/** Files of MirrorMaker 2 as people write them; the real one reads them beside ours. */
export const SAMPLES: Readonly<Record<string, string>> = {
  'one way': `
clusters = primary, backup
primary.bootstrap.servers = p1:9092, p2:9092
backup.bootstrap.servers = b1:9092
primary->backup.enabled = true
primary->backup.topics = orders.*, \\
    billing
primary->backup.emit.heartbeats.interval.seconds = 5
backup->primary.emit.heartbeats.enabled = false
sync.topic.acls.enabled = false
replication.factor = 3
offset.storage.replication.factor = 3
`,
  'three, without heartbeats': `
clusters=A,B,C
A.bootstrap.servers=a:1
B.bootstrap.servers=b:1
C.bootstrap.servers=c:1
emit.heartbeats.enabled=false
A->B.enabled=true
B->C.enabled=true
C->A.enabled=true
tasks.max=8
A->B.tasks.max=2
topics=all.*
A->B.topics=some.*
`,
  'clients by role': `
clusters = A, B
bootstrap.servers = everywhere:9092
A.bootstrap.servers = a:9092
A.security.protocol = SASL_SSL
A.sasl.mechanism = PLAIN
A.sasl.jaas.config = org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="p";
A.consumer.sasl.mechanism = SCRAM-SHA-256
A.consumer.sasl.jaas.config = org.apache.kafka.common.security.scram.ScramLoginModule required username="u" password="p";
A.consumer.isolation.level = read_committed
A.consumer.fetch.max.bytes = 1000000
A.producer.client.id = writer
A.admin.request.timeout.ms = 5000
B.admin.bootstrap.servers = admin-of-b:9092
A->B.enabled = true
A->B.source.consumer.fetch.max.bytes = 2000000
A->B.consumer.fetch.max.bytes = 3000000
A->B.consumer.auto.offset.reset = latest
A->B.target.producer.client.id = special
A->B.source.cluster.bootstrap.servers = a-for-b:9092
A->B.producer.linger.ms = 50
consumer.fetch.min.bytes = 9
A.max.poll.records = 5
`,
  'providers and what is unknown': `
clusters = A, B
config.providers = env
config.providers.env.class = org.apache.kafka.common.config.provider.EnvVarConfigProvider
A.bootstrap.servers = a:1
B.bootstrap.servers = b:1
A->B.enabled = true
A->B.unknown.thing = 1
A->B.consumer.client.rack = \${env:PATH}
another.unknown = 2
replication.policy.separator = _
replication.policy.anything = 3
use.defaults.from = source
A->B.use.defaults.from = source
A.topics = ignored
B.offset.storage.topic = mine
A->C.enabled = true
`,
};
