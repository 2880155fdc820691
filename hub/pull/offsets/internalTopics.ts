/**
 * Topics that MirrorMaker 2 keeps for itself: one partition, compacted. Made where they are missing; where that is not
 * allowed they are taken to exist, since somebody else may have made them.
 */
import { TributaryError } from '../../../shared/errors.ts';
import { type Cluster, createTopics, kafkaErrorName } from '../../../shared/kafka/index.ts';

export interface InternalTopic {
  readonly name: string;
  readonly replicationFactor: number;
  /** Beside `cleanup.policy`. */
  readonly configs?: Readonly<Record<string, string>>;
}

const ALREADY_EXISTS = 36;
/** Not supported, no right to the topic, no right to the cluster. */
const PERHAPS_EXISTS = new Set([35, 29, 31]);

export function creationOutcome(errorCode: number): 'made' | 'assumed' | 'fatal' {
  if (errorCode === 0) return 'made';
  return errorCode === ALREADY_EXISTS || PERHAPS_EXISTS.has(errorCode) ? 'assumed' : 'fatal';
}

/**
 * Whether it was made just now.
 * @throws TributaryError `topicNotCreatable` (final), `brokerUnavailable`
 */
export async function ensureInternalTopic(cluster: Cluster, topic: InternalTopic): Promise<boolean> {
  const { name, replicationFactor, configs } = topic;
  const known = (await cluster.metadata([name])).topics.get(name);
  if (known?.errorCode === 0) return false;
  const wanted = { name, partitions: 1, replicationFactor, configs: { ...configs, 'cleanup.policy': 'compact' } };
  const [result] = await createTopics(cluster, [wanted]);
  const code = result?.errorCode ?? -1;
  const outcome = creationOutcome(code);
  if (outcome !== 'fatal') return outcome === 'made';
  throw new TributaryError({
    code: 'topicNotCreatable',
    operation: 'make internal topic',
    subject: name,
    reason: `Kafka answers ${kafkaErrorName(code)} (${code})${result?.errorMessage ? `: ${result.errorMessage}` : ''}`,
    hint: 'Make it by hand (one partition, cleanup.policy=compact), or change its replication.factor property.',
    retry: 'final',
  });
}
