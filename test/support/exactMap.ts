/** The exact map of a copied topic, as a reader finds it, against the records themselves on both sides. */
import { expect } from 'vitest';
import { MapReader } from '../../hub/pull/maps/index.ts';
import { cluster, consumeAll, endOffsets } from './kafka.ts';
import { copyOf, type PullRig, plainOf } from './pullRig.ts';

export async function mapOf(rig: PullRig, flow = 'a->b'): Promise<MapReader> {
  const reader = new MapReader({ cluster: cluster(), topic: `${rig.ledger}.maps`, flow, acceptsTopic: () => true });
  await reader.catchUp();
  return reader;
}

/** For every offset of partition 0 that a group may have committed, also in holes, on markers and behind the end. */
export async function expectExact(rig: PullRig, topic: string): Promise<void> {
  const [source, target] = await Promise.all([consumeAll(topic), consumeAll(copyOf(topic))]);
  expect(target.map(plainOf)).toEqual(source.map(plainOf));
  const reader = await mapOf(rig);
  const end = (await endOffsets(topic, 'read_uncommitted')).get(0) ?? 0;
  const wrong: unknown[] = [];
  for (let upstream = Number(source[0]!.offset); upstream <= end + 1; upstream += 1) {
    const at = source.findIndex(({ offset }) => Number(offset) >= upstream);
    const wanted =
      at < 0
        ? { kind: 'atLeast', offset: Number(target.at(-1)!.offset) + 1 }
        : { kind: 'exact', offset: Number(target[at]!.offset) };
    const found = reader.translate(topic, 0, upstream);
    if (found?.kind !== wanted.kind || found.offset !== wanted.offset) wrong.push({ upstream, wanted, found });
  }
  expect(wrong).toEqual([]);
}
