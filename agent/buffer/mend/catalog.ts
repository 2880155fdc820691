/**
 * Rows of the catalog that were lost, made again from what is left: `origin` says what a stream is, its rows where it
 * begins and ends. A stream whose own row is gone may have had more than what is left of it: its end is not known, which
 * harms nothing, as nothing is ever added to an earlier run's epoch.
 */
import type { Database as Connection } from 'better-sqlite3';
import { EMPTY_TIP, type Epoch, type Lane, TIP_BYTES, type Tip } from '../../../shared/identity.ts';
import { CatalogStatements, type EpochRow, type PlaceRow, type StreamRow } from '../catalogRows.ts';
import { type Checks, checkedColumns, type Field } from '../checks.ts';

export interface UnknownEnd {
  readonly topic: string;
  readonly partition: number;
  readonly lane: Lane;
  readonly epoch: Epoch;
  /** What is left ends here. */
  readonly next: number;
}

export interface Remade {
  readonly unknownEnds: readonly UnknownEnd[];
  /** Places whose counters were lost. */
  readonly places: ReadonlySet<number>;
  /** Records that nothing says the place of. */
  readonly strayRecords: number;
}

interface OriginRow {
  readonly stream: number;
  readonly epochId: number;
  readonly epoch: Epoch;
  readonly predecessor: Epoch | null;
  readonly placeId: number;
  readonly topic: string;
  readonly partition: number;
  readonly lane: Lane;
  readonly previousEpoch: Epoch | null;
  readonly previousNext: number | null;
  readonly previousTip: Tip | null;
}

class Remaker {
  readonly #db: Connection;
  readonly #checks: Checks;
  readonly unknownEnds: UnknownEnd[] = [];
  readonly places = new Set<number>();

  constructor(db: Connection, checks: Checks) {
    this.#db = db;
    this.#checks = checks;
  }

