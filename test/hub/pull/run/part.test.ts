/** Parts that can't be opened yet: tried again, and said once for all that meet the same cluster. */
import { expect, onTestFinished, test } from 'vitest';
import { Part, PartTroubles } from '../../../../hub/pull/run/part.ts';
import { TributaryError } from '../../../../shared/errors.ts';
import { HeardTelemetry } from '../../../integration/pullSupport.ts';

const failure = (code: 'brokerUnavailable' | 'brokerRefused', operation: string, subject: string): TributaryError =>
  new TributaryError({
    ...{ code, operation, subject, reason: 'no' },
    retry: code === 'brokerRefused' ? 'final' : 'retried',
  });
const away = (broker: string) => failure('brokerUnavailable', 'connect to Kafka', broker);
const value = { close: () => {} };

class Rig {
  readonly telemetry = new HeardTelemetry();
  readonly troubles = new PartTroubles();
  /** What opening answers; null: it opens. */
  readonly fails = new Map<string, TributaryError | null>();

  part(name: string, fails: TributaryError): Part<typeof value> {
    this.fails.set(name, fails);
    const open = async () => {
      const error = this.fails.get(name);
      if (error) throw error;
      return value;
    };
    const part = new Part('a->b', name, this.telemetry, open, this.troubles);
    onTestFinished(() => part.close());
    return part;
  }
  said(event: string): unknown[] {
    return this.telemetry.of(event).map(({ part }) => part);
  }
}

test('a cluster that is away is said once, and once when the last part is over it; another one by itself', async () => {
  const rig = new Rig();
  const parts = ['topics', 'checkpoints', 'offsetSyncs'].map((name) => rig.part(name, away('src:1')));
  const other = rig.part('heartbeats', away('tgt:1'));
  await expect.poll(() => [...parts, other].every(({ state }) => state.kind === 'waiting')).toBe(true);
  expect(rig.said('pull_part_waits')).toEqual(['topics', 'heartbeats']);
  expect(rig.said('pull_part_waits_too')).toEqual(['checkpoints', 'offsetSyncs']);
  for (const name of rig.fails.keys()) rig.fails.set(name, null);
  await Promise.all([...parts, other].map(({ settled }) => settled));
  expect(rig.said('pull_part_recovered')).toHaveLength(2);
  expect(rig.said('pull_part_recovered_too')).toHaveLength(2);
});

test('credentials that a broker refuses are tried again; another refusal is not', async () => {
  const rig = new Rig();
  const part = rig.part('topics', failure('brokerRefused', 'log in to Kafka', 'src:1'));
  const refused = rig.part('checkpoints', failure('brokerRefused', 'make internal topic', 'x'));
  await refused.settled;
  expect(refused.state.kind).toBe('failed');
  await expect.poll(() => part.state).toMatchObject({ kind: 'waiting', retryAfterMs: 400 });
  rig.fails.set('topics', null);
  await part.settled;
  expect(part.state.kind).toBe('open');
  expect(rig.said('pull_part_recovered')).toEqual(['topics']);
  expect(rig.said('pull_part_stopped')).toEqual(['checkpoints']);
});
