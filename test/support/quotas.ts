/** Client quotas on the tests' Kafka, by client id: somebody else's clients never feel them. */
import { Writer } from '@platformatic/kafka';
import { onTestFinished } from 'vitest';
import type { WireApi } from '../../shared/kafka/wire/api.ts';
import { cluster } from './kafka.ts';

export type QuotaKey = 'consumer_byte_rate' | 'producer_byte_rate';

interface Change {
  readonly clientId: string;
  readonly key: QuotaKey;
  /** Null: taken away. */
  readonly bytesPerSecond: number | null;
}

/*
  Request v1 => [entries] validate_only: BOOLEAN ~
    entries => [entity_type: STRING entity_name: STRING ~] [key: STRING value: FLOAT64 remove: BOOLEAN ~] ~
  Response v1 => throttle_time_ms: INT32 [error_code: INT16 error_message: STRING [entity_type: STRING entity_name: STRING ~] ~] ~
*/
const alterClientQuotas: WireApi<Change, number> = {
  name: 'AlterClientQuotas',
  key: 49,
  min: 1,
  max: 1,
  taggedResponseHeader: true,
  encode: ({ clientId, key, bytesPerSecond }) =>
    Writer.create()
      .appendArray([0], (entry) =>
        entry
          .appendArray([0], (entity) => entity.appendString('client-id').appendString(clientId))
          .appendArray([0], (op) =>
            op
              .appendString(key)
              .appendFloat64(bytesPerSecond ?? 0)
              .appendBoolean(bytesPerSecond === null),
          ),
      )
      .appendBoolean(false)
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    const codes = reader.readArray((r) => {
      const code = r.readInt16();
      r.readNullableString();
      r.readArray((e) => [e.readString(), e.readNullableString()]);
      return code;
    });
    return codes[0] ?? -1;
  },
};

async function alter(change: Change): Promise<void> {
  const connection = await cluster().connection(await cluster().controller(), 'quotas');
  const code = await connection.send(alterClientQuotas, change);
  if (code !== 0) throw new Error(`the quota of ${change.clientId} was refused: ${code}`);
}

/** Until the test ends. */
export async function throttleClient(clientId: string, key: QuotaKey, bytesPerSecond: number): Promise<void> {
  await alter({ clientId, key, bytesPerSecond });
  onTestFinished(() => alter({ clientId, key, bytesPerSecond: null }));
}
