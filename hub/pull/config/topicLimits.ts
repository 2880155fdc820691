/** Rates by topic, as one property says them: `1000000, orders=5000`; a number alone is each topic that is not named. */
import type { Wrong } from '../../../shared/config/option.ts';
import { listOf } from './property.ts';
import type { TopicLimits } from './settings.ts';

export const EACH_TOPIC = '*';

const ENTRY = /^(?:([A-Za-z0-9._-]{1,249})=)?([1-9]\d{0,14})$/;

export function checkRates(text: string): Wrong | null {
  const wrong = listOf(text).find((one) => !ENTRY.test(one));
  if (wrong === undefined) return null;
  return {
    problem: `"${wrong}" is no rate`,
    allowed: 'write a number for each topic, and topic=number for a single one',
  };
}

/** What is wrong is left out. */
export function ratesOf(text: string): Record<string, number> {
  return Object.fromEntries(
    listOf(text).flatMap((one) => {
      const [, topic = EACH_TOPIC, rate] = ENTRY.exec(one) ?? [];
      return rate === undefined ? [] : [[topic, Number(rate)] as const];
    }),
  );
}

export function topicLimitsOf(bytes: Record<string, number>, records: Record<string, number>): TopicLimits {
  const topics = [...new Set([...Object.keys(bytes), ...Object.keys(records)])].sort();
  return Object.fromEntries(
    topics.map((topic) => [
      topic,
      { maxBytesPerSecond: bytes[topic] ?? null, maxRecordsPerSecond: records[topic] ?? null },
    ]),
  );
}

export const ratesText = (limits: TopicLimits, rate: 'maxBytesPerSecond' | 'maxRecordsPerSecond'): string =>
  Object.entries(limits)
    .flatMap(([topic, limit]) => {
      const value = limit[rate];
      return value === null ? [] : [topic === EACH_TOPIC ? `${value}` : `${topic}=${value}`];
    })
    .join(',');
