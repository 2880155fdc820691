/**
 * The buffer: one SQLite file that holds what an agent has captured and the hub has not yet confirmed.
 *
 * Invariants
 * - What is committed here survives a kill and a power cut: WAL, `synchronous=FULL`. What a source may acknowledge, its
 *   position, its idempotency key and the counters change in the same transaction.
 * - `captured = delivered + buffered + gaps` for each place, after every commit. `place` holds captured, delivered and
 *   gaps; buffered is the rest, and equals the records in `parcel` (sealed) and `tail`. A gap counts from when it is made.
 * - A row leaves by a receipt with an equal tip, or into `quarantine` with a gap in its place, or is sealed again under
 *   a newer epoch (fork), in one transaction each time. Accepting another hub removes no row: `delivered` becomes `gaps`.
 * - Rows are read for sending by queue (priority and lane of their place, shared/queues.ts) and, within one, by id. Ids rise within each place's order, over epochs too, and are never used again while a
 *   process runs. What is put in front of all others (hub.ts of agent/seal) has ids below zero, in each of the tables.
 * - One process at a time: SQLite's own exclusive lock (`locking_mode=EXCLUSIVE`), which dies with its holder. The file
 *   `<path>.pid` only names the holder in an error message; it locks nothing. Nothing in this process may open the
 *   database file by itself: closing any descriptor of it would drop the lock (POSIX). `stat` is harmless.
 * - Database, log and reserve together stay within `maxBytes`: a group commits only if it fits (space.ts).
 *
 * Format 2 (`application_id` "Trib", `user_version` 2; a newer one is refused, never changed; older ones: migrate.ts). Every row but
 * those of `content` has a checksum, `crc`, over all of its fields (checks.ts).
 *
 *     meta         edge, created, the file's format and salt, and what the forwarder notes (hub identity, term)
 *     boot         boot ids, so that rows name them by number; `bootSpan` has the monotonic clock when agents saw each of
 *                  them first and last, and wall clock less monotonic clock when last seen
 *     anchor       the hub's time at moments of a boot's monotonic clock, give or take half a round trip (timeline.ts)
 *     epoch        one run each, oldest first by id; `predecessor` is its text; `contacted`: the hub knows it
 *     place        totals that outlive streams; `last*`: end of the chain where its newest stream is not there any more
 *     stream       next (with the tail), sealed end (next, tip), settled point (next, tip), link to the stream before.
 *                  `moveOrder` is set while a fork moves its rows to another stream: lowest first. `chained*` (next, tip) is set
 *                  while rows have still to get the tips that a quarantine in front of them has changed: those behind it
 *     parcel       sealed batch (kind 0) or gap (kind 1), without its bytes, so that tips can be rewritten and rows looked
 *                  through cheaply; `content` has the blob under the same id. `formerTip`: the tip before a quarantine in
 *                  front of it changed the chain; still taken as proof. `contentCrc` = CRC32C of the blob
 *     retained     parcels that were delivered and are kept (`buffer.retainDelivered`), as they were; their blobs stay in
 *                  `content`. They are neither buffered nor sent; a stream stays while something of it is retained
 *     tail         records of one stream and one group commit, sealed but not compressed, waiting to be joined; in the
 *                  order of ids
 *     position     where sources go on, protobuf `SourcePosition`
 *     idempotency  keys of captures, with what they stand for; `ageMs` is time that agents have run on this file, not wall clock
 *     origin       what each stream is (epoch, place, link), once more: rows can be sent without `stream`, `epoch`, `place`
 *     quarantine   rows that could not be sent, with their bytes; oldest go first beyond the cap
 *
 * `boot`, `monotonicMs`, `createdMs` say when a row was made: boot id and monotonic clock, and what the wall clock showed.
 * Where that was wrong, and how old a row is, says {@link Times}; nothing is decided by `createdMs` alone.
 *
 * Lifecycle: {@link BufferFile.open} makes or checks the file, takes the lock, loads the {@link Catalog} (a mirror of
 * the small tables). Every change runs in {@link BufferFile.transaction}; the catalog is changed inside it and goes
 * back with it. A failed commit fails the file for good: every later call throws `bufferFailed`. `close` checkpoints.
 */
export { Catalog, type EpochState, type PlaceState, type Point, type StreamState } from './catalog.ts';
export { BUFFER_FULL, BufferFile, type BufferFileOptions } from './file.ts';
export type { Mended } from './mend/index.ts';
export type {
  BufferStats,
  CapturedMark,
  HubPoints,
  HubWord,
  LineageEpoch,
  Outbox,
  PlaceStats,
  Receipt,
  RetainedStats,
  RoomState,
  SettledStream,
  Stake,
  Standing,
  TakeOptions,
  TipPoint,
} from './outbox.ts';
export { KIND_GAP, KIND_SEALED, type ParcelRow, Rows, type TailRow } from './rows.ts';
export { type HubTime, Times } from './times.ts';
