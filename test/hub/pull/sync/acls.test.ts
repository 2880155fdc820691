/** Which access rules copies get; titles carry the names of MirrorMaker 2's own tests. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planAcls, targetBinding } from '../../../../hub/pull/sync/acls.ts';
import type { AclBinding } from '../../../../shared/kafka/index.ts';
import { OPERATIONS } from '../../../../shared/kafka/wire/aclTypes.ts';
import { type MirrorOracle, mirrorOracle, type NoOracle } from '../../../support/mirror/oracle.ts';

const rule = (more: Partial<AclBinding> = {}): AclBinding => ({
  ...{ resourceType: 'topic', resourceName: 'topic', patternType: 'literal' },
  ...{ principal: 'User:alice', host: '*', operation: 'read', permission: 'allow' },
  ...more,
});
const copy = (more: Partial<AclBinding> = {}): AclBinding => rule({ resourceName: 'source.topic', ...more });
const rules = { copyOf: (topic: string) => (topic.startsWith('secret') ? null : `source.${topic}`), deletions: false };

describe('MirrorSourceConnectorTest', () => {
  it('testAclFiltering: nobody gets to write', () => {
    expect(targetBinding(rules, rule({ operation: 'write' }))).toBe('nobody writes into a copy');
    expect(targetBinding(rules, rule({ operation: 'all' }))).toEqual(copy());
    expect(targetBinding(rules, rule({ operation: 'write', permission: 'deny' }))).toMatchObject({
      operation: 'write',
    });
  });

  it('testAclTransformation: names, hosts and principals stay as they are, ALLOW ALL becomes ALLOW READ', () => {
    const from = rule({ operation: 'all', host: '10.0.0.1', principal: 'User:bob' });
    expect(targetBinding(rules, from)).toEqual(copy({ host: '10.0.0.1', principal: 'User:bob' }));
    expect(targetBinding(rules, rule({ operation: 'all', permission: 'deny' }))).toMatchObject({ operation: 'all' });
    expect(targetBinding(rules, rule({ operation: 'describe' }))).toMatchObject({ operation: 'describe' });
  });
});

describe('a plan', () => {
  it('holds what is missing and nothing twice; what does not go over has a reason', () => {
    const source = [
      rule(),
      rule({ operation: 'all' }),
      rule({ operation: 'describe' }),
      rule({ operation: 'write' }),
      rule({ patternType: 'prefixed' }),
      rule({ resourceName: '*' }),
      rule({ resourceName: 'secret-1' }),
    ];
    const plan = planAcls(rules, source, [copy({ operation: 'describe' }), copy({ principal: 'User:own' })]);
    expect(plan.create).toEqual([copy()]);
    expect(plan.remove).toEqual([]);
    expect(plan.left.map(({ reason }) => reason)).toEqual([
      'nobody writes into a copy',
      'it is for names by their beginning',
      'it is for every topic',
    ]);
  });

  it('takes away only on demand, and only what was seen in the source before', () => {
    const before = planAcls(rules, [rule(), rule({ principal: 'User:bob' })], []).wanted;
    const target = [...before, copy({ principal: 'User:made-by-hand' })];
    expect(planAcls(rules, [rule()], target, before).remove).toEqual([]);
    const removing = { ...rules, deletions: true };
    expect(planAcls(removing, [rule()], target, before).remove).toEqual([copy({ principal: 'User:bob' })]);
    expect(planAcls(removing, [rule()], target, []).remove, 'after a restart nothing is known').toEqual([]);
  });
});

describe('beside the real one', () => {
  let oracle: MirrorOracle | NoOracle | undefined;
  beforeAll(async () => {
    oracle = await mirrorOracle('MirrorOracle');
  });
  afterAll(() => {
    if (oracle && 'close' in oracle) oracle.close();
  });

  it('every operation, allowed and denied, becomes the same', async ({ skip }) => {
    if (!oracle || 'missing' in oracle) return skip(oracle?.missing);
    const upper = (text: string): string => text.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase();
    const operations = (Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[]).filter((one) => one !== 'any');
    const cases = operations.flatMap((operation) => [rule({ operation }), rule({ operation, permission: 'deny' })]);
    const theirs = await oracle.ask(
      cases.map((one) => ['acl', upper(one.permission), upper(one.operation), one.resourceName].join('\t')),
    );
    const ours = cases.map((one) => {
      const found = targetBinding(rules, one);
      if (found === null || typeof found === 'string') return 'none';
      return `${upper(found.permission)} ${upper(found.operation)} ${found.resourceName}`;
    });
    expect(ours).toEqual(theirs);
  });
});
