/** A plan as text: one line a change, for people and for `grep`. */
import type { AclBinding } from '../../../shared/kafka/index.ts';
import type { AclPlan } from './acls.ts';
import type { ConfigPlan } from './configs.ts';
import type { NoRules } from './plan.ts';
import type { TopicPlan } from './topics.ts';

export interface PlanText {
  readonly flow: string;
  readonly topics: TopicPlan;
  readonly newTopics: {
    readonly replicationFactor: number;
    readonly configsOf: (topic: string) => Record<string, string>;
  };
  readonly configs: ConfigPlan | null;
  /** Null: not synchronized. */
  readonly acls: AclPlan | NoRules | null;
}

export function printPlan({ flow, topics, newTopics, configs, acls: rules }: PlanText): string[] {
  const acls = rules && 'create' in rules ? rules : null;
  const changes = [
    ...topics.create.map(({ source, target, partitions }) => {
      const settings = Object.entries(newTopics.configsOf(source)).map(([name, value]) => `${name}=${value}`);
      const factor = `replication factor ${newTopics.replicationFactor}`;
      return `+ topic ${target}: ${count(partitions, 'partition')}, ${factor}, ${settings.sort().join(' ')}`;
    }),
    ...topics.grow.map(({ target, from, partitions }) => `~ topic ${target}: ${from} -> ${partitions} partitions`),
    ...(configs?.changes ?? []).flatMap(({ topic, set, before }) =>
      [...set].map(([name, value]) => {
        const after = value === null ? 'the default' : value;
        return `~ config ${topic} ${name}: ${before.get(name) ?? 'nothing'} -> ${after}`;
      }),
    ),
    ...(acls?.create ?? []).map((binding) => `+ acl ${aclText(binding)}`),
    ...(acls?.remove ?? []).map((binding) => `- acl ${aclText(binding)}`),
  ];
  const notes = [
    ...topics.larger.map(
      ({ target, from, partitions }) => `topic ${target} has ${from} partitions, its source ${partitions}`,
    ),
    ...topics.left.map(({ topic, reason }) => `topic ${topic} of the source is not copied: ${reason}`),
    ...(configs?.notes ?? []).map(({ topic, note }) => `config ${topic}: ${note}`),
    ...(configs?.left ?? []).map(({ topic, reason }) => `config ${topic} is left: ${reason}`),
    ...(rules && 'noAuthorizer' in rules ? [`acl: the ${rules.noAuthorizer} has no authorizer`] : []),
    ...(rules && 'unseen' in rules ? [`acl: ${unseenText(rules)}`] : []),
    ...(acls?.left ?? []).map(({ binding, reason }) => `acl ${aclText(binding)} of the source is left: ${reason}`),
  ];
  const head =
    changes.length === 0 ? `flow ${flow}: nothing to change` : `flow ${flow}: ${count(changes.length, 'change')}`;
  return [head, ...changes.map((line) => `  ${line}`), ...notes.map((line) => `  # ${line}`)];
}

export const unseenText = ({ unseen, reason }: Extract<NoRules, { readonly unseen: string }>): string =>
  `the ${unseen} does not let this user see its access rules, so none are copied, topics are (${reason})`;

function aclText({ permission, principal, host, operation, resourceName, patternType }: AclBinding): string {
  const topic = patternType === 'literal' ? resourceName : `${resourceName} (${patternType})`;
  return `${permission} ${principal} ${operation} on ${topic}${host === '*' ? '' : ` from ${host}`}`;
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
