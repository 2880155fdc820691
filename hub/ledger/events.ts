import { defineEvent } from '../../shared/telemetry/event.ts';

export const topicMade = defineEvent<{ topic: string }>({
  name: 'hub_topic_made',
  log: { level: 'info', says: ({ topic }) => `made topic ${topic}` },
});

export const ledgerRisk = defineEvent<{ topic: string; risk: string }>({
  name: 'ledger_risk',
  log: { level: 'warn', says: ({ topic, risk }) => `${topic}: ${risk}` },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_ledger_risks_total',
      help: 'Settings of the ledger topic that endanger what the hub promises, found at start.',
    },
  ],
});