  run(): Remade {
    const { epochs, places, streams } = new CatalogStatements(this.#db, this.#checks).load();
    const origins = this.#db.prepare('SELECT * FROM origin ORDER BY stream').all() as OriginRow[];
    const epochIds = new Set(epochs.map(({ id }) => id));
    const placeIds = new Set(places.map(({ id }) => id));
    const streamIds = new Set(streams.map(({ id }) => id));
    const settled = new Map(streams.map(({ id, settledNext }) => [id, settledNext]));
    for (const origin of origins) {
      const isNew = !epochIds.has(origin.epochId);
      if (isNew)
        this.#putEpoch(origin.epochId, origin.epoch, origin.predecessor, (settled.get(origin.stream) ?? 0) > 0);
      epochIds.add(origin.epochId);
      if (!placeIds.has(origin.placeId)) this.#putPlace(origin);
      placeIds.add(origin.placeId);
    }
    for (const origin of origins) {
      if (!streamIds.has(origin.stream)) this.#putStream(origin, origins);
    }
    this.#keepLineage(epochs, places);
    this.#putOrigins(streams, epochs, places, origins);
    return { unknownEnds: this.unknownEnds, places: this.places, strayRecords: this.#dropStray() };
  }

  #put(table: string, row: Readonly<Record<string, Field>>): void {
    const columns = checkedColumns(this.#db, table);
    const fields = columns.map((name) => row[name] ?? this.#default(table, name));
    const marks = [...columns, 'crc'].map(() => '?').join(', ');
    this.#db
      .prepare(`INSERT OR REPLACE INTO ${table} (${[...columns, 'crc'].join(', ')}) VALUES (${marks})`)
      .run(...fields, this.#checks.of(table, fields));
  }
  /** Of columns that nothing here knows about. */
  #default(table: string, column: string): Field {
    const info = this.#db.pragma(`table_info(${table})`) as { name: string; notnull: number; type: string }[];
    const found = info.find(({ name }) => name === column);
    if (!found?.notnull) return null;
    return found.type === 'TEXT' ? '' : 0;
  }

  #putEpoch(id: number, epoch: Epoch, predecessor: Epoch | null, contacted: boolean): void {
    this.#put('epoch', { id, epoch, predecessor, contacted: contacted ? 1 : 0 });
  }

  #putPlace({ placeId, topic, partition, lane }: OriginRow): void {
    this.places.add(placeId);
    const counts = { sourcePartitions: 0, captured: 0, delivered: 0, deadLettered: 0, gaps: 0, maybeDuplicate: 0 };
    const last = { lastEpoch: null, lastNext: null, lastTip: null };
    this.#put('place', { id: placeId, topic, partition, lane, ...counts, ...last });
  }

  #putStream(origin: OriginRow, origins: readonly OriginRow[]): void {
    const { stream: id, epochId, placeId, previousEpoch, previousNext, previousTip } = origin;
    const ends = this.#endsOf(id);
    const successor = origins.find(({ placeId: at, previousEpoch: of }) => at === placeId && of === origin.epoch);
    const known = successor === undefined ? null : successor.previousNext;
    const { topic, partition, lane, epoch } = origin;
    if (known === null) this.unknownEnds.push({ topic, partition, lane, epoch, next: ends.next });
    this.#put('stream', {
      ...{ id, epoch: epochId, place: placeId, next: Math.max(known ?? 0, ends.next) },
      ...{ sealedNext: ends.sealed.next, sealedTip: ends.sealed.tip },
      ...{ settledNext: ends.settled.next, settledTip: ends.settled.tip },
      ...{ previousEpoch, previousNext, previousTip, moveOrder: null, chainedNext: null, chainedTip: null },
    });
  }

  #endsOf(stream: number) {
    const one = (sql: string) => this.#db.prepare(sql).get(stream) as Record<string, Field> | undefined;
    const first = one('SELECT first AS next, previousTip AS tip FROM parcel WHERE stream = ? ORDER BY first LIMIT 1');
    const last = one('SELECT last + 1 AS next, tip FROM parcel WHERE stream = ? ORDER BY first DESC LIMIT 1');
    const tail = one('SELECT min(first) AS first, max(last) + 1 AS next FROM tail WHERE stream = ?');
    const tailFirst = (tail?.first as number | null) ?? 0;
    // With another tip the hub says that it is a fork, and the rows go into an epoch of this run.
    const kept = one('SELECT last + 1 AS next, tip FROM retained WHERE stream = ? ORDER BY first DESC LIMIT 1');
    const guess = kept ?? { next: tailFirst, tip: tailFirst === 0 ? EMPTY_TIP : Buffer.alloc(TIP_BYTES, 0xff) };
    const settled = (first ?? guess) as { next: number; tip: Buffer };
    const sealed = (last ?? guess) as { next: number; tip: Buffer };
    return { settled, sealed, next: Math.max(sealed.next, (tail?.next as number | null) ?? 0) };
  }

  /** A new epoch has to name one that the hub knows: a place's last stream does. */
  #keepLineage(epochs: readonly EpochRow[], places: readonly PlaceRow[]): void {
    const named = new Set((this.#db.prepare('SELECT epoch FROM epoch').pluck().all() as string[]) ?? []);
    if (named.size > 0 || epochs.length > 0) return;
    const last = places.find(({ lastEpoch }) => lastEpoch !== null)?.lastEpoch;
    if (last !== undefined && last !== null) this.#putEpoch(1, last, null, true);
  }

  #putOrigins(streams: StreamRow[], epochs: EpochRow[], places: PlaceRow[], origins: readonly OriginRow[]): void {
    const known = new Set(origins.map(({ stream }) => stream));
    for (const { id, epoch, place, previousEpoch, previousNext, previousTip } of streams) {
      const [ofEpoch, ofPlace] = [epochs.find((one) => one.id === epoch), places.find((one) => one.id === place)];
      if (known.has(id) || ofEpoch === undefined || ofPlace === undefined) continue;
      const { topic, partition, lane } = ofPlace;
      const link = { previousEpoch, previousNext, previousTip };
      const { epoch: name, predecessor } = ofEpoch;
      this.#put('origin', {
        ...{ stream: id, epochId: epoch, epoch: name, predecessor, placeId: place },
        ...{ topic, partition, lane, ...link },
      });
    }
  }

  /** Rows of streams that nothing is known of, and streams without epoch or place. */
  #dropStray(): number {
    this.#db.exec(
      'DELETE FROM stream WHERE place NOT IN (SELECT id FROM place) OR epoch NOT IN (SELECT id FROM epoch)',
    );
    const count = (table: string, where: string): number =>
      (this.#db
        .prepare(
          `SELECT coalesce(sum(last - first + 1), 0) FROM ${table} WHERE ${where} stream NOT IN (SELECT id FROM stream)`,
        )
        .pluck()
        .get() as number) ?? 0;
    const stray = count('parcel', 'kind = 0 AND') + count('tail', '');
    for (const table of ['parcel', 'tail'])
      this.#db.exec(`DELETE FROM ${table} WHERE stream NOT IN (SELECT id FROM stream)`);
    this.#db.exec('DELETE FROM origin WHERE stream NOT IN (SELECT id FROM stream)');
    this.#db.exec(STRAY_RETAINED);
    return stray;
  }
}

/** Retained rows that are not in front of their stream's settled point, or without their bytes. */
const STRAY_RETAINED = `DELETE FROM retained WHERE stream NOT IN (SELECT id FROM stream) OR id IN (SELECT id FROM parcel)
  OR last >= (SELECT settledNext FROM stream WHERE stream.id = retained.stream)
  OR (kind = 0 AND id NOT IN (SELECT id FROM content))`;

/** In one transaction. */
export function remakeCatalog(db: Connection, checks: Checks): Remade {
  return db.transaction(() => new Remaker(db, checks).run())();
}
