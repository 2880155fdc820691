/**
 * The tables of a buffer, format 2. What they mean: index.ts. A column that comes later goes to its table's end here and,
 * as a statement, to what migrates (migrate.ts): a file that has migrated has the same tables as a new one.
 */

/** `application_id` in the SQLite header: "Trib". */
export const APPLICATION_ID = 0x54726962;
/** `user_version` in the SQLite header. */
export const FORMAT_VERSION = 2;

/**
 * Measured with blobs of 120 kB and auto_vacuum: 4 KiB pages 145 MB/s, 8 KiB 230, 16 KiB 248, 32 KiB 194. A commit of
 * one small record writes four pages, so the smaller of the two good sizes spares the flash of a quiet edge.
 */
export const PAGE_BYTES = 8192;

/** Of a parcel that waits, and of one that was delivered. */
const PARCEL = `id INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  previousTip BLOB NOT NULL,
  tip BLOB NOT NULL,
  formerTip BLOB,
  minTimestamp INTEGER NOT NULL,
  maxTimestamp INTEGER NOT NULL,
  stamp INTEGER NOT NULL,
  boot INTEGER NOT NULL,
  monotonicMs REAL NOT NULL,
  createdMs INTEGER NOT NULL,
  reason TEXT,
  detail TEXT,
  position BLOB,
  contentCrc INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  queue INTEGER NOT NULL DEFAULT 0`;

/** As `parcel`, and when it was delivered, in running time: retained.ts. */
const RETAINED = `
CREATE TABLE retained (
  ${PARCEL},
  runMs REAL NOT NULL
);
CREATE INDEX retainedByStream ON retained (stream, first);
CREATE INDEX retainedByAge ON retained (runMs, id);`;

export const TABLES = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, crc INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;

CREATE TABLE boot (id INTEGER PRIMARY KEY, bootId TEXT NOT NULL UNIQUE, crc INTEGER NOT NULL DEFAULT 0);

