import { type Cluster, readCommitted } from '../../../shared/kafka/index.ts';
import { MIB } from '../../../shared/limits.ts';
import { type ReadRecord, readRecords } from '../../../shared/records/index.ts';
import { decodeOffsetSync } from './offsetSync.ts';
import { OffsetSyncStore, type SyncStoreOptions } from './syncStore.ts';

const MAX_BATCH_RAW_BYTES = 32 * MIB;

/** Records of partition 0 of an internal topic from an offset up to the end of now; null where there is no such topic. */
export async function readInternal(
  cluster: Cluster,
  topic: string,
  position: { readonly topicId: string; readonly next: number } | null,
  visit: (record: { key: Buffer; value: Buffer }) => void,
): Promise<{ topicId: string; next: number } | null> {
  const known = (await cluster.metadata([topic])).topics.get(topic);
  if (known?.errorCode !== 0) return null;
  const where = { topic, topicId: known.topicId, partition: 0 };
  const { next } = await readCommitted(cluster, where, {
    from: position?.topicId === known.topicId ? position.next : null,
    until: 'stable',
    purpose: 'pull-internal',
    visit: ({ baseOffset }, batch, from) => {
      for (const record of readRecords(batch, { maxRawBytes: MAX_BATCH_RAW_BYTES })) {
        if (baseOffset + record.offsetDelta >= from && holdsBoth(record)) visit(record);
      }
      return true;
    },
  });
  return { topicId: known.topicId, next };
}

const holdsBoth = (record: ReadRecord): record is ReadRecord & { key: Buffer; value: Buffer } =>
  record.key !== null && record.value !== null;

export interface SyncReaderOptions extends SyncStoreOptions {
  readonly cluster: Cluster;
  readonly topic: string;
  /** Source topics whose syncs are kept. */
  readonly acceptsTopic: (topic: string) => boolean;
}

/** Follows an offset-syncs topic; a topic that was made anew is read from its start, with nothing kept of the old one. */
export class SyncReader {
  readonly #options: SyncReaderOptions;
  #store: OffsetSyncStore;
  #position: { topicId: string; next: number } | null = null;

  constructor(options: SyncReaderOptions) {
    this.#options = options;
    this.#store = new OffsetSyncStore(options);
  }

  /** What is known as of the last {@link catchUp}. */
  get store(): OffsetSyncStore {
    return this.#store;
  }

  /** Reads what was written since. @throws TributaryError `brokerUnavailable`, `brokerRefused` */
  async catchUp(): Promise<void> {
    const { cluster, topic, acceptsTopic } = this.#options;
    const known = (await cluster.metadata([topic])).topics.get(topic);
    if (this.#position && known?.topicId !== this.#position.topicId) {
      this.#position = null;
      this.#store = new OffsetSyncStore(this.#options);
    }
    const reached = await readInternal(cluster, topic, this.#position, (record) => {
      const sync = decodeOffsetSync(record);
      if (sync && acceptsTopic(sync.topic)) this.#store.apply(sync);
    });
    if (!reached) return;
    this.#position = reached;
    this.#store.markLoaded();
  }
}
