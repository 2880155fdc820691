/** How many rows go into one shipment, and whether a mark goes with them. */
import type { CapturedMark } from '../buffer/outbox.ts';
import type { Parcel } from '../stages.ts';
import type { BuiltShipment } from './build.ts';
import type { Window } from './window.ts';

export interface Packed {
  readonly parcels: readonly Parcel[];
  readonly built: BuiltShipment;
  readonly marked: boolean;
}

export type Build = (parcels: readonly Parcel[], mark: CapturedMark | null) => BuiltShipment;

/** A mark of more streams than this goes alone: with rows it might have more fields than the hub takes. */
const MARKED_WITH_ROWS = 2_000;

/** As many of the rows as fit, with the mark that may go with them. Null: not even one fits now. */
export function pack(
  rows: readonly Parcel[],
  window: Window,
  build: Build,
  markWith: (parcels: readonly Parcel[]) => CapturedMark | null,
): Packed | null {
  let parcels = rows;
  let built = build(parcels, null);
  while (parcels.length > 1 && (!window.fits(built.body.length) || built.body.length > window.maxShipmentBytes)) {
    parcels = parcels.slice(0, Math.ceil(parcels.length / 2));
    built = build(parcels, null);
  }
  if (!window.fits(built.body.length)) return null;
  const mark = markWith(parcels);
  if (mark === null || mark.streams.length > MARKED_WITH_ROWS) return { parcels, built, marked: false };
  const withMark = build(parcels, mark);
  const fits = window.fits(withMark.body.length) && withMark.body.length <= window.maxShipmentBytes;
  return fits ? { parcels, built: withMark, marked: true } : { parcels, built, marked: false };
}
