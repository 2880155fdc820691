/** The records in a buffer, as lines for other programs. */
import { limits } from '../../shared/limits.ts';
import { unsealRecords } from '../../shared/records/index.ts';
import type { BufferView } from './view.ts';

export interface ExportOptions {
  readonly topic?: string;
  /** Records' own timestamps, ms since 1970: from (inclusive), to (exclusive). */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly limit?: number;
  /** Also what was delivered and is retained. */
  readonly delivered?: boolean;
}

export interface ExportedRecord {
  /** `buffered`, `tail` (buffered, not sealed yet), `quarantined`, `delivered` (retained). */
  readonly state: State;
  readonly topic: string;
  readonly partition: number;
  readonly lane: string;
  readonly epoch: string;
  readonly sequence: number;
  readonly timestamp: number;
  readonly source: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly { readonly name: string; readonly value: string | null; readonly base64?: true }[];
  /** Which of key and value are not UTF-8 and stand here as base64. */
  readonly base64?: readonly ('key' | 'value')[];
}
type State = 'buffered' | 'tail' | 'quarantined' | 'delivered';

interface BlobRow {
  readonly id: number;
  readonly topic: string;
  readonly partition: number;
  readonly lane: string;
  readonly epoch: string;
  readonly first: number;
  readonly blob: Buffer | null;
}

const OF_STREAM = 'p.topic, p.partition, p.lane, e.epoch';
const STREAM = 'JOIN stream s ON s.id = r.stream JOIN place p ON p.id = s.place JOIN epoch e ON e.id = s.epoch';
const SPAN = '(@topic IS NULL OR topic = @topic) AND maxTimestamp >= @from AND minTimestamp < @to';
const sealedIn = (table: string): string =>
  `SELECT r.id, ${OF_STREAM}, r.first, c.blob FROM ${table} r JOIN content c ON c.id = r.id ${STREAM} WHERE ${SPAN} ORDER BY r.id`;
const QUERIES: Readonly<Record<State, string>> = {
  delivered: sealedIn('retained'),
  buffered: sealedIn('parcel'),
  tail: `SELECT r.id, ${OF_STREAM}, r.first, r.blob FROM tail r ${STREAM} WHERE ${SPAN} ORDER BY r.id`,
  quarantined: `SELECT id, topic, partition, lane, epoch, first, blob FROM quarantine WHERE blob IS NOT NULL AND ${SPAN} ORDER BY id`,
};

/** `unreadable` is told of rows that hold no records that can be read. */
export function* exportRecords(
  { db }: BufferView,
  options: ExportOptions,
  unreadable: (row: string) => void,
): Generator<ExportedRecord> {
  const { topic = null, fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = options;
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  const span = { topic, from: Math.max(fromMs, -8.64e15), to: Math.min(toMs, 8.64e15) };
  const states: State[] = [...(options.delivered ? (['delivered'] as const) : []), 'buffered', 'tail', 'quarantined'];
  for (const state of states) {
    for (const row of db.prepare(QUERIES[state]).iterate(span) as Iterable<BlobRow>) {
      const records = readable(row);
      if (records === null) {
        unreadable(`${state} ${row.id}`);
        continue;
      }
      for (const [i, record] of records.entries()) {
        if (record.timestamp < fromMs || record.timestamp >= toMs) continue;
        if (left-- <= 0) return;
        yield lineOf(state, row, row.first + i, record);
      }
    }
  }
}

type Read = ReturnType<typeof unsealRecords>;
function readable({ blob }: BlobRow): Read | null {
  try {
    return unsealRecords(blob!, { maxRawBytes: limits.maxBatchRawBytes });
  } catch {
    return null;
  }
}

function lineOf(state: State, row: BlobRow, sequence: number, record: Read[number]): ExportedRecord {
  const { topic, partition, lane, epoch } = row;
  const [key, value] = [textOf(record.key), textOf(record.value)];
  const base64 = [...(key.base64 ? (['key'] as const) : []), ...(value.base64 ? (['value'] as const) : [])];
  const headers = record.headers.map(([name, held]) => {
    const { text, base64: coded } = textOf(held);
    return { name: name.toString('utf8'), value: text, ...(coded ? { base64: true as const } : {}) };
  });
  return {
    ...{ state, topic, partition, lane, epoch, sequence, timestamp: record.timestamp, source: record.source },
    ...{ key: key.text, value: value.text, headers },
    ...(base64.length > 0 ? { base64 } : {}),
  };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
function textOf(bytes: Buffer | null): { text: string | null; base64: boolean } {
  if (bytes === null) return { text: null, base64: false };
  try {
    return { text: utf8.decode(bytes), base64: false };
  } catch {
    return { text: bytes.toString('base64'), base64: true };
  }
}
