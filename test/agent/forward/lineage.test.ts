import { describe, expect, test } from 'vitest';
import type { LineageEpoch } from '../../../agent/buffer/outbox.ts';
import { namedEpochs } from '../../../agent/forward/lineage.ts';
import type { Epoch } from '../../../shared/identity.ts';
import { limits } from '../../../shared/limits.ts';

const epochOf = (at: number): Epoch => at.toString(16).padStart(24, '0') as Epoch;

/** Epochs 0, 1, 2, ... each after the one before. */
const lineage = (count: number, facts: (at: number) => Partial<LineageEpoch> = () => ({})): LineageEpoch[] =>
  Array.from({ length: count }, (_, at) => ({
    epoch: epochOf(at),
    predecessor: at === 0 ? null : epochOf(at - 1),
    ...{ known: false, drained: false, sendable: true },
    ...facts(at),
  }));

const named = (all: readonly LineageEpoch[], needed: number | null = null, most?: number): number[] =>
  namedEpochs(all, needed === null ? null : epochOf(needed), most).map(({ epoch }) => Number.parseInt(epoch, 16));

describe('epochs in a hello', () => {
  test('few are all named', () => {
    expect(named(lineage(3))).toEqual([0, 1, 2]);
    expect(named([])).toEqual([]);
  });

  test('of thousands, the oldest first', () => {
    expect(named(lineage(5_000))).toHaveLength(limits.epochsNamed);
    expect(named(lineage(5_000), null, 4)).toEqual([0, 1, 2, 3]);
  });

  test('the oldest of all, the newest that the hub knows and the one that is needed are always among them', () => {
    const all = lineage(5_000, (at) => ({ known: at <= 40, sendable: at !== 0 }));
    expect(named(all, null, 4)).toEqual([0, 1, 2, 40]);
    expect(named(all, 900, 4)).toEqual([0, 1, 40, 900]);
  });

  test('those of which nothing can be sent now take room from nobody', () => {
    const all = lineage(5_000, (at) => ({ known: at === 0, sendable: at >= 4_000 }));
    expect(named(all, null, 4)).toEqual([0, 4_000, 4_001, 4_002]);
  });

  test('a drained one is named only where its successor does not say it', () => {
    const all = lineage(50, (at) => ({ known: at === 0, drained: at === 0, sendable: at >= 20 }));
    expect(named(all, null, 3)).toEqual([0, 20, 21]);
    expect(
      named(
        lineage(50, (at) => ({ known: at === 0, drained: at === 0, sendable: at > 0 })),
        null,
        3,
      ),
    ).toEqual([1, 2]);
    expect(named(lineage(1, () => ({ known: true, drained: true, sendable: false })))).toEqual([]);
    // The hub may not know it: without it nobody could say where the next one comes from.
    expect(named(lineage(2, (at) => ({ drained: at === 0 })))).toEqual([0, 1]);
  });
});
