/** From a request's body and terms to the records that it stands for. Pure: nothing here waits or keeps state. */

import { partitionOfKey } from '../../../shared/kafka/murmur2.ts';
import type { Captured, Header } from '../../stages.ts';
import { readEnvelope } from './envelope.ts';
import { checkJson, forEachLine } from './lines.ts';
import { Refusal } from './refusal.ts';
import type { Terms } from './terms.ts';

export type BodyForm = 'value' | 'lines' | 'envelopes';

const LINES = new Set([
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonl',
  'application/jsonlines',
  'application/x-jsonlines',
  'application/json-lines',
  'application/x-json-lines',
]);
const ENVELOPES = 'application/vnd.tributary.records+ndjson';

export function bodyForm(contentType: string | undefined): BodyForm {
  const type = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
  if (type === ENVELOPES) return 'envelopes';
  return LINES.has(type) ? 'lines' : 'value';
}

export interface Making {
  readonly topic: string;
  /** Partitions that keys are spread over. */
  readonly partitions: number;
  /** A partition that is asked for must be below. */
  readonly partitionLimit: number;
  readonly terms: Terms;
  /** Wall clock, for records without a timestamp. */
  readonly nowMs: number;
  /** `http:<request id>`. */
  readonly source: string;
  readonly maxRecords: number;
}

/** @throws Refusal */
export function makeRecords(form: BodyForm, body: Buffer, making: Making): Captured[] {
  if (form === 'envelopes') return fromEnvelopes(body, making);
  if (form === 'lines') return fromLines(body, making);
  const { terms } = making;
  if (terms.tombstone && body.length > 0) {
    throw new Refusal('badRequest', 'null=true makes a tombstone, which has no body');
  }
  return [record(making, 0, { ...terms, value: terms.tombstone ? null : body })];
}

function fromLines(body: Buffer, making: Making): Captured[] {
  const { terms } = making;
  if (terms.tombstone) throw new Refusal('badRequest', 'null=true is for a single record without a body');
  const shared = { ...terms, partition: choosePartition(making, terms.partition, terms.key) };
  const records: Captured[] = [];
  forEachLine(body, making.maxRecords, (line, number) => {
    checkJson(line, number);
    records.push(record(making, records.length, { ...shared, value: line }));
  });
  return records;
}

function fromEnvelopes(body: Buffer, making: Making): Captured[] {
  if (making.terms.given) {
    throw new Refusal('badRequest', 'with envelopes key, partition, timestamp and headers are in the lines only');
  }
  const records: Captured[] = [];
  forEachLine(body, making.maxRecords, (line, number) => {
    records.push(record(making, records.length, readEnvelope(line, number), number));
  });
  return records;
}

interface Parts {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly Header[];
  readonly timestamp: number | null;
  readonly partition: number | null;
}

function record(making: Making, index: number, parts: Parts, line?: number): Captured {
  return {
    topic: making.topic,
    partition: choosePartition(making, parts.partition, parts.key, line),
    key: parts.key,
    value: parts.value,
    headers: parts.headers,
    timestamp: parts.timestamp ?? making.nowMs,
    stamp: parts.timestamp === null ? 'agent' : 'source',
    source: `${making.source}/${index}`,
  };
}

/** The one asked for, else the key's, as Kafka's default partitioner chooses it, else 0. */
function choosePartition(making: Making, asked: number | null, key: Buffer | null, line?: number): number {
  const { partitions, partitionLimit } = making;
  if (asked === null) return key === null || partitions === 1 ? 0 : partitionOfKey(key, partitions);
  if (asked < partitionLimit) return asked;
  const has = partitionLimit === 1 ? '1 partition' : `${partitionLimit} partitions`;
  throw new Refusal(
    'badRequest',
    `partition ${asked}: topic ${making.topic} has at most ${has} by configuration`,
    line,
  );
}