CREATE TABLE bootSpan (
  boot INTEGER PRIMARY KEY,
  firstMs REAL NOT NULL,
  lastMs REAL NOT NULL,
  offsetMs REAL NOT NULL,
  crc INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE anchor (
  id INTEGER PRIMARY KEY,
  boot INTEGER NOT NULL,
  monotonicMs REAL NOT NULL,
  hubMs REAL NOT NULL,
  errorMs REAL NOT NULL,
  crc INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE epoch (
  id INTEGER PRIMARY KEY,
  epoch TEXT NOT NULL UNIQUE,
  predecessor TEXT,
  contacted INTEGER NOT NULL,
  crc INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE place (
  id INTEGER PRIMARY KEY,
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  lane TEXT NOT NULL,
  sourcePartitions INTEGER NOT NULL,
  captured INTEGER NOT NULL,
  delivered INTEGER NOT NULL,
  deadLettered INTEGER NOT NULL,
  gaps INTEGER NOT NULL,
  maybeDuplicate INTEGER NOT NULL,
  lastEpoch TEXT, lastNext INTEGER, lastTip BLOB,
  crc INTEGER NOT NULL DEFAULT 0,
  queue INTEGER NOT NULL DEFAULT 0,
  requeue INTEGER NOT NULL DEFAULT 0,
  UNIQUE (topic, partition, lane)
);

CREATE TABLE stream (
  id INTEGER PRIMARY KEY,
  epoch INTEGER NOT NULL,
  place INTEGER NOT NULL,
  next INTEGER NOT NULL,
  sealedNext INTEGER NOT NULL, sealedTip BLOB NOT NULL,
  settledNext INTEGER NOT NULL, settledTip BLOB NOT NULL,
  previousEpoch TEXT, previousNext INTEGER, previousTip BLOB,
  moveOrder INTEGER,
  chainedNext INTEGER, chainedTip BLOB,
  crc INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE parcel (
  ${PARCEL}
);
CREATE INDEX parcelByStream ON parcel (stream, first);
CREATE INDEX parcelByQueue ON parcel (queue, id);

CREATE TABLE content (id INTEGER PRIMARY KEY, blob BLOB NOT NULL);

CREATE TABLE tail (
  id INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  rawBytes INTEGER NOT NULL,
  minTimestamp INTEGER NOT NULL,
  maxTimestamp INTEGER NOT NULL,
  stamp INTEGER NOT NULL,
  boot INTEGER NOT NULL,
  monotonicMs REAL NOT NULL,
  createdMs INTEGER NOT NULL,
  position BLOB,
  crc INTEGER NOT NULL,
  blob BLOB NOT NULL
);
CREATE INDEX tailByStream ON tail (stream);

CREATE TABLE position (
  key TEXT PRIMARY KEY,
  position BLOB NOT NULL,
  crc INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE idempotency (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  digest TEXT,
  records INTEGER NOT NULL,
  ageMs REAL NOT NULL,
  crc INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  epoch TEXT NOT NULL,
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  lane TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  previousTip BLOB,
  tip BLOB,
  minTimestamp INTEGER,
  maxTimestamp INTEGER,
  reason TEXT NOT NULL,
  createdMs INTEGER NOT NULL,
  contentCrc INTEGER,
  bytes INTEGER NOT NULL,
  blob BLOB,
  crc INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE origin (
  stream INTEGER PRIMARY KEY,
  epochId INTEGER NOT NULL,
  epoch TEXT NOT NULL,
  predecessor TEXT,
  placeId INTEGER NOT NULL,
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  lane TEXT NOT NULL,
  previousEpoch TEXT, previousNext INTEGER, previousTip BLOB,
  crc INTEGER NOT NULL
);
${RETAINED}
`;

/** From format 1; the rows get their checksums afterwards. */
export const TO_FORMAT_2 = `
ALTER TABLE meta ADD crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE boot ADD crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE epoch ADD crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE place ADD crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE stream ADD crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE position ADD crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE idempotency ADD crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE quarantine ADD crc INTEGER NOT NULL DEFAULT 0;
CREATE TABLE origin (
  stream INTEGER PRIMARY KEY,
  epochId INTEGER NOT NULL,
  epoch TEXT NOT NULL,
  predecessor TEXT,
  placeId INTEGER NOT NULL,
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  lane TEXT NOT NULL,
  previousEpoch TEXT, previousNext INTEGER, previousTip BLOB,
  crc INTEGER NOT NULL
);
${RETAINED}
ALTER TABLE place ADD queue INTEGER NOT NULL DEFAULT 0;
ALTER TABLE place ADD requeue INTEGER NOT NULL DEFAULT 0;
ALTER TABLE stream ADD bytes INTEGER NOT NULL DEFAULT 0;
UPDATE stream SET bytes = (SELECT coalesce(sum(parcel.bytes), 0) FROM parcel WHERE parcel.stream = stream.id);
ALTER TABLE parcel ADD queue INTEGER NOT NULL DEFAULT 0;
CREATE INDEX parcelByQueue ON parcel (queue, id);
CREATE TABLE bootSpan (
  boot INTEGER PRIMARY KEY,
  firstMs REAL NOT NULL,
  lastMs REAL NOT NULL,
  offsetMs REAL NOT NULL,
  crc INTEGER NOT NULL DEFAULT 0
);
INSERT INTO bootSpan
  SELECT boot, min(monotonicMs), max(monotonicMs), max(createdMs - monotonicMs), 0 FROM parcel GROUP BY boot;
CREATE TABLE anchor (
  id INTEGER PRIMARY KEY,
  boot INTEGER NOT NULL,
  monotonicMs REAL NOT NULL,
  hubMs REAL NOT NULL,
  errorMs REAL NOT NULL,
  crc INTEGER NOT NULL DEFAULT 0
);
`;
