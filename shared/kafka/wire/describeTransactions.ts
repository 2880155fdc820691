import { Writer } from '@platformatic/kafka';
import type { WireApi } from './api.ts';

export interface DescribedTransaction {
  readonly errorCode: number;
  /** `Empty`, `Ongoing`, `PrepareCommit`, `PrepareAbort`, `CompleteCommit`, `CompleteAbort`, `PrepareEpochFence`, `Dead`. */
  readonly state: string;
}

/*
  Request v0 => [transactional_id: STRING] ~
  Response v0 => throttle_time_ms: INT32
                 [error_code: INT16 transactional_id: STRING transaction_state: STRING transaction_timeout_ms: INT32
                  transaction_start_time_ms: INT64 producer_id: INT64 producer_epoch: INT16
                  [topic: STRING [partition: INT32] ~] ~] ~

  Asked of the id's coordinator, one id a request here; needs DESCRIBE on the transactional id.
*/
export const describeTransaction: WireApi<string, DescribedTransaction | null> = {
  name: 'DescribeTransactions',
  key: 65,
  min: 0,
  max: 0,
  taggedResponseHeader: true,
  encode: (transactionalId) =>
    Writer.create()
      .appendArray([transactionalId], (w, id) => w.appendString(id), true, false)
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    const [described] = reader.readArray((r) => {
      const errorCode = r.readInt16();
      r.readString();
      const state = r.readString();
      r.readInt32();
      r.readInt64();
      r.readInt64();
      r.readInt16();
      r.readArray((t) => {
        t.readString();
        t.readArray((p) => p.readInt32(), true, false);
      });
      return { errorCode, state };
    });
    return described ?? null;
  },
};
