/** What a real single broker never sends: tagged fields in the middle of answers, as a moved leader makes them. */
import { Reader, Writer } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { apiVersions } from '../../../shared/kafka/wire/apiVersions.ts';
import { fetchV13 } from '../../../shared/kafka/wire/fetch.ts';
import { listGroupsApi } from '../../../shared/kafka/wire/listGroups.ts';
import { produceV12 } from '../../../shared/kafka/wire/produce.ts';

const TOPIC_ID = '0a0b0c0d-0102-0304-0506-0708090a0b0c';

/** One tagged field: count, tag, size, content. */
function tagged(writer: Writer, tag: number, content: Writer): Writer {
  return writer
    .appendUnsignedVarInt(1)
    .appendUnsignedVarInt(tag)
    .appendUnsignedVarInt(content.length)
    .appendFrom(content);
}
const currentLeader = (): Writer => Writer.create().appendInt32(2).appendInt32(9).appendTaggedFields();
const endpoints = (): Writer =>
  Writer.create().appendArray([2], (w, id) =>
    w.appendInt32(id).appendString('kafka-2').appendInt32(9092).appendString(null),
  );

describe('answers with tagged fields', () => {
  it('Produce: current leader and node endpoints are passed over', () => {
    const answer = Writer.create().appendArray(['orders', 'other'], (w, name) => {
      w.appendString(name).appendArray(
        [0, 1],
        (x, partition) => {
          x.appendInt32(partition).appendInt16(6).appendInt64(-1n).appendInt64(-1n).appendInt64(0n);
          x.appendArray([3], (r, at) => r.appendInt32(at).appendString('bad')).appendString(null);
          tagged(x, 0, currentLeader());
        },
        true,
        false,
      );
    });
    tagged(answer.appendInt32(70), 0, endpoints());
    const { partitions: decoded, throttleMs } = produceV12.decode(Reader.from(answer.buffer), 12);
    expect(throttleMs).toBe(70);
    const names = decoded.map(({ topic, partition }) => `${topic}/${partition}`);
    expect(names).toEqual(['orders/0', 'orders/1', 'other/0', 'other/1']);
    expect(decoded[3]).toMatchObject({ errorCode: 6, baseOffset: -1, errorMessage: 'record 3: bad' });
  });

  it('Fetch: records stay whole behind and in front of tagged fields, and are views', () => {
    const records = Buffer.from('x'.repeat(300));
    const answer = Writer.create().appendInt32(0).appendInt16(0).appendInt32(0);
    answer.appendArray([0], (w) => {
      w.appendUUID(TOPIC_ID).appendArray(
        [0, 1],
        (x, partition) => {
          x.appendInt32(partition).appendInt16(0).appendInt64(10n).appendInt64(8n).appendInt64(2n);
          x.appendArray([5n], (a, id) => a.appendInt64(id).appendInt64(4n))
            .appendInt32(-1)
            .appendBytes(records);
          tagged(x, 1, currentLeader());
        },
        true,
        false,
      );
    });
    tagged(answer, 0, endpoints());
    const bytes = answer.buffer;
    const { partitions } = fetchV13.decode(Reader.from(bytes), 13);
    expect(partitions.map((p) => p.partition)).toEqual([0, 1]);
    for (const partition of partitions) {
      expect(partition).toMatchObject({ topicId: TOPIC_ID, highWatermark: 10, lastStableOffset: 8, logStartOffset: 2 });
      expect(partition.aborted).toEqual([{ producerId: 5n, firstOffset: 4 }]);
      expect(partition.records.equals(records)).toBe(true);
      expect(partition.records.buffer).toBe(bytes.buffer);
    }
  });

  it('ApiVersions: finds the finalized features among other fields', () => {
    const answer = Writer.create().appendInt16(0);
    answer.appendArray([0], (w, key) => w.appendInt16(key).appendInt16(3).appendInt16(13)).appendInt32(0);
    const features = Writer.create().appendArray(['transaction.version'], (w, name) =>
      w.appendString(name).appendInt16(2).appendInt16(0),
    );
    answer.appendUnsignedVarInt(3);
    for (const [tag, content] of [
      [1, Writer.create().appendInt64(77n)],
      [2, features],
      [9, Writer.create().appendInt32(1)],
    ] as const) {
      answer.appendUnsignedVarInt(tag).appendUnsignedVarInt(content.length).appendFrom(content);
    }
    const decoded = apiVersions.decode(Reader.from(answer.buffer), 3);
    expect(decoded.features).toEqual(new Map([['transaction.version', 2]]));
    expect(decoded.ranges.get(0)).toEqual({ min: 3, max: 13 });
  });
});

describe('ListGroups', () => {
  const putGroup = (writer: Writer, more: readonly string[]): Writer =>
    [...['shop', 'consumer', 'Empty'], ...more].reduce((w, text) => w.appendString(text), writer);
  const answerOf = (more: readonly string[]): Reader => {
    const answer = Writer.create().appendInt32(0).appendInt16(0);
    return Reader.from(answer.appendArray([0], (w) => putGroup(w, more)).appendTaggedFields().buffer);
  };

  it('says the type of a group from version 5 on', () => {
    const [shop] = listGroupsApi.decode(answerOf(['classic']), 5).groups;
    expect(shop).toEqual({ group: 'shop', protocolType: 'consumer', state: 'Empty', type: 'classic' });
    expect(listGroupsApi.decode(answerOf([]), 4).groups).toEqual([{ ...shop, type: '' }]);
  });

  it('asks for states only before', () => {
    const lengthOf = (version: number): number => listGroupsApi.encode(null, version).length;
    expect(lengthOf(5) - lengthOf(4), 'one more empty array').toBe(1);
  });
});
