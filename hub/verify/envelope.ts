import { checkCrc, HEADER_BYTES, RecordsError, readHeader, type SealFacts } from '../../shared/records/index.ts';
import type { WireSealed } from '../../shared/wire/index.ts';

/**
 * The checks that need no decompression: the header's facts and the CRC. The records inside are believed, the envelope's
 * lowest timestamp too.
 * @throws RecordsError
 */
export function checkEnvelope({ blob, first, last, minTimestamp }: WireSealed): SealFacts {
  const header = readHeader(blob);
  const refuse = (code: 'badStructure' | 'badCount', message: string): never => {
    throw new RecordsError(code, message);
  };
  if (header.sizeInBytes !== blob.length || blob.length < HEADER_BYTES) {
    refuse('badStructure', `the batch says ${header.sizeInBytes} bytes, there are ${blob.length}`);
  }
  checkCrc(blob, header);
  if (header.baseOffset !== 0) refuse('badStructure', `base offset ${header.baseOffset} instead of 0`);
  // Nothing but a codec: no control, transactional, log-append or delete-horizon bit.
  if (header.attributes < 0 || header.attributes > 4) refuse('badStructure', `attributes ${header.attributes}`);
  const { producerId, producerEpoch, baseSequence } = header;
  if (producerId !== -1n || producerEpoch !== -1 || baseSequence !== -1) {
    refuse('badStructure', `producer ${producerId}`);
  }
  const count = last - first + 1;
  if (header.count !== count || header.lastOffsetDelta !== count - 1) {
    refuse('badCount', `the batch says ${header.count} records, its sequences are ${count}`);
  }
  return { minTimestamp: Math.min(minTimestamp, header.maxTimestamp), maxTimestamp: header.maxTimestamp, count };
}
