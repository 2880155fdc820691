/** Where a partition begins, from what the ledger and the logs say. */
import { describe, expect, test } from 'vitest';
import { beginAt, lacksPosition, lookAt } from '../../../../hub/pull/copy/begin.ts';
import type { Flow } from '../../../../hub/pull/copy/flow.ts';
import type { PullPosition } from '../../../../hub/pull/copy/ledger.ts';
import { Partition } from '../../../../hub/pull/copy/partition.ts';
import { type CopySettings, DEFAULT_COPY, type Elsewhere } from '../../../../hub/pull/copy/settings.ts';
import { systemClock } from '../../../../shared/clock.ts';
import type { MetadataTopic } from '../../../../shared/kafka/index.ts';

const position: PullPosition = {
  v: 1,
  topicId: 's',
  next: 50,
  leaderEpoch: 3,
  target: { topic: 'copy', topicId: 't', partition: 0, lastOffset: 7 },
  gaps: [],
  gapCount: 0,
  lostOffsets: 0,
};
const target = { topicId: 't', partitions: new Map([[0, 1]]), maxMessageBytes: 1_000 };
const source = (over: object = {}): MetadataTopic =>
  ({
    errorCode: 0,
    name: 'orders',
    topicId: 's',
    partitions: [{ partition: 0, leader: 2, leaderEpoch: 9, errorCode: 0 }],
    ...over,
  }) as unknown as MetadataTopic;

function partitionAt(entry: PullPosition | null): Partition {
  const spec = { topic: 'orders', partition: 0, targetTopic: 'copy' };
  const partition = new Partition(spec, 'a->b/orders/0', 0, systemClock, () => {});
  partition.own(entry);
  return partition;
}
const flow = (settings: Partial<CopySettings> = {}, elsewhere: Elsewhere | null = null): Flow =>
  ({
    settings: { ...DEFAULT_COPY, ...settings },
    elsewhere: () => elsewhere,
    clock: systemClock,
  }) as unknown as Flow;

function begin(entry: PullPosition | null, facts: Partial<Parameters<typeof beginAt>[2]>, on = flow()) {
  const partition = partitionAt(entry);
  expect(lookAt(partition, source(), target, { onRecreated: 'stop' })).toBeNull();
  const chunk = beginAt(on, partition, { earliest: 0, latest: 100, truncatedTo: null, ...facts });
  return chunk && { from: chunk.from, next: chunk.plan.next, gap: chunk.gap, newTarget: chunk.newTarget };
}

describe('beginAt', () => {
  test('goes on where it was: nothing has to be written', () => {
    expect(begin(position, {})).toBeNull();
    expect(begin(position, { truncatedTo: 50 })).toBeNull();
    expect(begin(position, { earliest: 50, latest: 50 })).toBeNull();
  });

  test('without a position: the first one is written', () => {
    expect(begin(null, { earliest: 10 })).toMatchObject({ from: -1, next: 10, gap: null });
    expect(begin(null, {}, flow({ startAt: 'latest' }))).toMatchObject({ next: 100, gap: null });
    expect(begin(null, {}, flow({}, { next: 30, atMs: 5 }))).toMatchObject({ next: 30, gap: null });
    const hour = flow({ startAt: { agoMs: 3_600_000 } });
    expect(begin(null, { since: 70 }, hour)).toMatchObject({ next: 70, gap: null });
    expect(begin(null, { since: null }, hour)).toMatchObject({ next: 100, gap: null });
    const late = begin(null, { earliest: 40 }, flow({}, { next: 30, atMs: 5 }));
    expect(late).toMatchObject({ next: 40, gap: { cause: 'retention', from: 30, to: 40 } });
  });

  test('another copier went on meanwhile: from where it is, without a gap', () => {
    const at = (next: number, atMs = 5) => flow({}, { next, atMs });
    expect(begin(position, {}, at(70))).toMatchObject({ from: 50, next: 70, gap: null, newTarget: true });
    expect(begin(position, {}, at(50))).toBeNull();
    expect(begin(position, {}, at(49)), 'it is behind').toBeNull();
    expect(begin(position, {}, at(101)), 'beyond the end: of another log').toBeNull();
    expect(begin(position, {}, at(70, Number.NEGATIVE_INFINITY)), 'it runs').toBeNull();
    const gone = begin(position, { earliest: 80 }, at(70));
    expect(gone).toMatchObject({ next: 80, gap: { cause: 'retention', from: 70, to: 80 } });
    const parted = begin(position, { latest: 90, truncatedTo: 44 }, at(70));
    expect(parted, 'the log has parted').toMatchObject({ next: 44, gap: { cause: 'truncated' } });
  });

  test('what another copier said before the topic was made again is about the old one', () => {
    const anew = { ...position, gaps: [{ cause: 'recreated', from: 900, to: 0, atMs: 6 }] } as PullPosition;
    const at = (atMs: number) => flow({}, { next: 70, atMs });
    expect(begin(anew, {}, at(5))).toBeNull();
    expect(begin(anew, {}, at(7))).toMatchObject({ next: 70 });
  });

  test('retention was faster', () => {
    expect(begin(position, { earliest: 60 })).toMatchObject({
      next: 60,
      gap: { cause: 'retention', from: 50, to: 60 },
    });
  });

  test('an unclean election: the log is shorter, or has parted before the position although it is longer', () => {
    const gap = { cause: 'truncated', from: 50, to: 44 };
    expect(begin(position, { latest: 44 })).toMatchObject({ from: 50, next: 44, gap });
    expect(begin(position, { latest: 80, truncatedTo: 44 })).toMatchObject({ next: 44, gap });
    expect(begin(position, { earliest: 47, truncatedTo: 44 })).toMatchObject({ next: 47, gap: { to: 47 } });
  });
});

