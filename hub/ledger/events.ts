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
      help: "Settings of a ledger topic, the hub's or the pulls', that endanger what is promised, found at start.",
    },
  ],
});
