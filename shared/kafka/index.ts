/**
 * The only way to Kafka: settings, raw connections, fetch, produce in transactions, administration.
 *
 * Invariants:
 * - Records cross this room as raw RecordBatch v2 bytes, both ways; nothing is decoded or encoded here.
 * - An answer with an error code is data, a missing answer is an error: `brokerUnavailable` where asking again is
 *   harmless, `outcomeUnknown` inside a transaction. Nobody here guesses what an unanswered request did.
 * - No question makes a topic.
 * - Every wait, retry and queue ends: at a time-out, a deadline, or a number in flight.
 *
 * Wire format: `wire/`, one file a message. Framing, TLS and SASL are @platformatic/kafka's `Connection`; an answer is
 * made contiguous (one copy) and its byte fields are views into that copy, so a fetched batch keeps the whole answer
 * alive until it is let go.
 *
 * Lifecycle: `Cluster.open` asks nobody; connections are dialled when first needed, one a node and purpose, and again
 * after a loss, with growing pauses. `close` ends all; what is under way then fails as unanswered.
 * A `TransactionalProducer` borrows the cluster; see transaction/producer.ts for its states.
 */
export { AbortedBatches } from './aborted.ts';
export { createAcls, deleteAcls, describeTopicAcls } from './acls.ts';
export * from './admin.ts';
export { appendRecords } from './append.ts';
export { Cluster, type Leader, type Metadata } from './cluster.ts';
export { isLoginRefused, type RawConnection } from './connection.ts';
export { isRetriable, kafkaErrorName, saysStaleLeader } from './errorTable.ts';
export { fetchRaw } from './fetchRaw.ts';
export { FetchSession, type SessionAnswer, SessionState } from './fetchSession.ts';
export { commitGroupOffsets, fetchGroupOffsets, fetchOffsetsOfGroups, listGroups } from './groupOffsets.ts';
export { deleteRecords, groupByLeader, listOffsets, offsetForLeaderEpoch } from './offsets.ts';
export {
  type PartitionToRead,
  type ReadCommittedOptions,
  type ReadCommittedResult,
  readCommitted,
} from './readCommitted.ts';
export {
  addressText,
  type KafkaSettings,
  parseAddress,
  type SaslSettings,
  type TlsSettings,
  toKafkaJs,
} from './settings.ts';
export { awaitStable, type LogEnd } from './stable.ts';
export { OutcomeUnknown, type Unanswered } from './transaction/ambiguous.ts';
export { IdempotentProducer } from './transaction/idempotent.ts';
export type { Orphan, OrphanSearch } from './transaction/orphans.ts';
export type { Outcome } from './transaction/outcome.ts';
export type { OutgoingBatch } from './transaction/outgoing.ts';
export { type ProducerOptions, TransactionalProducer } from './transaction/producer.ts';
export type { AclBinding, Operation, Permission } from './wire/aclTypes.ts';
export type { ConfigChange, ConfigEntry, ConfigResource, ConfigSource, DescribedConfigs } from './wire/configs.ts';
export type { NewTopic, TopicResult } from './wire/createTopics.ts';
export type { AbortedTransaction, FetchedPartition, FetchPartition, FetchRequest, Isolation } from './wire/fetch.ts';
export type { ListedGroup } from './wire/listGroups.ts';
export { EARLIEST, LATEST, type ListedOffset, type ListOffsetsPartition } from './wire/listOffsets.ts';
export type { MetadataBroker, MetadataPartition, MetadataTopic } from './wire/metadata.ts';
export type { GroupOffset } from './wire/offsetCommit.ts';
export type { FetchedGroupOffset } from './wire/offsetFetch.ts';
export type { EpochEnd, EpochQuestion } from './wire/offsetForLeaderEpoch.ts';
