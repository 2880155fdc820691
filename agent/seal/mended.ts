/** Says what was lost with a damaged file. */
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import type { Mended } from '../buffer/index.ts';
import { bufferMended, endUnknown, recordsLost } from './events.ts';

/** More lines say nothing more: the sums are in the first one. */
const MOST_LINES = 100;

export function tellMended(telemetry: Telemetry, path: string, mended: Mended): void {
  const { how, reason, aside, lost, unknownEnds, strayRecords } = mended;
  const lostRecords = lost.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const facts = { path, how, reason, aside, lostRecords, strayRecords };
  telemetry.emit(bufferMended, { ...facts, unknownEnds: unknownEnds.length });
  for (const range of lost.slice(0, MOST_LINES)) telemetry.emit(recordsLost, range);
  for (const end of unknownEnds.slice(0, MOST_LINES)) telemetry.emit(endUnknown, end);
}
