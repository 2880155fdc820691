/** A pull process to be killed: copies the given topics (JSON: `{brokers, ledger, topics, instance}`) until its end. */
import { Copier, PullShards } from '../../hub/pull/copy/index.ts';
import { systemClock } from '../../shared/clock.ts';
import { Cluster } from '../../shared/kafka/index.ts';
import { ProcessTelemetry } from '../../shared/telemetry/telemetry.ts';

interface Work {
  readonly brokers: readonly string[];
  readonly ledger: string;
  readonly instance: string;
  readonly partitions: readonly { topic: string; partition: number; targetTopic: string }[];
}

const { brokers, ledger, instance, partitions } = JSON.parse(process.argv[2] ?? '{}') as Work;
const telemetry = new ProcessTelemetry({ level: 'error' });
const parts = { telemetry, clock: systemClock };
const shards = PullShards.open(
  { ...parts, cluster: Cluster.open({ brokers }) },
  {
    topic: ledger,
    deadLetterTopic: `${ledger}.dead`,
    shards: 2,
    replicationFactor: 1,
    instance,
    sessionTimeoutMs: 6_000,
    transactionMs: 30,
  },
);
let records = 0;
Copier.open({
  ...parts,
  name: { source: 'a', target: 'b' },
  source: Cluster.open({ brokers }),
  shards,
  partitions,
  listener: {
    copied: (batch) => {
      records += batch.records;
      process.send?.({ records });
    },
  },
});
