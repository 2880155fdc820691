/**
 * Every bound of the data path, in one place. Their relations are asserted at start: a sealed batch fits a shipment, a
 * shipment fits the hub's body limit and a transaction.
 */
export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

export const limits = {
  /** One record's key, value and headers as captured. */
  maxRecordBytes: 16 * MIB,
  /** Raw (uncompressed) bytes that a batch is closed at; one larger record makes a batch of its own. */
  sealRawBytes: 512 * KIB,
  sealRecords: 10_000,
  /** A sealed batch as the link and Kafka see it. */
  maxBatchBytes: 17 * MIB,
  /** Decompressed bytes of one batch that anybody is ready to look at. */
  maxBatchRawBytes: 32 * MIB,
  /** Target size of a shipment; a single larger batch makes a shipment of its own. */
  shipmentBytes: 1 * MIB,
  maxShipmentBytes: 20 * MIB,
  maxShipmentParcels: 10_000,
  /** Until the link was measured; what even a slow link gets at least; and after cuts that let nothing larger through. */
  firstShipmentBytes: 64 * KIB,
  slowShipmentBytes: 16 * KIB,
  leastShipmentBytes: 4 * KIB,
  shipmentsInFlight: 16,
  /** Hub: shipments that come in parts, held until the last one is there, all edges together (each edge has one). */
  hubUploadBytes: 64 * MIB,
  /** Hub: request bodies held in memory, all edges together and one edge. */
  hubBodyBytes: 256 * MIB,
  hubBodyBytesPerEdge: 64 * MIB,
  /** One transaction at the hub. */
  transactionBytes: 32 * MIB,
  transactionPartitions: 2_000,
  transactionMs: 10_000,
  /** HTTP source: one request. */
  httpBodyBytes: 16 * MIB,
  /** Agent: captured and not yet committed, over all sources. */
  intakeBytes: 32 * MIB,
  /** Ledger: bounded lists. */
  tipRing: 32,
  epochsPerEdge: 32,
  /** Epochs that an agent names in one hello, however many it holds: two copies of one buffer fit side by side. */
  epochsNamed: 16,
  /** Epochs of which an agent retains deliveries. */
  retainedEpochs: 64,
  ancestorsPerPlace: 16,
  forksPerEdge: 16,
  openStreamsPerEdge: 20_000,
  gapsPerStream: 1_000,
  ledgerEntryBytes: 64 * KIB,
  /** Pulls: partitions, and checkpoints, with a series of their own on /metrics; the others of a flow share one. */
  metricPartitions: 2_000,
  metricCheckpoints: 2_000,
  /** Pulls: exact offset maps. Runs of a segment, segments of a partition, bytes of a flow's maps in memory. */
  offsetMapRuns: 64,
  offsetMapSegments: 256,
  offsetMapBytes: 64 * MIB,
} as const;

function assertRelations(l: typeof limits): void {
  const relations: [string, boolean][] = [
    ['maxRecordBytes < maxBatchBytes', l.maxRecordBytes < l.maxBatchBytes],
    ['maxBatchBytes < maxShipmentBytes', l.maxBatchBytes < l.maxShipmentBytes],
    ['maxBatchBytes <= maxBatchRawBytes', l.maxBatchBytes <= l.maxBatchRawBytes],
    ['maxShipmentBytes <= hubBodyBytesPerEdge', l.maxShipmentBytes <= l.hubBodyBytesPerEdge],
    ['hubBodyBytesPerEdge <= hubBodyBytes', l.hubBodyBytesPerEdge <= l.hubBodyBytes],
    ['maxShipmentBytes <= transactionBytes', l.maxShipmentBytes <= l.transactionBytes],
    [
      'shipmentsInFlight * shipmentBytes <= hubBodyBytesPerEdge',
      l.shipmentsInFlight * l.shipmentBytes <= l.hubBodyBytesPerEdge,
    ],
    ['maxShipmentBytes <= hubUploadBytes', l.maxShipmentBytes <= l.hubUploadBytes],
    ['leastShipmentBytes <= slowShipmentBytes', l.leastShipmentBytes <= l.slowShipmentBytes],
    ['slowShipmentBytes <= firstShipmentBytes', l.slowShipmentBytes <= l.firstShipmentBytes],
    ['firstShipmentBytes <= shipmentBytes', l.firstShipmentBytes <= l.shipmentBytes],
    ['httpBodyBytes <= intakeBytes', l.httpBodyBytes <= l.intakeBytes],
    ['2 * epochsNamed <= epochsPerEdge', 2 * l.epochsNamed <= l.epochsPerEdge],
    // What a lost answer makes an agent send again is not forgotten meanwhile.
    ['epochsNamed <= ancestorsPerPlace', l.epochsNamed <= l.ancestorsPerPlace],
  ];
  const broken = relations.filter(([, holds]) => !holds).map(([text]) => text);
  if (broken.length > 0) throw new Error(`limits contradict each other: ${broken.join('; ')}`);
}
assertRelations(limits);
