/** Which parts a flow runs: what the connectors of MirrorMaker 2 would start tasks for. No broker is needed to see it. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { readMm2 } from '../../../../hub/pull/config/index.ts';
import { PullRun } from '../../../../hub/pull/run/index.ts';
import { type LogLine, rigTelemetry } from '../../../support/rigTelemetry.ts';

const FILE = 'clusters = a, b\nbootstrap.servers = 127.0.0.1:1\na->b.enabled = true\n';

test('ends at once although no cluster was ever reached', async () => {
  const { settings } = readMm2(Buffer.from(FILE), { file: 'mm2.properties' });
  const run = PullRun.open({ settings, instance: 'parts', telemetry: rigTelemetry('pull') });
  expect(run.flows()[0]?.parts.copy?.kind).toBe('opening');
  await run.close();
  expect(run.flows()).toEqual([]);
});

/** Parts of `a->b`; null: there is no such flow. */
function partsOf(more: string): string[] | null {
  const file = `${FILE}${more}`;
  const { settings } = readMm2(Buffer.from(file), { file: 'mm2.properties' });
  const run = PullRun.open({ settings, instance: 'parts', telemetry: rigTelemetry('pull') });
  onTestFinished(() => run.close());
  const flow = run.flows().find(({ flow }) => flow === 'a->b');
  return flow
    ? Object.keys(flow.parts)
        .filter((part) => part !== 'mm2Positions')
        .sort()
    : null;
}

test('says what copies and what only writes heartbeats; loudly where nothing copies', async () => {
  const said = (more: string, from = FILE) => {
    const lines: LogLine[] = [];
    const { settings } = readMm2(Buffer.from(`${from}${more}`), { file: 'mm2.properties' });
    const run = PullRun.open({ settings, instance: 'parts', telemetry: rigTelemetry('pull', lines) });
    onTestFinished(() => run.close());
    return lines.filter(({ event }) => event === 'pull_flows' || event === 'pull_nothing_copied');
  };
  expect(said('')).toMatchObject([{ level: 'info', copying: ['a->b'], heartbeatsOnly: ['b->a'] }]);
  const typo = said('', FILE.replace('a->b.enabled', 'a->B.enabled'));
  expect(typo).toMatchObject([{ level: 'warn', copying: [], heartbeatsOnly: ['a->b', 'b->a'] }]);
  expect(typo[0]?.message).toContain('enabled=true');
  const none = said('emit.heartbeats.enabled = false\n', FILE.replace('a->b.enabled = true', ''));
  expect(none).toMatchObject([{ level: 'warn', copying: [], heartbeatsOnly: [], clusters: ['a', 'b'] }]);
});

const ALL = ['checkpoints', 'copy', 'heartbeats', 'offsetSyncs', 'topics'];

describe('MirrorCheckpointConnectorTest', () => {
  test('testMirrorCheckpointConnectorDisabled/Enabled', () => {
    expect(partsOf('')).toEqual(ALL);
    expect(partsOf('emit.checkpoints.enabled = false\n')).toEqual(ALL.filter((part) => part !== 'checkpoints'));
    expect(partsOf('sync.group.offsets.enabled = true\n')).toEqual([...ALL, 'groupOffsets'].sort());
  });

  test('testReplicationDisabled/Enabled: a flow that copies nothing translates nothing', () => {
    expect(partsOf('a->b.enabled = false\nsync.group.offsets.enabled = true\n')).toEqual(['heartbeats']);
  });
});

describe('MirrorHeartBeatConnectorTest', () => {
  test('disabled, replication disabled', () => {
    expect(partsOf('emit.heartbeats.enabled = false\n')).toEqual(ALL.filter((part) => part !== 'heartbeats'));
    expect(partsOf('a->b.enabled = false\n')).toEqual(['heartbeats']);
    expect(partsOf('a->b.enabled = false\nemit.heartbeats.enabled = false\n')).toBe(null);
  });
});

test('MirrorSourceConfigTest: without offset syncs neither their topic nor what is translated with them', () => {
  expect(partsOf('emit.offset-syncs.enabled = false\n')).toEqual(['copy', 'heartbeats', 'topics']);
});
