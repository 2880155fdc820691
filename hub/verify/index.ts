export { type VerifyMode, type VerifyOptions, verifyShipment } from './verify.ts';
