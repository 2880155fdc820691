/**
 * Where raw record bytes are written before they are compressed: one growing buffer for the whole process, since
 * encoding is synchronous. What grew beyond `keptBytes` is let go afterwards, so that one large record does not cost its
 * memory for ever.
 */
import { limits, MIB } from '../limits.ts';
import { RecordsError } from './error.ts';

const startBytes = 1 * MIB;
const keptBytes = 4 * MIB;

export class Scratch {
  bytes: Buffer = Buffer.allocUnsafeSlow(startBytes);
  at = 0;

  /** Empties it. Called by whoever is about to encode. */
  reset(): this {
    this.at = 0;
    return this;
  }

  /**
   * Makes sure that `size` more bytes fit.
   * @throws RecordsError `tooLarge` beyond `limits.maxBatchRawBytes`
   */
  reserve(size: number): void {
    const needed = this.at + size;
    if (needed > this.bytes.length) this.grow(needed);
  }

  /** What was written; valid until the next `reset` or `release`. */
  written(): Buffer {
    return this.bytes.subarray(0, this.at);
  }

  /** Ends a use: memory beyond what is kept goes back. */
  release(): void {
    this.at = 0;
    if (this.bytes.length > keptBytes) this.bytes = Buffer.allocUnsafeSlow(startBytes);
  }

  private grow(needed: number): void {
    if (needed > limits.maxBatchRawBytes) {
      throw new RecordsError('tooLarge', `a batch of more than ${limits.maxBatchRawBytes} raw bytes`);
    }
    const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, this.bytes.length * 2), limits.maxBatchRawBytes));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }
}

export const scratch = new Scratch();
