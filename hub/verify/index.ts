/**
 * Verification: from what an edge sent to what everybody behind may rely on.
 *
 * - Nothing unchecked goes on: a parcel is verified or it is a corrupt parcel that names its range and reason.
 * - The edge is the authenticated one, never the one that the bytes name.
 * - Blobs are checked where they lie, in the request's body, and are not copied; only a shift of the clock changes them.
 * - No state: one pure pass over one shipment, in slices, so that other edges are served in between.
 */
export { type VerifyMode, type VerifyOptions, verifyShipment } from './verify.ts';
