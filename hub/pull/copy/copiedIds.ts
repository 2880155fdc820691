/** Which topics a flow has copied, as the whole pull ledger says, whoever owns its shards. */
import { type Cluster, readCommitted } from '../../../shared/kafka/index.ts';
import { limits } from '../../../shared/limits.ts';
import { readRecords } from '../../../shared/records/index.ts';
import { decodePull } from './ledger.ts';

/** Ids of source topics by their names. @throws TributaryError `brokerUnavailable`, `brokerRefused` */
export async function copiedIds(
  cluster: Cluster,
  ledgerTopic: string,
  flow: string,
): Promise<Map<string, ReadonlySet<string>>> {
  const known = (await cluster.metadata([ledgerTopic])).topics.get(ledgerTopic);
  const ids = new Map<string, string>();
  for (const { partition } of known?.errorCode === 0 ? known.partitions : []) {
    const where = { topic: ledgerTopic, topicId: known!.topicId, partition };
    await readCommitted(cluster, where, {
      ...{ from: null, until: 'stable', purpose: 'pull-ledger' },
      visit: (_header, batch) => {
        for (const { key, value } of readRecords(batch, { maxRawBytes: limits.maxBatchRawBytes })) {
          if (!key?.toString('utf8').startsWith(`flow/${flow}/`)) continue;
          const change = decodePull({ key, value }, `${ledgerTopic}/${partition}`);
          if (change.kind !== 'flow') continue;
          if (change.value === null) ids.delete(change.id);
          else ids.set(change.id, change.value.topicId);
        }
        return true;
      },
    });
  }
  const byTopic = new Map<string, Set<string>>();
  for (const [id, topicId] of ids) {
    const topic = id.split('/').at(-2)!;
    byTopic.set(topic, (byTopic.get(topic) ?? new Set()).add(topicId));
  }
  return byTopic;
}
