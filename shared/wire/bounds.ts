/** What either side is ready to take in one message. Data bounds are in shared/limits.ts; these are the envelope's own. */
import { limits } from '../limits.ts';

export const bounds = {
  /** Versions of programs, names of sources, states, codes. */
  nameChars: 255,
  /** Reasons, details, messages: for people. */
  reasonChars: 1_024,
  /** Body of a session hello, a heartbeat, or any answer. */
  smallBodyBytes: 4 * 1024 * 1024,
  /** Epochs in a hello: what the hub can hold of one edge. */
  lineage: limits.epochsPerEdge,
  positions: 20_000,
  /** Streams of one shipment. */
  streams: limits.openStreamsPerEdge,
  parcels: limits.maxShipmentParcels,
  marks: 64,
  /** Points, ranges of one stream in one receipt. */
  pointsPerStream: limits.maxShipmentParcels,
  rangesPerStream: limits.maxShipmentParcels,
  /** Places in a heartbeat; more are counted in `placesLeftOut`. */
  places: 1_000,
  sources: 1_000,
  partition: 2 ** 31 - 1,
  /** Fields of one message, counted before anything is made of them, so that 20 MiB of two-byte fields stay cheap. */
  fields: 500_000,
} as const;
