/** The only thing that the functions of this room throw because of the bytes that they are given. */
export type RecordsErrorCode =
  /** The bytes end before what their lengths claim. */
  | 'truncated'
  | 'badCrc'
  /** A message set older than RecordBatch v2, or no batch at all. */
  | 'badMagic'
  /** A field has a value that the format does not allow. */
  | 'badStructure'
  /** Unknown codec, or bytes that its decompressor refuses. */
  | 'badCodec'
  /** More raw bytes than the caller allows. */
  | 'tooLarge'
  /** The number of records is not what the header says. */
  | 'badCount'
  /** A sealed batch's provenance headers, or other facts, are not what they have to be. */
  | 'badHeaders';

export class RecordsError extends Error {
  override readonly name = 'RecordsError';
  readonly code: RecordsErrorCode;

  constructor(code: RecordsErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
