/**
 * MirrorMaker 2's own tests, row by row: which test here shows the same behaviour, or why none does. `conformance.test.ts`
 * holds this list to the files.
 *
 * - A path: a test in that file has the row's name in its title.
 * - `notYet`: the behaviour is wanted, its part is not there.
 * - `other`: it is a Java method or Connect's own machinery; says what stands in its place.
 */
export type Row = readonly [test: string, where: string | { readonly notYet: string } | { readonly other: string }];

const FORMATS = 'test/hub/pull/offsets/formats.test.ts';
const STORE = 'test/hub/pull/offsets/syncStore.test.ts';
const WRITER = 'test/hub/pull/offsets/syncWriter.test.ts';
const RULES = 'test/hub/pull/offsets/rules.test.ts';
const NAMES = 'test/shared/names/replication.test.ts';
const FILTER = 'test/shared/names/filter.test.ts';
const TOPICS = 'test/hub/pull/sync/topics.test.ts';
const CONFIGS = 'test/hub/pull/sync/configs.test.ts';
const ACLS = 'test/hub/pull/sync/acls.test.ts';
const CHECKPOINTS = 'test/integration/pullCheckpoints.test.ts';
const SYNC = 'test/integration/pullSync.test.ts';
const RIGHTS = 'test/integration/pullAcls.test.ts';

const FILE = 'test/hub/pull/config/conformance.test.ts';
const PARTS = 'test/hub/pull/run/parts.test.ts';
const COPY = 'test/integration/pullCopy.test.ts';
const PROCESS = 'test/integration/pullProcess.test.ts';
const FLOWS = 'test/integration/pullConformance.test.ts';
const TOPOLOGIES = 'test/integration/pullTopologies.test.ts';
const KILL = 'test/integration/pullKill.test.ts';
const CLIENTS = 'test/integration/pullClients.test.ts';
const METRICS = 'test/hub/pull/metrics/pullMetrics.test.ts';
const alterOffsets = {
  other: "Connect's REST checks of connector offsets; positions are in our ledger, moved by our own commands",
};

