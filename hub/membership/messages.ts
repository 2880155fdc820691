/** The four messages of a group member, and Kafka's own form of subscriptions and assignments within them. */
import { Writer } from '@platformatic/kafka';
import type { WireApi } from '../../shared/kafka/wire/api.ts';

export interface Member {
  readonly group: string;
  readonly memberId: string;
  /** A name that survives restarts, so that a restarted process gets its shards back at once; null: none. */
  readonly instanceId: string | null;
}

/** What Kafka's own tools can read: `kafka-consumer-groups --describe` shows who has which shard. */
const PROTOCOL_TYPE = 'consumer';
const PROTOCOL = 'tributary-shards';

export interface JoinAnswer {
  readonly errorCode: number;
  readonly generation: number;
  readonly leader: string;
  /** The leader need not assign: the assignment of the present generation stays. */
  readonly skipAssignment: boolean;
  readonly memberId: string;
  /** For the leader only. */
  readonly members: readonly { readonly memberId: string; readonly instanceId: string | null }[];
}

/*
  Request v7..9 => group_id: STRING session_timeout_ms: INT32 rebalance_timeout_ms: INT32 member_id: STRING
                   group_instance_id: STRING protocol_type: STRING [name: STRING metadata: BYTES ~] (v8: reason: STRING) ~
  Response v7..9 => throttle_time_ms: INT32 error_code: INT16 generation_id: INT32 protocol_type: STRING
                    protocol_name: STRING leader: STRING (v9: skip_assignment: BOOLEAN) member_id: STRING
                    [member_id: STRING group_instance_id: STRING metadata: BYTES ~] ~
*/
export const joinGroup: WireApi<
  Member & { topic: string; sessionTimeoutMs: number; rebalanceTimeoutMs: number },
  JoinAnswer
> = {
  name: 'JoinGroup',
  key: 11,
  min: 7,
  max: 9,
  taggedResponseHeader: true,
  encode(request, version) {
    const writer = Writer.create()
      .appendString(request.group)
      .appendInt32(request.sessionTimeoutMs)
      .appendInt32(request.rebalanceTimeoutMs)
      .appendString(request.memberId)
      .appendString(request.instanceId)
      .appendString(PROTOCOL_TYPE)
      .appendArray([subscription(request.topic)], (w, metadata) => w.appendString(PROTOCOL).appendBytes(metadata));
    if (version >= 8) writer.appendString(null);
    return writer.appendTaggedFields();
  },
  decode(reader, version) {
    reader.readInt32();
    const errorCode = reader.readInt16();
    const generation = reader.readInt32();
    reader.readNullableString();
    reader.readNullableString();
    const leader = reader.readString();
    const skipAssignment = version >= 9 ? reader.readBoolean() : false;
    const memberId = reader.readString();
    const members = reader.readArray((r) => {
      const member = { memberId: r.readString(), instanceId: r.readNullableString() ?? null };
      r.readBytes();
      return member;
    });
    return { errorCode, generation, leader, skipAssignment, memberId, members };
  },
};

/*
  Request v5 => group_id: STRING generation_id: INT32 member_id: STRING group_instance_id: STRING protocol_type: STRING
                protocol_name: STRING [member_id: STRING assignment: BYTES ~] ~
  Response v5 => throttle_time_ms: INT32 error_code: INT16 protocol_type: STRING protocol_name: STRING assignment: BYTES ~
*/
export const syncGroup: WireApi<
  Member & {
    generation: number;
    topic: string;
    /** From the leader; empty from the others. */
    assignments: readonly { readonly memberId: string; readonly shards: readonly number[] }[];
  },
  { readonly errorCode: number; readonly shards: readonly number[] }
> = {
  name: 'SyncGroup',
  key: 14,
  min: 5,
  max: 5,
  taggedResponseHeader: true,
  encode: (request) =>
    Writer.create()
      .appendString(request.group)
      .appendInt32(request.generation)
      .appendString(request.memberId)
      .appendString(request.instanceId)
      .appendString(PROTOCOL_TYPE)
      .appendString(PROTOCOL)
      .appendArray([...request.assignments], (w, { memberId, shards }) =>
        w.appendString(memberId).appendBytes(assignment(request.topic, shards)),
      )
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    const errorCode = reader.readInt16();
    reader.readNullableString();
    reader.readNullableString();
    return { errorCode, shards: errorCode === 0 ? shardsOf(reader.readBytes()) : [] };
  },
};

/*
  Request v4 => group_id: STRING generation_id: INT32 member_id: STRING group_instance_id: STRING ~
  Response v4 => throttle_time_ms: INT32 error_code: INT16 ~
*/
export const heartbeat: WireApi<Member & { generation: number }, { readonly errorCode: number }> = {
  name: 'Heartbeat',
  key: 12,
  min: 4,
  max: 4,
  taggedResponseHeader: true,
  encode: ({ group, generation, memberId, instanceId }) =>
    Writer.create()
      .appendString(group)
      .appendInt32(generation)
      .appendString(memberId)
      .appendString(instanceId)
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    return { errorCode: reader.readInt16() };
  },
};

/*
  Request v4 => group_id: STRING [member_id: STRING group_instance_id: STRING ~] ~
  Response v4 => throttle_time_ms: INT32 error_code: INT16 [members] ~
*/
export const leaveGroup: WireApi<Member, { readonly errorCode: number }> = {
  name: 'LeaveGroup',
  key: 13,
  min: 4,
  max: 4,
  taggedResponseHeader: true,
  encode: (member) =>
    Writer.create()
      .appendString(member.group)
      .appendArray([member], (w, { memberId, instanceId }) => w.appendString(memberId).appendString(instanceId))
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    return { errorCode: reader.readInt16() };
  },
};

/*
  Subscription v0 => version: INT16 [topic: STRING] user_data: BYTES
  Assignment v0 => version: INT16 [topic: STRING [partition: INT32]] user_data: BYTES
  (STRING, BYTES and arrays in their old forms: INT16 or INT32 lengths.)
*/
function subscription(topic: string): Buffer {
  const name = Buffer.from(topic, 'utf8');
  const bytes = Buffer.alloc(2 + 4 + 2 + name.length + 4);
  bytes.writeInt32BE(1, 2);
  bytes.writeInt16BE(name.length, 6);
  name.copy(bytes, 8);
  bytes.writeInt32BE(-1, 8 + name.length);
  return bytes;
}

export function assignment(topic: string, shards: readonly number[]): Buffer {
  const name = Buffer.from(topic, 'utf8');
  const at = 8 + name.length;
  const bytes = Buffer.alloc(at + 4 + 4 * shards.length + 4);
  bytes.writeInt32BE(1, 2);
  bytes.writeInt16BE(name.length, 6);
  name.copy(bytes, 8);
  bytes.writeInt32BE(shards.length, at);
  shards.forEach((shard, index) => {
    bytes.writeInt32BE(shard, at + 4 + 4 * index);
  });
  bytes.writeInt32BE(-1, at + 4 + 4 * shards.length);
  return bytes;
}

/** Shards of an assignment; none where it is empty. */
export function shardsOf(bytes: Buffer): number[] {
  if (bytes.length < 8) return [];
  const shards: number[] = [];
  let at = 6;
  for (let topics = bytes.readInt32BE(2); topics > 0; topics -= 1) {
    at += 2 + bytes.readInt16BE(at);
    const count = bytes.readInt32BE(at);
    for (let i = 1; i <= count; i += 1) shards.push(bytes.readInt32BE(at + 4 * i));
    at += 4 + 4 * count;
  }
  return shards;
}
