import { expect, test } from 'vitest';
import { Throttles } from '../../../shared/kafka/throttle.ts';
import { type LogLine, rigTelemetry } from '../../support/rigTelemetry.ts';

test('a broker that throttles: said once, remembered by broker and request', () => {
  const lines: LogLine[] = [];
  const throttles = new Throttles(rigTelemetry('test', lines));
  throttles.heard('a:1', 'Produce', 0);
  expect(throttles.lately('a:1', 'Produce')).toBe(false);
  throttles.heard('a:1', 'Produce', 40);
  throttles.heard('a:1', 'Produce', 30);
  throttles.heard('a:1', 'Produce', 0);
  expect([throttles.lately('a:1', 'Produce'), throttles.lately('a:1', 'Fetch')]).toEqual([true, false]);
  expect(throttles.lately('b:1', 'Produce')).toBe(false);
  expect(lines.map(({ event }) => event)).toEqual(['kafka_throttled']);
});
