import { defineEvent } from '../../../shared/telemetry/event.ts';

const counted = (what: string) => ({
  kind: 'counter' as const,
  name: 'tributary_pull_synced_total',
  help: 'Changes that pull flows made on their target clusters, by subject.',
  by: ({ changes }: { changes: number }) => changes,
  labelNames: ['flow', 'what'],
  labels: ({ flow }: { flow: string }) => ({ flow, what }),
});

export const topicsSynced = defineEvent<{ flow: string; changes: number; created: string[]; grown: string[] }>({
  name: 'pull_topics_synced',
  log: {
    level: 'info',
    says: ({ flow, created, grown }) => `flow ${flow}: made topics [${created.join(', ')}], grew [${grown.join(', ')}]`,
  },
  metrics: [counted('topics')],
});
export const configsSynced = defineEvent<{ flow: string; changes: number; topics: string[] }>({
  name: 'pull_configs_synced',
  log: { level: 'info', says: ({ flow, topics }) => `flow ${flow}: changed settings of ${topics.join(', ')}` },
  metrics: [counted('configs')],
});
export const aclsSynced = defineEvent<{ flow: string; changes: number; created: number; removed: number }>({
  name: 'pull_acls_synced',
  log: {
    level: 'info',
    says: ({ flow, created, removed }) => `flow ${flow}: made ${created} access rules, took away ${removed}`,
  },
  metrics: [counted('acls')],
});

export const syncRefused = defineEvent<{ flow: string; what: string; failed: number; subject: string; reason: string }>(
  {
    name: 'pull_sync_refused',
    log: {
      level: 'warn',
      says: ({ flow, what, failed, subject, reason }) =>
        `flow ${flow}: ${failed} changes of ${what} were refused, the first for ${subject}: ${reason}`,
    },
  },
);

/** Said once, and again after rules were there. */
export const noAuthorizer = defineEvent<{ flow: string; where: string }>({
  name: 'pull_no_authorizer',
  log: {
    level: 'info',
    says: ({ flow, where }) =>
      `flow ${flow}: the ${where} has no authorizer, so no access rules are copied; sync.topic.acls.enabled=false ends the question`,
  },
});

/** Said once, and again after rules were seen. */
export const rulesUnseen = defineEvent<{ flow: string; where: string; says: string }>({
  name: 'pull_rules_unseen',
  log: {
    level: 'warn',
    says: ({ flow, says }) =>
      `flow ${flow}: ${says}; give it DESCRIBE on the cluster, or set sync.topic.acls.enabled=false, which ends the question`,
  },
});

/** A note of a plan that is not in the plan before. */
export const syncNoted = defineEvent<{ flow: string; note: string }>({
  name: 'pull_sync_noted',
  log: { level: 'info', says: ({ flow, note }) => `flow ${flow}: ${note}` },
});
