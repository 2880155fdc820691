/** What the buffer says of its epochs, and what it is told of them. */
import { type Epoch, placeKey } from '../../shared/identity.ts';
import type { EpochState, LineageEpoch } from '../buffer/index.ts';
import type { Sealer } from './sealer.ts';

export function lineageOf(sealer: Sealer, waits: (place: string) => boolean): readonly LineageEpoch[] {
  const { epochs, streams } = sealer.file.catalog;
  const open = new Set<EpochState>();
  const sendable = new Set<EpochState>();
  for (const { epoch, place, moveOrder, settled, sealed, next } of streams.values()) {
    if (moveOrder !== null || settled.next < next) open.add(epoch);
    const hasRows = moveOrder === null && settled.next < sealed.next;
    if (hasRows && !sendable.has(epoch) && !waits(placeKey(place))) sendable.add(epoch);
  }
  const known = epochs.findLastIndex(({ contacted }) => contacted);
  return epochs.flatMap((one, i) => {
    const drained = !open.has(one) && one !== sealer.epoch;
    if (drained && i < known) return [];
    const { epoch, predecessor, contacted } = one;
    return [{ epoch, predecessor, known: contacted, drained, sendable: sendable.has(one) }];
  });
}

export function letInEpochs({ file }: Sealer, epochs: readonly Epoch[]): void {
  const letIn = new Set(epochs);
  const news = file.catalog.epochs.filter(({ epoch, contacted }) => !contacted && letIn.has(epoch));
  if (news.length === 0) return;
  file.transaction(() => {
    for (const epoch of news) {
      file.catalog.touchEpoch(epoch);
      epoch.contacted = true;
    }
  });
}
