/**
 * Keeps the target's topics, partitions, topic settings and access rules as the source's are.
 *
 * Each subject has a planner, a pure function from what both clusters say to a plan: what would change, what is left alone
 * and why. A plan can be printed (`printPlan`, for `--plan`) or applied (`applyTopics`, `applyConfigs`, `applyAcls`).
 *
 * Invariants:
 * - Nothing is deleted: no topic, no partition. Access rules are taken away only where that was asked for, and only those
 *   that this process saw in the source before.
 * - A plan holds only differences: with both sides alike it is empty, and applying it asks nothing of the target.
 * - A copied topic stays raw: `compression.type=producer` on the target unless the exclude list says to leave it, and a
 *   topic that is made keeps the records' own time (`message.timestamp.type=CreateTime`).
 * - One topic that can't be made, described or changed is said with its reason; the others go on.
 *
 * Lifecycle: `FlowSync.open` applies once, in order (topics, access rules, settings), then repeats each at its own interval.
 */
export { type AclPlan, type AclRules, planAcls, targetBinding } from './acls.ts';
export { applyAcls, applyConfigs, applyTopics, type Failure } from './apply.ts';
export { type ConfigPlan, type ConfigRules, configsForNewTopic, planConfigs } from './configs.ts';
export { FlowSync, type FlowSyncOptions } from './flowSync.ts';
export { type FlowPlan, type FlowRules, planFlow } from './plan.ts';
export { type PlanText, printPlan } from './print.ts';
export {
  type CopyNumbers,
  numberedTopic,
  planTopics,
  type TakenNames,
  type TopicPlan,
  type TopicShape,
} from './topics.ts';
