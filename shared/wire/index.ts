/**
 * What agent and hub say to each other, as types of this program: `proto/tributary.proto` made and read with checks.
 *
 * - Transport: HTTP/1.1 POST, content type {@link CONTENT_TYPE}, one message a body.
 * - A decoder takes any bytes. It returns a message of which every field is within its bounds (syntax of names, exact
 *   numbers, first <= last, tips of 16 bytes, indexes in range), or throws TributaryError `corruptShipment` naming the
 *   field: `shipment.parcels[3].sealed.first`. It never throws anything else, and the objects that it makes are bounded
 *   before they are made (`bounds.fields`).
 * - Both sides send a checksum of the body in a header (digest.ts): what a link has damaged is not decoded.
 * - What a decoder can't know (does the blob match its tip, is the edge the authenticated one) is the receiver's check.
 * - Blobs and tips are views into the body, never copies.
 * - Unknown fields of a newer version are harmless, and survive decoding and encoding (unknowns.ts).
 * - Texts for people are cut by the encoder to what the decoder takes.
 */
export { bounds } from './bounds.ts';
export { type HubIdentity, type Point, type Range, type SourcePosition, sameHub } from './common.ts';
export { DIGEST_HEADER, digestOf, isIntact } from './digest.ts';
export * from './heartbeat.ts';
export type { Outlook, TopicOutlook } from './outlook.ts';
export {
  decodePart,
  decodePartAnswer,
  encodePart,
  encodePartAnswer,
  type Part,
  type PartAnswer,
  uploadIdOf,
} from './part.ts';
export { logNumber, type Reached } from './reached.ts';
export * from './receipt.ts';
export * from './session.ts';
export * from './shipment.ts';
export { decodeShipment } from './shipmentDecode.ts';
export { encodeShipment } from './shipmentEncode.ts';
export { CONTENT_TYPE, isSpoken, negotiate, PROTOCOL, type Versions } from './versions.ts';
