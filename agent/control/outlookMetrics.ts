/** The outlook as metrics, made when they are scraped. Topics are those that take most room, a bounded number of them. */
import { Gauge, type Registry } from 'prom-client';
import type { Outlook } from '../../shared/wire/index.ts';

/** What there is no number for: a forecast that can't be made, or never comes true. */
const NEVER = -1;

export function registerOutlook(registry: Registry, look: () => Outlook): void {
  // One look for all that is scraped at once.
  let seen: Outlook | null = null;
  const once = (): Outlook => {
    if (seen === null) {
      setImmediate(() => {
        seen = null;
      });
      seen = look();
    }
    return seen;
  };
  const gauge = (name: string, help: string, value: (outlook: Outlook) => number): void => {
    const collect = function (this: Gauge): void {
      this.set(value(once()));
    };
    new Gauge({ name: `tributary_agent_${name}`, help, registers: [registry], collect });
  };
  const seconds = (ms: number | null): number => (ms === null ? NEVER : ms / 1000);
  gauge(
    'link_bytes_per_second',
    'What the link has shown that it carries; 0: nothing yet.',
    (o) => o.linkBytesPerSecond,
  );
  gauge('drain_forecast_seconds', 'When the backlog is gone at the present rates; -1: not as it goes now.', (o) =>
    seconds(o.drainMs),
  );
  gauge('full_forecast_seconds', "When the buffer is full at the last day's rate; -1: not as it goes now.", (o) =>
    seconds(o.fullMs),
  );
  const perTopic = (name: string, help: string, value: (topic: Outlook['topics'][number]) => number): void => {
    const collect = function (this: Gauge<'topic'>): void {
      this.reset();
      for (const one of once().topics) this.set({ topic: one.topic }, value(one));
    };
    new Gauge({ name: `tributary_agent_${name}`, help, labelNames: ['topic'], registers: [registry], collect });
  };
  perTopic('topic_buffer_bytes', 'Bytes of a topic in the buffer, of the 20 topics with most.', ({ bytes }) => bytes);
  perTopic(
    'topic_oldest_age_seconds',
    'Age of the oldest record of a topic in the buffer, of the 20 topics with most bytes.',
    ({ oldestAgeMs }) => oldestAgeMs / 1000,
  );
}
