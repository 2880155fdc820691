import { Writer } from '@platformatic/kafka';
import type { WireApi } from './api.ts';

export interface MetadataBroker {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}
export interface MetadataPartition {
  readonly partition: number;
  /** -1 where there is none. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly errorCode: number;
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
}
export interface MetadataTopic {
  readonly name: string;
  /** UUID text, lower case with hyphens. */
  readonly topicId: string;
  readonly internal: boolean;
  readonly errorCode: number;
  readonly partitions: readonly MetadataPartition[];
}
export interface MetadataResponse {
  readonly clusterId: string;
  readonly controllerId: number;
  readonly brokers: readonly MetadataBroker[];
  readonly topics: readonly MetadataTopic[];
}

/*
  Request v10..12 => [topics] allow_auto_topic_creation: BOOLEAN (v10: include_cluster_authorized_operations: BOOLEAN)
                     include_topic_authorized_operations: BOOLEAN ~
    topics (null: all) => topic_id: UUID name: STRING ~
  Response v10..12 => throttle_time_ms: INT32 [brokers] cluster_id: STRING controller_id: INT32 [topics]
                      (v10: cluster_authorized_operations: INT32) ~
    brokers => node_id: INT32 host: STRING port: INT32 rack: STRING ~
    topics => error_code: INT16 name: STRING topic_id: UUID is_internal: BOOLEAN [partitions] authorized_operations: INT32 ~
    partitions => error_code: INT16 index: INT32 leader_id: INT32 leader_epoch: INT32
                  [replicas: INT32] [isr: INT32] [offline: INT32] ~
*/
export const metadata: WireApi<{ topics: readonly string[] | null }, MetadataResponse> = {
  name: 'Metadata',
  key: 3,
  min: 10,
  max: 12,
  taggedResponseHeader: true,
  encode({ topics }, version) {
    const writer = Writer.create().appendArray(topics && [...topics], (w, name) =>
      w.appendUUID(null).appendString(name),
    );
    // Never let a question make a topic.
    writer.appendBoolean(false);
    if (version < 11) writer.appendBoolean(false);
    return writer.appendBoolean(false).appendTaggedFields();
  },
  decode(reader) {
    reader.readInt32();
    const brokers = reader.readArray((r) => {
      const broker = { nodeId: r.readInt32(), host: r.readString(), port: r.readInt32() };
      r.readNullableString();
      return broker;
    });
    const clusterId = reader.readString();
    const controllerId = reader.readInt32();
    const topics = reader.readArray((r): MetadataTopic => {
      const errorCode = r.readInt16();
      const name = r.readString();
      const topicId = r.readUUID();
      const internal = r.readBoolean();
      const partitions = r.readArray((p): MetadataPartition => {
        const head = {
          errorCode: p.readInt16(),
          partition: p.readInt32(),
          leader: p.readInt32(),
          leaderEpoch: p.readInt32(),
        };
        const [replicas, inSync] = [p, p, p].map((x) => x.readArray((n) => n.readInt32(), true, false));
        return { ...head, replicas: replicas ?? [], inSync: inSync ?? [] };
      });
      r.readInt32();
      return { name, topicId, internal, errorCode, partitions };
    });
    return { clusterId, controllerId, brokers, topics };
  },
};
