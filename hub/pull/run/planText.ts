import type { PullSettings } from '../config/index.ts';
import { planFlow, printPlan } from '../sync/index.ts';
import { PullClusters } from './clusters.ts';
import { isOwnTopic, loopsOf } from './refusals.ts';
import { policyOf, syncRulesOf } from './rules.ts';

/**
 * What every flow that copies would make or change on its target, as lines for people.
 * @throws TributaryError `brokerUnavailable`, `brokerRefused`
 */
export async function planText(settings: PullSettings): Promise<string> {
  const { flows } = settings;
  const clusters = new PullClusters('tributary-pull-plan');
  try {
    const lines: string[] = [];
    for (const flow of flows.filter(({ enabled }) => enabled)) {
      const { source, target } = flow.clients;
      const admins = { source: clusters.of(source.admin), target: clusters.of(target.admin) };
      const loops = loopsOf(flow, settings);
      const rules = syncRulesOf(flow, policyOf(flow), admins, (topic) => isOwnTopic(topic, flow) || loops(topic));
      lines.push(...printPlan(await planFlow(rules)));
    }
    return lines.length === 0 ? 'no flow copies anything\n' : `${lines.join('\n')}\n`;
  } finally {
    await clusters.close();
  }
}