export const CONFORMANCE: Readonly<Record<string, readonly Row[]>> = {
  OffsetSyncTest: [['testSerde', FORMATS]],
  CheckpointTest: [['testSerde', FORMATS]],
  HeartbeatTest: [['testSerde', FORMATS]],
  OffsetSyncStoreTest: [
    ['testOffsetTranslation', STORE],
    ['testNoTranslationIfStoreNotStarted', STORE],
    ['testNoTranslationIfNoOffsetSync', STORE],
    ['testPastOffsetTranslation', STORE],
    ['testPastOffsetTranslationWithoutInitializationReadToEnd', STORE],
    ['testConsistentlySpacedSyncs', STORE],
    ['testRandomlySpacedSyncs', STORE],
    ['testDroppedSyncsSpacing', STORE],
  ],
  OffsetSyncWriterTest: [
    ['testMaybeQueueOffsetSyncs', WRITER],
    ['testFirePendingOffsetSyncs', WRITER],
    ['testPromoteDelayedOffsetSyncs', WRITER],
  ],
  MirrorSourceTaskTest: [
    ['testSerde', COPY],
    ['testOffsetSync', WRITER],
    ['testZeroOffsetSync', WRITER],
    ['testPoll', COPY],
    ['testSeekBehaviorDuringStart', PROCESS],
    ['testCommitRecordWithNullMetadata', { other: 'a transformation that filters records; batches are copied whole' }],
    ['testSendSyncEvent', WRITER],
  ],
  MirrorSourceConnectorTest: [
    ['testReplicatesHeartbeatsByDefault', NAMES],
    ['testReplicatesHeartbeatsDespiteFilter', NAMES],
    ['testDoesNotReplicateHeartbeatsWhenDisabled', NAMES],
    ['testReplicatesHeartbeatsWhenDisabledButFilterAllows', NAMES],
    ['testNoCycles', NAMES],
    ['testIdentityReplication', NAMES],
    ['testIsCycleWithNullUpstreamTopic', NAMES],
    ['testAclFiltering', ACLS],
    ['testAclTransformation', ACLS],
    ['testNoBrokerAclAuthorizer', SYNC],
    ['testMissingDescribeConfigsAcl', RIGHTS],
    ['testConfigPropertyFiltering', CONFIGS],
    ['testConfigPropertyFilteringWithAlterConfigs', CONFIGS],
    ['testConfigPropertyFilteringWithAlterConfigsAndSourceDefault', CONFIGS],
    ['testNewTopicConfigs', CONFIGS],
    ['testMirrorSourceConnectorTaskConfig', TOPICS],
    ['testRefreshTopicPartitions', TOPICS],
    ['testRefreshTopicPartitionsTopicOnTargetFirst', TOPICS],
    [
      'testExactlyOnceSupport',
      { other: "what a connector answers Connect by its consumer's isolation; ours is exactly once with either" },
    ],
    [
      'testExactlyOnceSupportValidation',
      { other: "Connect's question whether a connector can do it; ours always does" },
    ],
    ['testAlterOffsets (8 cases)', alterOffsets],
  ],
  MirrorCheckpointTaskTest: [
    ['testDownstreamTopicRenaming', RULES],
    ['testCheckpoint', RULES],
    ['testSyncOffset', RULES],
    ['testSyncOffsetForTargetGroupWithNullOffsetAndMetadata', RULES],
    ['testNoCheckpointForTopicWithoutOffsetSyncs', RULES],
    ['testNoCheckpointForTopicWithNullOffsetAndMetadata', RULES],
    ['testCheckpointRecordsMonotonicIfStoreRewinds', RULES],
    ['testCheckpointsTaskRestartUsesExistingCheckpoints', RULES],
    ['testCheckpointStoreInitialized', CHECKPOINTS],
  ],
  MirrorCheckpointConnectorTest: [
    ['testMirrorCheckpointConnectorDisabled/Enabled', PARTS],
    ['testNoConsumerGroup', RULES],
    [
      'testConsumerGroupInitializeTimeout',
      { other: 'a task that is not started yet; a round that fails is tried again' },
    ],
    ['testReplicationDisabled/Enabled', PARTS],
    ['testFindConsumerGroups', RULES],
    ['testFindConsumerGroupsInCommonScenarios', RULES],
    ['testAlterOffsets (8 cases)', alterOffsets],
  ],
  MirrorCheckpointConfigTest: [
    ['task groups, non-mutation', { other: 'groups are not divided over tasks' }],
    ['testGroupMatching', RULES],
    [
      'consumer config for the location of offset syncs',
      { other: 'they are read with the admin client of that side: integration testOffsetSyncsTopicsOnTarget' },
    ],
    ['validation when disabled and enabled', FILE],
  ],
  CheckpointStoreTest: [
    ['testReadCheckpointsTopic', CHECKPOINTS],
    ['testReadCheckpointsTopicError', RIGHTS],
  ],
  MirrorHeartBeatConnectorTest: [
    ['disabled, replication disabled', PARTS],
    ['testAlterOffsets', alterOffsets],
  ],
  MirrorHeartbeatTaskTest: [['testPollCreatesRecords', CHECKPOINTS]],
  MirrorMakerConfigTest: [
    ['testClusterConfigProperties', FILE],
    ['testReplicationConfigProperties', FILE],
    ['testClientConfigProperties', FILE],
    ['testIncludesConnectorConfigProperties', FILE],
    ['testIncludesTopicFilterProperties', FILE],
    ['testWorkerConfigs', { other: 'there are no Connect workers' }],
    ['testClusterPairsWithDefaultSettings', FILE],
    ['testEmptyClusterPairsWithGloballyDisabledHeartbeats', FILE],
    ['testClusterPairsWithTwoDisabledHeartbeats', FILE],
    ['testClusterPairsWithGloballyDisabledHeartbeats', FILE],
    ['testClusterPairsWithGloballyDisabledHeartbeatsCentralLocal', FILE],
    ['testInvalidSecurityProtocol', FILE],
    ['testClientInvalidSecurityProtocol', FILE],
    ['testCaseInsensitiveSecurityProtocol', FILE],
    ['testClientCaseInsensitiveSecurityProtocol', FILE],
    [
      'testLazyConfigResolution',
      { other: 'references are filled in at the start, all of them: one that can not be is a mistake there and then' },
    ],
  ],
  MirrorSourceConfigTest: [
    ['task partitions', { other: 'how a task is told its partitions in a property' }],
    ['topic matching, list of topics', FILTER],
    ['all topics, no topics', FILTER],
    ['config matching', FILTER],
    ['offset-syncs topic name per location, invalid location', FILE],
    [
      'producer and admin config per location',
      { other: 'the producer client of that side writes them: integration testOffsetSyncsTopicsOnTarget' },
    ],
  ],
  MirrorConnectorConfigTest: [
    ['client settings by role, with and without prefix', FILE],
    ['testInvalidSecurityProtocol', { other: 'the same as MirrorMakerConfigTest.testInvalidSecurityProtocol' }],
    ['replication policy', FILE],
    ['metrics reporters', { other: 'Java classes; metrics are at /metrics' }],
  ],
  MirrorUtilsTest: [
    ['testCreateCompactedTopic', RULES],
    ['testCreateCompactedTopicAssumeTopicAlreadyExists with TopicExistsException', RULES],
    ['testCreateCompactedTopicAssumeTopicAlreadyExistsWithUnsupportedVersionException', RULES],
    ['testCreateCompactedTopicAssumeTopicAlreadyExistsWithTopicAuthorizationException', RULES],
    ['testCreateCompactedTopicAssumeTopicAlreadyExistsWithClusterAuthorizationException', RULES],
    ['testCreateCompactedTopicFailsWithInvalidConfigurationException', RULES],
    ['testCreateCompactedTopicFailsWithTimeoutException', RULES],
  ],
  MirrorSourceMetricsTest: [['tags source, target, topic, partition', METRICS]],
  MirrorClientTest: [
    ['remote topics incl. "__" separator', NAMES],
    ['names stay, but for heartbeats', NAMES],
    [
      'hops, upstream clusters, checkpoint and heartbeat topics',
      { other: 'its client reads what we write: pullCheckpoints.test.ts' },
    ],
  ],
  ReplicationPolicyTest: [
    ['offset syncs and checkpoints topics follow a custom separator', NAMES],
    ['internal-topic detection', NAMES],
    ['replication.policy.internal.topic.separator.enabled=false', NAMES],
    ['heartbeat topic detection', NAMES],
  ],
  SourceAndTargetTest: [['equality', { other: 'a Java class' }]],
  integration: [
    ['testReplication', SYNC],
    ['testReplication: records both ways, failover and failback', TOPOLOGIES],
    ['testReplicationWithEmptyPartition', FLOWS],
    ['testOneWayReplicationWithAutoOffsetSync', CHECKPOINTS],
    ['testOneWayReplicationWithFrequentOffsetSyncs', FLOWS],
    ['testReplicationWithoutOffsetSyncWillNotCreateOffsetSyncsTopic', FLOWS],
    ['testOffsetSyncsTopicsOnTarget', CHECKPOINTS],
    ['testNoCheckpointsIfNoRecordsAreMirrored', CHECKPOINTS],
    ['testRestartReplication', FLOWS],
    ['testOffsetTranslationBehindReplicationFlow', CHECKPOINTS],
    ['testSyncTopicConfigs', SYNC],
    ['testReplicateSourceDefault', SYNC],
    ['testReplicateTargetDefault', SYNC],
    ['testReplicateFromLatest', FLOWS],
    ['IdentityReplicationIntegrationTest', TOPOLOGIES],
    ['MirrorConnectorsIntegrationExactlyOnceTest', KILL],
    ['MirrorConnectorsIntegrationTransactionsTest', COPY],
    ['MirrorConnectorsIntegrationSSLTest', CLIENTS],
    ['MirrorConnectorsWithCustomForwardingAdminIntegrationTest', { other: 'a Java class of the user' }],
    ['DedicatedMirrorIntegrationTest.testSingleNodeCluster', PROCESS],
    ['testClusterWithEmitOffsetDisabled', FLOWS],
    ['DedicatedMirrorIntegrationTest.testMultiNodeCluster', FLOWS],
  ],
};
