/** Checkpoints and group offsets as rules; titles carry the names of MirrorMaker 2's own tests. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointBook } from '../../../../hub/pull/offsets/book.ts';
import type { Checkpoint } from '../../../../hub/pull/offsets/checkpoint.ts';
import {
  type CheckpointRules,
  checkpointsOf,
  concerns,
  nameInTarget,
  ofOwnCopy,
  type SourceOffset,
} from '../../../../hub/pull/offsets/checkpointRules.ts';
import { groupStateOf, groupWrites } from '../../../../hub/pull/offsets/groupRules.ts';
import { creationOutcome } from '../../../../hub/pull/offsets/internalTopics.ts';
import { OffsetSyncStore } from '../../../../hub/pull/offsets/syncStore.ts';
import { NameFilter, replicationPolicy } from '../../../../shared/names/index.ts';

const policy = replicationPolicy({ kind: 'default' });
function storeOf(...syncs: [string, number, number, number][]): OffsetSyncStore {
  const store = new OffsetSyncStore({ newestOnlyWhileLoading: false, maxPartitions: 100 });
  for (const [topic, partition, upstream, downstream] of syncs) store.apply({ topic, partition, upstream, downstream });
  store.markLoaded();
  return store;
}
const rulesWith = (store: OffsetSyncStore): CheckpointRules => ({
  ...{ policy, sourceAlias: 'source1', targetAlias: 'target2' },
  ...{ acceptsTopic: () => true, translator: store },
});
const offsetOf = (topic: string, partition: number, offset: number, metadata = ''): SourceOffset => ({
  ...{ topic, partition, offset, metadata },
});
const none = (): undefined => undefined;

describe('MirrorCheckpointTaskTest', () => {
  it('testDownstreamTopicRenaming: there and back', () => {
    const rules = rulesWith(storeOf());
    expect(nameInTarget(rules, 'topic3')).toBe('source1.topic3');
    expect(nameInTarget(rules, 'target2.topic3')).toBe('topic3');
    expect(nameInTarget(rules, 'source6.topic7')).toBe('source1.source6.topic7');
  });

  it('testCheckpoint', () => {
    const rules = rulesWith(storeOf(['topic1', 2, 100, 200], ['target2.topic5', 6, 400, 500]));
    const { emit } = checkpointsOf(
      rules,
      'group9',
      [offsetOf('topic1', 2, 100, 'seen'), offsetOf('target2.topic5', 6, 401)],
      none,
    );
    expect(emit).toEqual([
      { group: 'group9', topic: 'source1.topic1', partition: 2, upstream: 100, downstream: 200, metadata: 'seen' },
      { group: 'group9', topic: 'topic5', partition: 6, upstream: 401, downstream: 501, metadata: '' },
    ]);
  });

  it('testNoCheckpointForTopicWithoutOffsetSyncs', () => {
    const rules = rulesWith(storeOf(['topic1', 0, 1, 0]));
    const found = checkpointsOf(rules, 'group1', [offsetOf('topic1', 0, 1), offsetOf('topic2', 0, 1)], none);
    expect(found.emit.map(({ topic }) => topic)).toEqual(['source1.topic1']);
    expect(found.skipped).toEqual({ noSync: 1 });
  });

  it('testNoCheckpointForTopicWithNullOffsetAndMetadata', () => {
    const rules = rulesWith(storeOf(['topic1', 0, 1, 3]));
    const found = checkpointsOf(rules, 'g1', [offsetOf('topic1', 0, -1)], none);
    expect(found).toEqual({ emit: [], skipped: { noOffset: 1 } });
  });

  it('a copy of its own: only by what is known to be of it, under its own name', () => {
    const of = { copyOf: (topic: string) => (topic === 'topic1' ? 'source1.topic1.2' : null) };
    const found = (target: string | null) => {
      const store = storeOf(['topic1', 0, 100, 100], ['topic2', 0, 100, 100]);
      const translator = ofOwnCopy(store, { ...of, exact: { targetOf: () => target } });
      const offsets = [offsetOf('topic1', 0, 100), offsetOf('topic2', 0, 100)];
      return checkpointsOf({ ...rulesWith(store), translator, ...of }, 'g', offsets, none).emit.map(
        ({ topic }) => topic,
      );
    };
    // What is known may be of the topic that had the name before.
    expect(found(null)).toEqual(['source1.topic2']);
    expect(found('source1.topic1')).toEqual(['source1.topic2']);
    expect(found('source1.topic1.2')).toEqual(['source1.topic1.2', 'source1.topic2']);
  });

  it('what is not accepted, or too far back, makes none', () => {
    const rules = { ...rulesWith(storeOf(['topic1', 0, 100, 100])), acceptsTopic: (t: string) => t !== 'secret' };
    const found = checkpointsOf(rules, 'g', [offsetOf('topic1', 0, 99), offsetOf('secret', 0, 100)], none);
    expect(found).toEqual({ emit: [], skipped: { tooOld: 1, topicNotAccepted: 1 } });
  });

  it('metadata that the format cannot hold is left out, not the checkpoint', () => {
    const rules = rulesWith(storeOf(['topic1', 0, 1, 3]));
    const { emit } = checkpointsOf(rules, 'g', [offsetOf('topic1', 0, 1, 'x'.repeat(40_000))], none);
    expect(emit).toMatchObject([{ downstream: 3, metadata: '' }]);
  });

  function emitted(store: OffsetSyncStore, book: CheckpointBook, upstream: number): number | null {
    const last = (topic: string, partition: number) => book.last('g', topic, partition);
    const { emit } = checkpointsOf(rulesWith(store), 'g', [offsetOf('t', 0, upstream)], last);
    for (const checkpoint of emit) book.put(checkpoint);
    return emit[0]?.downstream ?? null;
  }

  it('testCheckpointRecordsMonotonicIfStoreRewinds', () => {
    const book = new CheckpointBook(10);
    const before = storeOf(['t', 0, 100, 100], ['t', 0, 200, 200], ['t', 0, 300, 300]);
    expect(emitted(before, book, 250)).toBe(201);
    // Only the newest sync and an older one are left of it.
    const rewound = storeOf(['t', 0, 100, 100], ['t', 0, 400, 400]);
    expect(emitted(rewound, book, 250), 'not behind the one before').toBeNull();
    expect(emitted(rewound, book, 350)).toBeNull();
    expect(emitted(rewound, book, 400)).toBe(400);
    expect(emitted(rewound, book, 250), 'the group itself went back').toBe(101);
  });

  it('testCheckpointsTaskRestartUsesExistingCheckpoints', () => {
    const book = new CheckpointBook(10);
    expect(emitted(storeOf(['t', 0, 100, 100], ['t', 0, 200, 200], ['t', 0, 300, 300]), book, 250)).toBe(201);
    const afterRestart = new CheckpointBook(10);
    for (const checkpoint of book.of('g')) afterRestart.put(checkpoint);
    const store = storeOf(['t', 0, 175, 175], ['t', 0, 375, 375], ['t', 0, 475, 475]);
    expect(emitted(store, afterRestart, 250)).toBeNull();
    expect(emitted(store, afterRestart, 370)).toBeNull();
    expect(emitted(store, afterRestart, 400)).toBe(376);
  });

  it('checkpoints go forward whenever the group does, for any groups and syncs', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.nat(300)), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(steps, (moves) => {
        const [store, book] = [storeOf(), new CheckpointBook(10)];
        let [end, group, last] = [0, 0, -1];
        for (const [written, read] of moves) {
          end += written;
          store.apply({ topic: 't', partition: 0, upstream: end, downstream: end });
          group = Math.min(end, group + read);
          const downstream = emitted(store, book, group);
          if (downstream === null) continue;
          expect(downstream).toBeGreaterThan(last);
          expect(downstream).toBeLessThanOrEqual(group);
          last = downstream;
        }
      }),
    );
  });
});

describe('MirrorCheckpointConfigTest, MirrorCheckpointConnectorTest', () => {
  const all = (): boolean => true;
  it('testGroupMatching: by the lists', () => {
    const groups = new NameFilter({ include: ['group1'], exclude: [] });
    expect(['group1', 'group2'].map(groups.accepts)).toEqual([true, false]);
  });

  it('testFindConsumerGroups: accepted by name, with an offset on an accepted topic', () => {
    const topics = (topic: string): boolean => topic === 't1';
    expect(concerns(all, topics, 'g', [offsetOf('t1', 0, 5)])).toBe(true);
    expect(concerns(all, topics, 'g', [offsetOf('t2', 0, 5)])).toBe(false);
    expect(concerns((group) => group !== 'g', topics, 'g', [offsetOf('t1', 0, 5)])).toBe(false);
  });

  it('testFindConsumerGroupsInCommonScenarios, testNoConsumerGroup: groups without offsets are not looked at', () => {
    expect(concerns(all, all, 'g', [])).toBe(false);
    const mixed = [offsetOf('other', 0, 5), offsetOf('t1', 0, 5)];
    expect(concerns(all, (topic) => topic === 't1', 'g', mixed)).toBe(true);
  });
});

describe('MirrorCheckpointTaskTest.testSyncOffset', () => {
  const checkpointAt = (downstream: number, partition = 0): Checkpoint => ({
    ...{ group: 'g', topic: 'source1.t', partition },
    ...{ upstream: downstream, downstream, metadata: `at ${downstream}` },
  });
  const at = (offset: number) => ({ topic: 'source1.t', partition: 0, offset, metadata: `at ${offset}` });
  const idleAt = (offset?: number) => ({ state: 'empty' as const, offsetOf: () => offset });

  it('a group that the target does not know gets all', () => {
    const unknown = { state: 'absent' as const, offsetOf: none };
    expect(groupWrites([checkpointAt(51)], unknown)).toEqual({ write: [at(51)], asFarOn: 0 });
  });

  it('an idle group goes forward, never back', () => {
    expect(groupWrites([checkpointAt(51)], idleAt(50)).write).toEqual([at(51)]);
    expect(groupWrites([checkpointAt(51)], idleAt(51))).toEqual({ write: [], asFarOn: 1 });
    expect(groupWrites([checkpointAt(51)], idleAt(90))).toEqual({ write: [], asFarOn: 1 });
    expect(groupWrites([checkpointAt(51)], idleAt(undefined)).write).toEqual([at(51)]);
  });

  it('testSyncOffsetForTargetGroupWithNullOffsetAndMetadata', () => {
    expect(groupWrites([checkpointAt(51)], idleAt(-1)).write).toEqual([at(51)]);
  });

  it('a group with members gets nothing', () => {
    const active = { state: 'active' as const, offsetOf: () => 10 };
    expect(groupWrites([checkpointAt(51)], active)).toEqual({ write: [], asFarOn: 0 });
  });

  it("Kafka's words for a group's state", () => {
    expect([undefined, 'Dead', 'Empty'].map(groupStateOf)).toEqual(['absent', 'absent', 'empty']);
    const busy = ['Stable', 'PreparingRebalance', 'CompletingRebalance', 'Assigning', 'Reconciling', 'Unknown'];
    expect(busy.map(groupStateOf)).toEqual(busy.map(() => 'active'));
  });
});

describe('MirrorUtilsTest: what an answer to CreateTopics means', () => {
  it.each([
    ['testCreateCompactedTopic', 0, 'made'],
    ['testCreateCompactedTopicAssumeTopicAlreadyExists with TopicExistsException', 36, 'assumed'],
    ['testCreateCompactedTopicAssumeTopicAlreadyExistsWithUnsupportedVersionException', 35, 'assumed'],
    ['testCreateCompactedTopicAssumeTopicAlreadyExistsWithTopicAuthorizationException', 29, 'assumed'],
    ['testCreateCompactedTopicAssumeTopicAlreadyExistsWithClusterAuthorizationException', 31, 'assumed'],
    ['testCreateCompactedTopicFailsWithInvalidConfigurationException', 40, 'fatal'],
    ['testCreateCompactedTopicFailsWithTimeoutException', 7, 'fatal'],
  ])('%s', (_, code, outcome) => {
    expect(creationOutcome(code)).toBe(outcome);
  });
});

describe('the book', () => {
  it('takes no more than its bound, says so, and keeps what it has current', () => {
    const book = new CheckpointBook(2);
    const put = (group: string, partition: number, downstream: number): boolean =>
      book.put({ group, topic: 't', partition, upstream: 1, downstream, metadata: '' });
    expect([put('a', 0, 1), put('b', 0, 1), put('b', 1, 1), put('a', 0, 9)]).toEqual([true, true, false, true]);
    expect([book.size, book.leftOut, book.last('a', 't', 0)?.downstream]).toEqual([2, 1, 9]);
    book.forget('a');
    expect([book.size, put('b', 1, 1)]).toEqual([1, true]);
  });
});
