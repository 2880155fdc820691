/**
 * Names of topics in central Kafka: the only place where they are made or taken apart.
 *
 * - A route is a policy object ({@link Routes}): a template with placeholders, checked once when the configuration is
 *   read, so that no two sources can make the same name and every name can be read back.
 * - {@link Routes.target} is pure: a stream always gets the same topic and partition from the same route. What it said
 *   when a stream was opened is kept in the ledger and binds until the epoch is drained.
 * - No stream gets a topic of Kafka's own or of Tributary's: ledger, audit, dead letters.
 * - Pull flows are named by MirrorMaker 2's rules ({@link replicationPolicy}), which topics and groups they take by its
 *   lists of Java expressions ({@link NameFilter}).
 */
export { FILTER_DEFAULTS, NameFilter, type NameFilterSettings, splitList } from './filter.ts';
export type { GroupSettings } from './groups.ts';
export { javaPattern } from './javaPattern.ts';
export {
  HEARTBEATS_TOPIC,
  isCycle,
  type ReplicationPolicy,
  type ReplicationPolicySettings,
  replicationPolicy,
  type TopicRefusal,
  type TopicRule,
  topicRefusal,
} from './replication.ts';
export {
  type OnRefused,
  type RoutedStream,
  type RouteSettings,
  Routes,
  type RoutesSettings,
  type Target,
} from './routes.ts';
export { PLACEHOLDERS, parseTemplate } from './template.ts';