test('auto.offset.reset=none: stops without a position, and only then', () => {
  const none = flow({ startAt: 'none' });
  expect(lacksPosition(partitionAt(null), none)).toMatchObject({ stop: 'noPosition' });
  expect(lacksPosition(partitionAt(position), none)).toBeNull();
  expect(lacksPosition(partitionAt(null), flow({ startAt: 'none' }, { next: 30, atMs: 5 }))).toBeNull();
  expect(lacksPosition(partitionAt(null), flow())).toBeNull();
  const resumed = partitionAt(null);
  resumed.accepted = true;
  expect(lacksPosition(resumed, none)).toBeNull();
});

describe('lookAt', () => {
  const look = (
    topic: MetadataTopic | undefined,
    at: typeof target | null,
    onRecreated: CopySettings['onRecreated'] = 'stop',
  ) => lookAt(partitionAt(position), topic, at, { onRecreated });

  test('names what is missing on either side', () => {
    expect(look(source(), target)).toBeNull();
    expect(look(undefined, target)).toMatchObject({ wait: 'sourceMissing' });
    expect(look(source({ errorCode: 3 }), target)).toMatchObject({ wait: 'sourceMissing' });
    expect(look(source({ partitions: [] }), target)).toMatchObject({ wait: 'sourceMissing' });
    const leaderless = [{ partition: 0, leader: -1, leaderEpoch: 9, errorCode: 5 }];
    expect(look(source({ partitions: leaderless }), target)).toMatchObject({ wait: 'sourceLeaderless' });
    expect(look(source(), null)).toMatchObject({ wait: 'targetMissing' });
    expect(look(source(), { ...target, partitions: new Map() })).toMatchObject({ wait: 'targetMissing' });
    expect(look(source(), { ...target, partitions: new Map([[0, -1]]) })).toMatchObject({ wait: 'targetUnavailable' });
  });

  test('another topic of the same name: as the policy says', () => {
    const another = source({ topicId: 's2' });
    expect(look(another, target)).toMatchObject({ stop: 'recreated' });
    expect(look(another, target, 'follow')).toBeNull();
    const resumed = partitionAt(position);
    resumed.accepted = true;
    expect(lookAt(resumed, another, target, { onRecreated: 'stop' })).toBeNull();
  });

  test('another topic of the same name, with copies of their own: never into the one that is there', () => {
    const another = source({ topicId: 's2' });
    const lookWith = (spec: object, onRecreated: CopySettings['onRecreated'] = 'new') => {
      const partition = partitionAt(position);
      partition.spec = { ...partition.spec, ...spec };
      return lookAt(partition, another, target, { onRecreated });
    };
    expect(lookWith({ sourceId: 's' })).toMatchObject({ wait: 'sourceRecreated' });
    expect(lookWith({ sourceId: 's2' })).toMatchObject({ stop: 'recreated' });
    expect(lookWith({ sourceId: 's2', targetTopic: 'copy.2' })).toBeNull();
    // What was chosen for one topic is for no other, whatever the policy says by now.
    expect(lookWith({ sourceId: 's', targetTopic: 'copy.2' }, 'follow')).toMatchObject({ wait: 'sourceRecreated' });
    // Heartbeats have no copies of their own.
    expect(lookWith({})).toBeNull();
  });

  test('another target of the same name stops; another target by name does not', () => {
    expect(look(source(), { ...target, topicId: 't2' })).toMatchObject({ stop: 'targetReplaced' });
    const renamed = partitionAt(position);
    renamed.spec = { ...renamed.spec, targetTopic: 'copy.2' };
    expect(lookAt(renamed, source(), { ...target, topicId: 't2' }, { onRecreated: 'stop' })).toBeNull();
  });
});
