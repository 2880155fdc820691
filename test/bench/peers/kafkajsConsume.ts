/** The peer: a bare kafkajs consumer with its defaults, that only counts. `BROKERS TOPIC RECORDS`; says JSON at the end. */
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import '../../support/kafkajsZstd.ts';

const { Kafka, logLevel } = kafkajs;
const [brokers = '', topic = '', wanted = '0'] = process.argv.slice(2);
const consumer = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).consumer({
  groupId: randomUUID(),
});
let records = 0;
let bytes = 0;
let firstMs = 0;
await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: true });
const done = Promise.withResolvers<void>();
await consumer.run({
  eachBatch: async ({ batch }) => {
    if (records === 0) firstMs = performance.now();
    records += batch.messages.length;
    for (const message of batch.messages) bytes += message.value?.length ?? 0;
    if (records >= Number(wanted)) done.resolve();
  },
});
await done.promise;
const seconds = (performance.now() - firstMs) / 1000;
process.stdout.write(`${JSON.stringify({ records, bytes, seconds })}\n`);
await consumer.disconnect();
process.exit(0);
