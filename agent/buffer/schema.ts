/** The tables of a buffer, format 2. What they mean: index.ts. */

/** `application_id` in the SQLite header: "Trib". */
export const APPLICATION_ID = 0x54726962;
/** `user_version` in the SQLite header. */
export const FORMAT_VERSION = 2;

/**
 * Measured with blobs of 120 kB and auto_vacuum: 4 KiB pages 145 MB/s, 8 KiB 230, 16 KiB 248, 32 KiB 194. A commit of
 * one small record writes four pages, so the smaller of the two good sizes spares the flash of a quiet edge.
 */
export const PAGE_BYTES = 8192;

export const TABLES = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE boot (id INTEGER PRIMARY KEY, bootId TEXT NOT NULL UNIQUE);

CREATE TABLE bootSpan (
  boot INTEGER PRIMARY KEY,
  firstMs REAL NOT NULL,
  lastMs REAL NOT NULL,
  offsetMs REAL NOT NULL
);

CREATE TABLE anchor (
  boot INTEGER NOT NULL,
  monotonicMs REAL NOT NULL,
  hubMs REAL NOT NULL,
  errorMs REAL NOT NULL,
  PRIMARY KEY (boot, monotonicMs)
) WITHOUT ROWID;

CREATE TABLE epoch (
  id INTEGER PRIMARY KEY,
  epoch TEXT NOT NULL UNIQUE,
  predecessor TEXT,
  contacted INTEGER NOT NULL
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
  chainedNext INTEGER, chainedTip BLOB
);

CREATE TABLE parcel (
  id INTEGER PRIMARY KEY,
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
  crc INTEGER NOT NULL
);
CREATE INDEX parcelByStream ON parcel (stream, first);

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

CREATE TABLE position (key TEXT PRIMARY KEY, position BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE idempotency (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  digest TEXT,
  records INTEGER NOT NULL,
  ageMs REAL NOT NULL
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
  blob BLOB
);
`;

/** What format 1 has not. */
export const TO_FORMAT_2 = `
CREATE TABLE bootSpan (
  boot INTEGER PRIMARY KEY,
  firstMs REAL NOT NULL,
  lastMs REAL NOT NULL,
  offsetMs REAL NOT NULL
);
INSERT INTO bootSpan
  SELECT boot, min(monotonicMs), max(monotonicMs), max(createdMs - monotonicMs) FROM parcel GROUP BY boot;
CREATE TABLE anchor (
  boot INTEGER NOT NULL,
  monotonicMs REAL NOT NULL,
  hubMs REAL NOT NULL,
  errorMs REAL NOT NULL,
  PRIMARY KEY (boot, monotonicMs)
) WITHOUT ROWID;
`;
