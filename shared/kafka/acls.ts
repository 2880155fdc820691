/** Access rules of topics. */
import { atController } from './admin.ts';
import type { Cluster } from './cluster.ts';
import { answeredWith } from './failures.ts';
import type { AclBinding, AclFilter } from './wire/aclTypes.ts';
import { type AclResult, createAclsApi } from './wire/createAcls.ts';
import { type DeletedAcls, deleteAclsApi } from './wire/deleteAcls.ts';
import { describeAclsApi } from './wire/describeAcls.ts';

const SECURITY_DISABLED = 54;
const ANY_TOPIC: AclFilter = {
  resourceType: 'topic',
  resourceName: null,
  patternType: 'any',
  principal: null,
  host: null,
  operation: 'any',
  permission: 'any',
};

/**
 * All rules on topics, of any pattern. Null: the cluster has no authorizer, so there are none.
 * @throws TributaryError `brokerRefused` (no right to see them), `brokerUnavailable`
 */
export async function describeTopicAcls(cluster: Cluster): Promise<readonly AclBinding[] | null> {
  const nodeId = await cluster.controller();
  const answer = await (await cluster.connection(nodeId, 'admin')).send(describeAclsApi, ANY_TOPIC);
  if (answer.errorCode === SECURITY_DISABLED) return null;
  if (answer.errorCode !== 0)
    throw answeredWith('DescribeAcls request', 'topics', answer.errorCode, answer.errorMessage);
  return answer.bindings;
}

/** What became of each, in their order. */
export async function createAcls(cluster: Cluster, bindings: readonly AclBinding[]): Promise<AclResult[]> {
  return bindings.length === 0 ? [] : atController(cluster, createAclsApi, bindings);
}

/** Takes away exactly these. */
export async function deleteAcls(cluster: Cluster, bindings: readonly AclBinding[]): Promise<DeletedAcls[]> {
  return bindings.length === 0 ? [] : atController(cluster, deleteAclsApi, bindings);
}
