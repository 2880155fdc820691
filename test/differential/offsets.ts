/** Heartbeats, offset syncs, checkpoints and groups: their form, whom they speak of, and whether what they say is true. */
import { decodeCheckpoint, decodeHeartbeat, decodeOffsetSync } from '../../hub/pull/offsets/index.ts';
import { type Compared, count } from './compare.ts';
import type { Difference } from './difference.ts';
import type { Log, TopicContent } from './reading.ts';

export interface Mirrored {
  /** Of a topic of the source, as the flow sees it. */
  readonly source: (topic: string) => Log;
  /** Of the copy of a topic of the source. */
  readonly copy: (topic: string) => Log;
}
type Two<T> = { readonly mm2: T; readonly ours: T };
/** MirrorMaker 2's own default of `offset.lag.max`. */
const LAG = 100;
const SIDES = ['mm2', 'ours'] as const;

/** Records of a topic; keys and values as bytes. */
function bytesOf(content: TopicContent | undefined): { key: Buffer; value: Buffer; timestamp: number }[] {
  const bytes = (text: string | null): Buffer =>
    text?.startsWith('base64:') ? Buffer.from(text.slice(7), 'base64') : Buffer.from(text ?? '');
  return (content?.log.flat() ?? []).map(({ key, value, timestamp }) => ({
    key: bytes(key),
    value: bytes(value),
    timestamp,
  }));
}

function compareSets(kind: Difference['kind'], topic: string, sets: Two<ReadonlySet<string>>, into: Compared): void {
  for (const subject of new Set([...sets.mm2, ...sets.ours])) {
    const there = (set: ReadonlySet<string>): string => (set.has(subject) ? 'present' : 'absent');
    if (there(sets.mm2) === there(sets.ours)) continue;
    into.differences.push({ kind, subject: `${topic} ${subject}`, mm2: there(sets.mm2), ours: there(sets.ours) });
  }
}

export function compareHeartbeats(topic: string, contents: Two<TopicContent | undefined>, into: Compared): void {
  const formsOf = (content: TopicContent | undefined): Set<string> =>
    new Set(
      bytesOf(content).map(({ key, value, timestamp }) => {
        const beat = decodeHeartbeat({ key, value });
        const time = beat?.timestamp === timestamp ? "the record's time" : 'another time';
        return `${beat?.source}->${beat?.target}, ${value.length} bytes, version ${value.readInt16BE(0)}, ${time}`;
      }),
    );
  count(into, 'heartbeats', bytesOf(contents.ours).length);
  compareSets('heartbeat', topic, { mm2: formsOf(contents.mm2), ours: formsOf(contents.ours) }, into);
}

/** Where the source's record of this offset is in the order of its partition; what is not there counts with the next one. */
const rankOf = (log: Log, partition: number, offset: number): number =>
  (log[partition] ?? []).filter((record) => record.offset < offset).length;

/** Each sync names the same record on both sides. */
export function compareOffsetSyncs(
  topic: string,
  contents: Two<TopicContent | undefined>,
  mirrored: Two<Mirrored>,
  into: Compared,
): void {
  const named = { mm2: new Set<string>(), ours: new Set<string>() };
  for (const side of SIDES) {
    for (const { key, value } of bytesOf(contents[side])) {
      const sync = decodeOffsetSync({ key, value });
      const subject = sync ? `${sync.topic}/${sync.partition}` : `unreadable ${key.toString('hex')}`;
      if (side === 'ours') count(into, 'offset syncs');
      named[side].add(subject);
      if (!sync) continue;
      const { source, copy } = mirrored[side];
      const ranks = [
        rankOf(source(sync.topic), sync.partition, sync.upstream),
        rankOf(copy(sync.topic), sync.partition, sync.downstream),
      ];
      const exact = copy(sync.topic)[sync.partition]?.some(({ offset }) => offset === sync.downstream);
      if (side === 'ours' && (ranks[0] !== ranks[1] || !exact)) {
        const ours = `${sync.upstream}->${sync.downstream}: records ${ranks.join(' and ')} of their logs`;
        into.differences.push({ kind: 'offsetSync', subject, mm2: 'the same record', ours });
      }
    }
  }
  compareSets('offsetSync', topic, named, into);
}

interface Place {
  readonly upstream: number;
  readonly metadata: string;
  /** Records that the group would read again. */
  readonly again: number;
  /** Records of the source behind it. */
  readonly fromEnd: number;
}

/**
 * The newest of each group and partition. Nobody may skip a record. How far a group goes back depends on which syncs were
 * written in that moment, and on how far it is from the end (syncs are the sparser the older they are): only what is much
 * further than the other, and than that, is a difference.
 */
export function compareCheckpoints(
  topic: string,
  contents: Two<TopicContent | undefined>,
  mirrored: Two<Mirrored>,
  originalOf: (copy: string) => string,
  into: Compared,
): void {
  const places = { mm2: new Map<string, Place>(), ours: new Map<string, Place>() };
  for (const side of SIDES) {
    for (const { key, value } of bytesOf(contents[side])) {
      const found = decodeCheckpoint({ key, value });
      if (!found) continue;
      const { group, partition, upstream, downstream, metadata } = found;
      const original = originalOf(found.topic);
      const { source, copy } = mirrored[side];
      const rank = rankOf(source(original), partition, upstream);
      const again = rank - rankOf(copy(original), partition, downstream);
      const fromEnd = (source(original)[partition]?.length ?? 0) - rank;
      places[side].set(`${group} ${found.topic}/${partition}`, { upstream, metadata, again, fromEnd });
    }
  }
  comparePlaces('checkpoint', topic, places, into);
}

export function comparePlaces(
  kind: 'checkpoint' | 'group',
  topic: string,
  places: Two<ReadonlyMap<string, Place>>,
  into: Compared,
): void {
  compareSets(kind, topic, { mm2: new Set(places.mm2.keys()), ours: new Set(places.ours.keys()) }, into);
  for (const [subject, ours] of places.ours) {
    count(into, kind === 'checkpoint' ? 'checkpoints' : 'group offsets');
    const mm2 = places.mm2.get(subject) ?? { ...ours, again: 0 };
    const textOf = ({ upstream, metadata, again }: Place): string => `${upstream} "${metadata}", ${again} read again`;
    const same = ours.upstream === mm2.upstream && ours.metadata === mm2.metadata;
    if (same && ours.again >= 0 && ours.again <= Math.max(2 * mm2.again + LAG, ours.fromEnd)) continue;
    into.differences.push({ kind, subject: `${topic} ${subject}`, mm2: textOf(mm2), ours: textOf(ours) });
  }
}

export type { Place };
