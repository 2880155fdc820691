import { type Reader, Writer } from '@platformatic/kafka';
import { groupBy, readLong, type WireApi } from './api.ts';

export type Isolation = 'read_committed' | 'read_uncommitted';
export const ISOLATION_CODES: Record<Isolation, number> = { read_uncommitted: 0, read_committed: 1 };

export interface FetchPartition {
  readonly topic: string;
  /** With an id everywhere the request goes by id (v13), and a topic made again under its name answers 100. */
  readonly topicId?: string;
  readonly partition: number;
  readonly offset: number;
  /** -1: no check. */
  readonly currentLeaderEpoch: number;
  readonly maxBytes: number;
}
/** A fetch session as the request names it (KIP-227). */
export interface SessionRequest {
  /** 0: none yet. */
  readonly id: number;
  /** 0: make a session of this request's partitions. -1: none is wanted. */
  readonly epoch: number;
  /** Partitions that the session drops. */
  readonly forgotten: readonly { readonly topic: string; readonly topicId?: string; readonly partition: number }[];
}
export interface FetchRequest {
  readonly isolation: Isolation;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  /** In a session: those that are new or begin elsewhere now. */
  readonly partitions: readonly FetchPartition[];
  /** Absent: the request is complete in itself. */
  readonly session?: SessionRequest;
  /** The client's rack: a leader may name a nearer replica (KIP-392). */
  readonly rack?: string;
}
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}
export interface FetchedPartition {
  /** Empty where the answer named the topic by id; {@link fetchRaw} fills it in. */
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly logStartOffset: number;
  readonly aborted: readonly AbortedTransaction[];
  /** The node that the leader wants it to be fetched from, and no records; -1: none. */
  readonly preferredReplica: number;
  /** Whole batches as they lie in the log, the last one perhaps cut off; a view into the answer's buffer. */
  readonly records: Buffer;
}
export interface FetchResponse {
  readonly errorCode: number;
  /** The broker asks its client to be silent for that long; the answer may be empty for it. */
  readonly throttleMs: number;
  /** 0: the broker keeps no session. */
  readonly sessionId: number;
  readonly partitions: FetchedPartition[];
}

/*
  Request v12 => replica_id: INT32 max_wait_ms: INT32 min_bytes: INT32 max_bytes: INT32 isolation_level: INT8
                 session_id: INT32 session_epoch: INT32 [topics] [forgotten] rack_id: STRING ~
    forgotten => topic: STRING (v13: topic_id: UUID) [partition: INT32] ~
    topics => topic: STRING (v13: topic_id: UUID) [partitions] ~
    partitions => partition: INT32 current_leader_epoch: INT32 fetch_offset: INT64 last_fetched_epoch: INT32
                  log_start_offset: INT64 partition_max_bytes: INT32 ~
  Response v12 => throttle_time_ms: INT32 error_code: INT16 session_id: INT32 [topics] ~
    topics => topic: STRING (v13: topic_id: UUID) [partitions] ~
    partitions => index: INT32 error_code: INT16 high_watermark: INT64 last_stable_offset: INT64 log_start_offset: INT64
                  [producer_id: INT64 first_offset: INT64 ~] preferred_read_replica: INT32 records: COMPACT_BYTES ~

  Without a fetch session (session 0, epoch -1) every request is complete in itself. In one, an answer leaves out partitions
  of which there is nothing new.
*/
const NO_TOPIC_ID = '00000000-0000-0000-0000-000000000000';

const fetch = (version: 12 | 13): WireApi<FetchRequest, FetchResponse> => ({
  name: 'Fetch',
  key: 1,
  min: version,
  max: version,
  taggedResponseHeader: true,
  encode(request) {
    const writer = Writer.create()
      .appendInt32(-1)
      .appendInt32(request.maxWaitMs)
      .appendInt32(request.minBytes)
      .appendInt32(request.maxBytes)
      .appendInt8(ISOLATION_CODES[request.isolation])
      .appendInt32(request.session?.id ?? 0)
      .appendInt32(request.session?.epoch ?? -1);
    writer.appendArray(
      groupBy(request.partitions, (p) => p.topic),
      (w, [topic, partitions]) => {
        if (version === 12) w.appendString(topic);
        else w.appendUUID(partitions[0]?.topicId ?? null);
        w.appendArray(partitions, (x, p) =>
          x
            .appendInt32(p.partition)
            .appendInt32(p.currentLeaderEpoch)
            .appendInt64(BigInt(p.offset))
            .appendInt32(-1)
            .appendInt64(-1n)
            .appendInt32(p.maxBytes),
        );
      },
    );
    writer.appendArray(
      groupBy(request.session?.forgotten ?? [], (p) => p.topic),
      (w, [topic, members]) => {
        if (version === 12) w.appendString(topic);
        else w.appendUUID(members[0]?.topicId ?? null);
        w.appendArray(members, (x, p) => x.appendInt32(p.partition), true, false);
      },
    );
    return writer.appendString(request.rack ?? '').appendTaggedFields();
  },
  decode(reader) {
    const throttleMs = reader.readInt32();
    const errorCode = reader.readInt16();
    const sessionId = reader.readInt32();
    const topics = reader.readArray((r) => {
      const topic = version === 12 ? r.readString() : '';
      const topicId = version === 12 ? NO_TOPIC_ID : r.readUUID();
      return r.readArray((p) => readPartition(p, topic, topicId));
    });
    return { errorCode, throttleMs, sessionId, partitions: topics.flat() };
  },
  throttleMs: (answer) => answer.throttleMs,
});
export const fetchV12 = fetch(12);
export const fetchV13 = fetch(13);

function readPartition(reader: Reader, topic: string, topicId: string): FetchedPartition {
  const head = {
    partition: reader.readInt32(),
    errorCode: reader.readInt16(),
    highWatermark: readLong(reader),
    lastStableOffset: readLong(reader),
    logStartOffset: readLong(reader),
  };
  const aborted = reader.readArray((a) => ({ producerId: a.readInt64(), firstOffset: readLong(a) }));
  const preferredReplica = reader.readInt32();
  return { topic, topicId, ...head, aborted, preferredReplica, records: reader.readBytes() };
}
