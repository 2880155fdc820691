/** What a buffer holds, out of its own counters. */
import { statSync } from 'node:fs';
import type { PlaceState } from '../buffer/catalog.ts';
import type { BufferView } from './view.ts';

export interface Inspection {
  readonly path: string;
  readonly edge: string | null;
  readonly format: number;
  readonly created: string | null;
  readonly databaseBytes: number;
  readonly walBytes: number;
  /** Part of databaseBytes that is free for what comes. */
  readonly freeBytes: number;
  readonly hub: string | null;
  readonly epochs: readonly { readonly epoch: string; readonly predecessor: string | null; readonly known: boolean }[];
  readonly places: readonly PlaceInspection[];
  readonly retained: { readonly rows: number; readonly records: number; readonly bytes: number };
  readonly quarantine: readonly { readonly reason: string; readonly rows: number; readonly bytes: number }[];
  readonly positions: readonly string[];
}

export interface PlaceInspection {
  readonly topic: string;
  readonly partition: number;
  readonly lane: string;
  readonly captured: number;
  readonly delivered: number;
  readonly buffered: number;
  readonly gaps: number;
  readonly maybeDuplicate: number;
  readonly retained: number;
  /** Wall clock when the oldest buffered row was made; null: none. */
  readonly oldestMs: number | null;
}

export function inspect(view: BufferView): Inspection {
  const { path, db, catalog, notes, format } = view;
  const size = (suffix: string): number => statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0;
  const pragma = (name: string): number => db.pragma(name, { simple: true }) as number;
  return {
    path,
    edge: notes.note('edge'),
    format,
    created: notes.note('created'),
    databaseBytes: size(''),
    walBytes: size('-wal'),
    freeBytes: pragma('freelist_count') * pragma('page_size'),
    hub: notes.note('note.hub.identity'),
    epochs: catalog.epochs.map(({ epoch, predecessor, contacted }) => ({ epoch, predecessor, known: contacted })),
    places: placesOf(view),
    retained: catalog.retained,
    quarantine: db
      .prepare('SELECT reason, count(*) AS rows, sum(bytes) AS bytes FROM quarantine GROUP BY reason ORDER BY reason')
      .all() as Inspection['quarantine'],
    positions: db.prepare('SELECT key FROM position ORDER BY key').pluck().all() as string[],
  };
}

function placesOf({ db, catalog }: BufferView): PlaceInspection[] {
  const oldest = db
    .prepare(
      'SELECT min(createdMs) FROM (SELECT createdMs FROM parcel WHERE stream = @id UNION ALL SELECT createdMs FROM tail WHERE stream = @id)',
    )
    .pluck();
  const oldestOf = ({ chain, moving }: PlaceState): number | null => {
    const ages = [...chain, ...moving].map(({ id }) => oldest.get({ id }) as number | null).filter((ms) => ms !== null);
    return ages.length === 0 ? null : Math.min(...ages);
  };
  return [...catalog.places()].map((place) => {
    const { topic, partition, lane, captured, delivered, gaps, maybeDuplicate, chain } = place;
    const retained = chain.reduce((sum, stream) => sum + stream.retained.records, 0);
    const counts = { captured, delivered, buffered: captured - delivered - gaps, gaps, maybeDuplicate, retained };
    return { topic, partition, lane, ...counts, oldestMs: oldestOf(place) };
  });
}
