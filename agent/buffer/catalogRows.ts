/** Reading and writing the catalog's tables. */
import type { Database, Statement } from 'better-sqlite3';
import type { Epoch, Lane, Tip } from '../../shared/identity.ts';
import type { EpochState, PlaceState, StreamState } from './catalog.ts';
import type { Checks, Field } from './checks.ts';
import { RETAINED_ROW_BYTES, type Sums } from './retained.ts';
import { KIND_SEALED } from './rows.ts';

export interface EpochRow {
  readonly id: number;
  readonly epoch: Epoch;
  readonly predecessor: Epoch | null;
  readonly contacted: number;
}
export interface PlaceRow {
  readonly id: number;
  readonly topic: string;
  readonly partition: number;
  readonly lane: Lane;
  readonly sourcePartitions: number;
  readonly captured: number;
  readonly delivered: number;
  readonly deadLettered: number;
  readonly gaps: number;
  readonly maybeDuplicate: number;
  readonly lastEpoch: Epoch | null;
  readonly lastNext: number | null;
  readonly lastTip: Tip | null;
  readonly queue: number;
  readonly requeue: number;
}
export interface StreamRow {
  readonly id: number;
  readonly epoch: number;
  readonly place: number;
  readonly next: number;
  readonly sealedNext: number;
  readonly sealedTip: Tip;
  readonly settledNext: number;
  readonly settledTip: Tip;
  readonly previousEpoch: Epoch | null;
  readonly previousNext: number | null;
  readonly previousTip: Tip | null;
  readonly moveOrder: number | null;
  readonly chainedNext: number | null;
  readonly chainedTip: Tip | null;
  readonly bytes: number;
}

export interface RetainedSums extends Sums {
  readonly stream: number;
}
const RETAINED_SUMS = `SELECT stream, count(*) AS rows, sum(bytes) + count(*) * ${RETAINED_ROW_BYTES} AS bytes,
  sum(iif(kind = ${KIND_SEALED}, last - first + 1, 0)) AS records FROM retained GROUP BY stream`;

const PLACE_COLUMNS = [
  ...['id', 'topic', 'partition', 'lane', 'sourcePartitions'],
  ...['captured', 'delivered', 'deadLettered', 'gaps', 'maybeDuplicate', 'lastEpoch', 'lastNext', 'lastTip'],
  ...['queue', 'requeue'],
];
const STREAM_COLUMNS = [
  ...['id', 'epoch', 'place', 'next', 'sealedNext', 'sealedTip', 'settledNext', 'settledTip'],
  ...['previousEpoch', 'previousNext', 'previousTip', 'moveOrder', 'chainedNext', 'chainedTip', 'bytes'],
];

const EPOCH_COLUMNS = ['id', 'epoch', 'predecessor', 'contacted'];
const ORIGIN_COLUMNS = [
  ...['stream', 'epochId', 'epoch', 'predecessor', 'placeId', 'topic', 'partition', 'lane'],
  ...['previousEpoch', 'previousNext', 'previousTip'],
];
type Put = (...fields: Field[]) => void;

export class CatalogStatements {
  readonly deleteEpoch: Statement;
  readonly #db: Database;
  readonly #epoch: Put;
  readonly #place: Put;
  readonly #stream: Put;
  readonly #origin: Put;
  readonly #deleteStream: Statement;
  readonly #deleteOrigin: Statement;

  constructor(db: Database, checks: Checks) {
    this.#db = db;
    const put = (table: string, columns: readonly string[]): Put => {
      const [id, ...others] = [...columns, 'crc'];
      const set = others.map((name) => `${name} = excluded.${name}`);
      const marks = ['?', ...others.map(() => '?')].join(', ');
      const statement = db.prepare(
        `INSERT INTO ${table} (${[id, ...others].join(', ')}) VALUES (${marks}) ON CONFLICT (${id}) DO UPDATE SET ${set.join(', ')}`,
      );
      return (...fields) => void statement.run(...fields, checks.of(table, fields));
    };
    this.#epoch = put('epoch', EPOCH_COLUMNS);
    this.#place = put('place', PLACE_COLUMNS);
    this.#stream = put('stream', STREAM_COLUMNS);
    this.#origin = put('origin', ORIGIN_COLUMNS);
    this.#deleteStream = db.prepare('DELETE FROM stream WHERE id = ?');
    this.#deleteOrigin = db.prepare('DELETE FROM origin WHERE stream = ?');
    this.deleteEpoch = db.prepare('DELETE FROM epoch WHERE id = ?');
  }

  deleteStream(id: number): void {
    this.#deleteStream.run(id);
    this.#deleteOrigin.run(id);
  }

  /** What a stream is, once more: its rows can be sent without the catalog's. */
  putOrigin({ id, epoch, place, previous }: StreamState): void {
    this.#origin(
      ...[id, epoch.id, epoch.epoch, epoch.predecessor, place.id, place.topic, place.partition, place.lane],
      ...[previous?.epoch ?? null, previous?.next ?? null, previous?.tip ?? null],
    );
  }

  putEpoch({ id, epoch, predecessor, contacted }: EpochState): void {
    this.#epoch(id, epoch, predecessor, contacted ? 1 : 0);
  }

  putPlace(place: PlaceState): void {
    const { last } = place;
    this.#place(
      ...[place.id, place.topic, place.partition, place.lane, place.sourcePartitions],
      ...[place.captured, place.delivered, place.deadLettered, place.gaps, place.maybeDuplicate],
      ...[last?.epoch ?? null, last?.next ?? null, last?.tip ?? null, place.queue, place.requeue ? 1 : 0],
    );
  }

  putStream(stream: StreamState): void {
    const { sealed, settled, previous, chained } = stream;
    this.#stream(
      ...[stream.id, stream.epoch.id, stream.place.id, stream.next],
      ...[sealed.next, sealed.tip, settled.next, settled.tip],
      ...[previous?.epoch ?? null, previous?.next ?? null, previous?.tip ?? null, stream.moveOrder],
      ...[chained?.next ?? null, chained?.tip ?? null, stream.bytes],
    );
  }

  load(): { epochs: EpochRow[]; places: PlaceRow[]; streams: StreamRow[]; retained: RetainedSums[] } {
    const all = (table: string): unknown[] => this.#db.prepare(`SELECT * FROM ${table} ORDER BY id`).all();
    return {
      epochs: all('epoch') as EpochRow[],
      places: all('place') as PlaceRow[],
      streams: all('stream') as StreamRow[],
      retained: this.#db.prepare(RETAINED_SUMS).all() as RetainedSums[],
    };
  }
}
