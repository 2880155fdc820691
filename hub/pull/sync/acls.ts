/**
 * Which access rules the copies get: those that name one topic (literal patterns) and concern an accepted topic. Nobody gets
 * to write into a copy: ALLOW WRITE is left out, ALLOW ALL becomes ALLOW READ. DENY rules go over as they are.
 */
import type { AclBinding } from '../../../shared/kafka/index.ts';

export interface AclRules {
  /** The copy's name of an accepted topic; null: not accepted. */
  readonly copyOf: (topic: string) => string | null;
  /** Take away what this process saw in the source before and does not see any more. */
  readonly deletions: boolean;
}

export interface AclPlan {
  readonly create: readonly AclBinding[];
  readonly remove: readonly AclBinding[];
  /** Rules of the source that don't go over, with the reason. */
  readonly left: readonly { readonly binding: AclBinding; readonly reason: string }[];
  /** What the source's rules come to on the target; handed in again as `before` the next time. */
  readonly wanted: readonly AclBinding[];
}

export function planAcls(
  rules: AclRules,
  source: readonly AclBinding[],
  target: readonly AclBinding[],
  before: readonly AclBinding[] = [],
): AclPlan {
  const left: { binding: AclBinding; reason: string }[] = [];
  const wanted = new Map<string, AclBinding>();
  for (const binding of source) {
    const outcome = targetBinding(rules, binding);
    if (typeof outcome === 'string') left.push({ binding, reason: outcome });
    else if (outcome) wanted.set(keyOf(outcome), outcome);
  }
  const there = new Set(target.map(keyOf));
  const gone = rules.deletions ? before.filter((one) => !wanted.has(keyOf(one)) && there.has(keyOf(one))) : [];
  return {
    create: [...wanted].filter(([key]) => !there.has(key)).map(([, binding]) => binding),
    remove: gone,
    left,
    wanted: [...wanted.values()],
  };
}

/** The rule on the copy; a reason where there is none; null where the topic does not concern this flow. */
export function targetBinding(rules: Pick<AclRules, 'copyOf'>, binding: AclBinding): AclBinding | string | null {
  if (binding.resourceType !== 'topic') return null;
  if (binding.patternType !== 'literal') return 'it is for names by their beginning';
  // Kafka's way to say every topic, as a literal.
  if (binding.resourceName === '*') return 'it is for every topic';
  const copy = rules.copyOf(binding.resourceName);
  if (copy === null) return null;
  if (binding.operation === 'unknown' || binding.permission === 'unknown')
    return 'it is of a kind that is newer than this';
  const allows = binding.permission === 'allow';
  if (allows && binding.operation === 'write') return 'nobody writes into a copy';
  const operation = allows && binding.operation === 'all' ? 'read' : binding.operation;
  return { ...binding, resourceName: copy, operation };
}

export const keyOf = (binding: AclBinding): string =>
  [
    ...[binding.resourceType, binding.patternType, binding.resourceName, binding.principal],
    ...[binding.host, binding.operation, binding.permission],
  ].join('\n');
