/** Fills topics of a bench's Kafka through an ordinary client, with values as a site would have them. */
import { randomBytes } from 'node:crypto';
import kafkajs from 'kafkajs';

const { Kafka, logLevel } = kafkajs;
const BATCH_BYTES = 100_000;

export const PARTITIONS = 4;

/** JSON telemetry of exactly `bytes` bytes: half of it repeats, as field names and states do, half does not. */
export function telemetryValue(i: number, bytes: number): Buffer {
  const head = `{"sensor":"line-${i % 7}/temp-${i % 31}","at":${1_750_000_000_000 + i * 37},"celsius":${(i * 7919) % 10_000},"note":"`;
  const noise = randomBytes(Math.ceil(bytes / 4)).toString('base64url');
  const filler = 'temperature within the expected range; '.repeat(Math.ceil(bytes / 39));
  const body = head + noise.slice(0, Math.floor((bytes - head.length) / 2)) + filler;
  return Buffer.from(`${body.slice(0, bytes - 2)}"}`, 'latin1');
}

/** Makes `topic` with {@link PARTITIONS} partitions and writes `records` values of `bytes` bytes, uncompressed. */
export async function preload(
  brokers: readonly string[],
  topic: string,
  records: number,
  bytes: number,
): Promise<void> {
  const kafka = new Kafka({ clientId: 'bench-preload', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: true });
  await admin.disconnect();
  const producer = kafka.producer({ maxInFlightRequests: 4 });
  await producer.connect();
  const perBatch = Math.max(1, Math.floor(BATCH_BYTES / bytes));
  for (let sent = 0; sent < records; ) {
    const sends = Array.from({ length: PARTITIONS }, (_, partition) => {
      const count = Math.min(perBatch, records - sent);
      const messages = Array.from({ length: count }, (_, i) => ({ partition, value: telemetryValue(sent + i, bytes) }));
      sent += count;
      return count > 0 ? producer.send({ topic, messages, acks: 1 }) : Promise.resolve([]);
    });
    await Promise.all(sends);
  }
  await producer.disconnect();
}
