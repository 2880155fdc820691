/**
 * `tributary verify` on real topics: what is sound proves, and each planted fault is named with its exact ranges.
 *
 * One hub and one agent fill a topic for each fault; then both stop, so that nothing but the faults is written.
 */
import Database from 'better-sqlite3';
import type { Message } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StreamEntry } from '../../hub/ledger/entries.ts';
import type { Finding } from '../../hub/prove/index.ts';
import { PROVENANCE } from '../../shared/records/index.ts';
import { Cli, LAUNCHER } from '../bin/cli.ts';
import { brokers, type Consumed, cluster, consumeAll, endOffsets, kafkaJs, produce } from '../support/kafka.ts';
import { Rig } from '../support/rig.ts';
import { type RigAgent, valuesOf } from '../support/rigAgent.ts';
import type { RigHub } from '../support/rigHub.ts';

const EDGE = 'store';
const FAULTS = [
  'sound',
  'middle',
  'front',
  'all',
  'repeat',
  'swap',
  'foreign',
  'edge',
  'again',
  'less',
  'more',
  'count',
];
const COUNT = 12;

const rig = Rig.open({}, afterAll);
let hub: RigHub;
let agent: RigAgent;

beforeAll(async () => {
  hub = await rig.hub();
  agent = await rig.agent('agent', { edge: EDGE, hubUrl: hub.url });
  await agent.start();
  for (const topic of [...FAULTS, 'dead', 'gap']) {
    await agent.post(topic, topic, valuesOf(topic, COUNT / 2));
    await agent.post(topic, topic, valuesOf(topic, COUNT / 2, COUNT / 2));
  }
  await agent.drained();
  await deadLetter(agent);
  await gap(agent);
  await agent.stop();
  await hub.stop();
});

/** Records of tomorrow, which Kafka refuses, between good ones. */
async function deadLetter(from: RigAgent): Promise<void> {
  await from.post('dead', 'late', valuesOf('late', 3), 0, { timestamp: String(Date.now() + 86_400_000) });
  await from.drained();
  await from.post('dead', 'dead', valuesOf('dead', 2, COUNT));
  await from.drained();
}

/** A batch whose bytes have changed on the agent's disk, between good ones. */
async function gap(from: RigAgent): Promise<void> {
  await hub.stop();
  await from.post('gap', 'broken', valuesOf('broken', 4));
  await from.stop();
  const db = new Database(from.path);
  db.exec('UPDATE content SET blob = zeroblob(length(blob)) WHERE id = (SELECT max(id) FROM content)');
  db.close();
  await hub.start();
  await from.start();
  await from.post('gap', 'gap', valuesOf('gap', 2, COUNT));
  await from.drained();
}

const verify = (topics: readonly string[], ignoreExpired = false) =>
  hub.verify({ topics: topics.map((topic) => rig.target(EDGE, topic)), ignoreExpired });

/** What is found in one topic, without the words. */
async function found(topic: string): Promise<Pick<Finding, 'kind' | 'ranges' | 'count'>[]> {
  const { verdict, text, report } = await verify([topic]);
  expect(verdict).toBe('notProven');
  expect(text).toContain('NOT PROVEN');
  for (const finding of report.findings) expect(text).toContain(finding.text);
  return report.findings.map(({ kind, ranges, count }) => ({ kind, ranges, count }));
}

const one = (kind: Finding['kind'], first: number, last: number) => {
  return { kind, ranges: [{ first, last }], count: last - first + 1 };
};

function cli(...args: string[]) {
  const where = ['--brokers', brokers().join(','), '--ledger', hub.ledger, '--dead-letter', hub.deadLetter];
  return new Cli([LAUNCHER, 'verify', ...where, ...args]).ended;
}

/** Takes away everything of a topic that has one partition, and writes it again as `change` says; the topic stays. */
async function rewrite(topic: string, change: (records: Message[]) => Message[]): Promise<void> {
  const target = rig.target(EDGE, topic);
  const records = await consumeAll(target);
  await deleteBelow(target);
  await produce(target, change(records.map(asMessage)));
}

const asMessage = ({ key, value, timestamp, headers }: Consumed): Message => {
  return { key, value, timestamp, headers: headers ?? {}, partition: 0 };
};

/** Default: all that is there. */
async function deleteBelow(topic: string, offset?: number): Promise<void> {
  const ends = await endOffsets(topic, 'read_uncommitted');
  const partitions = [...ends].map(([partition, end]) => ({ partition, offset: String(offset ?? end) }));
  const admin = kafkaJs().admin();
  await admin.connect();
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions });
  await admin.disconnect();
}

/** Writes the stream's entry again, changed. */
async function rewriteLedger(topic: string, change: (entry: StreamEntry) => StreamEntry): Promise<void> {
  const entries = (await consumeAll(hub.ledger)).filter(({ key }) => String(key).startsWith('stream/'));
  const entry = entries.findLast(({ key }) => String(key).endsWith(`/${topic}`));
  if (!entry) throw new Error(`the ledger has no stream of ${topic}`);
  const value = JSON.stringify(change(JSON.parse(String(entry.value)) as StreamEntry));
  await produce(hub.ledger, [{ key: entry.key, value, partition: entry.partition }]);
}

describe('a sound ledger', () => {
  test('proves, gaps and dead letters included, and exits 0', async () => {
    const { verdict, report } = await verify(['sound', 'dead', 'gap']);
    expect([verdict, report.findings]).toEqual(['proven', []]);
    const numbers = report.streams.map(({ target, records, gaps, deadLettered }) => [
      target,
      records,
      gaps,
      deadLettered,
    ]);
    const sum = (topic: string, at: number) =>
      numbers
        .filter(([target]) => target === `${rig.target(EDGE, topic)}/0`)
        .reduce((n, row) => n + Number(row[at]), 0);
    expect(['sound', 'dead', 'gap'].map((topic) => [sum(topic, 1), sum(topic, 2), sum(topic, 3)])).toEqual([
      [COUNT, 0, 0],
      [COUNT + 2, 0, 3],
      [COUNT + 2, 4, 0],
    ]);
    const { code, stdout } = await cli();
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining(`\nPROVEN: ${report.streams.length + FAULTS.length - 1} streams`),
    ]);
  });

  test('in JSON', async () => {
    const { code, stdout } = await cli('--json', '--topic', rig.target(EDGE, 'sound'));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'proven', findings: [], recordsRead: COUNT });
  });

  test('of which nothing was asked for proves nothing, and does not exit 0', async () => {
    const { code, stdout } = await cli('--edge', 'another-store');
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^NOTHING TO PROVE/)]);
    const json = await cli('--edge', 'another-store', '--json');
    expect([json.code, JSON.parse(json.stdout)]).toEqual([
      1,
      { verdict: 'nothing', streams: [], findings: [], recordsRead: 0 },
    ]);
  });

  test('that is not there is an error', async () => {
    const where = ['--brokers', brokers().join(','), '--ledger', `${hub.ledger}-not`];
    const { code, stderr } = await new Cli([LAUNCHER, 'verify', ...where]).ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining('no such topic')]);
  });
});

describe('a planted fault is named with its exact ranges:', () => {
  test('records deleted in the middle', async () => {
    await rewrite('middle', (records) => records.filter((_, i) => i !== 3 && (i < 7 || i > 8)));
    const ranges = [
      { first: 3, last: 3 },
      { first: 7, last: 8 },
    ];
    expect(await found('middle')).toEqual([{ kind: 'missing', ranges, count: 3 }]);
  });

  test('the front deleted, which retention does too and may be forgiven', async () => {
    await deleteBelow(rig.target(EDGE, 'front'), 5);
    expect(await found('front')).toEqual([one('expired', 0, 4)]);
    const forgiven = await verify(['front'], true);
    expect([forgiven.verdict, forgiven.report.findings.length]).toEqual(['proven', 1]);
  });

  test('everything deleted', async () => {
    await deleteBelow(rig.target(EDGE, 'all'));
    expect(await found('all')).toEqual([one('expired', 0, COUNT - 1)]);
  });

  test('a front that has expired and a hole behind it are told apart', async () => {
    await rewrite('gap', (records) => records.filter((_, i) => i > 1 && i !== 9));
    const { report } = await verify(['gap'], true);
    expect(report.findings.map(({ kind, ranges }) => [kind, ranges])).toEqual([
      ['expired', [{ first: 0, last: 1 }]],
      ['missing', [{ first: 9, last: 9 }]],
    ]);
    expect(report.verdict).toBe('notProven');
  });

  test('a repeated batch, written by somebody else', async () => {
    const target = rig.target(EDGE, 'repeat');
    const records = await consumeAll(target);
    await produce(target, records.slice(4, 7).map(asMessage));
    expect(await found('repeat')).toEqual([one('repeated', 4, 6)]);
  });

  test('two swapped records', async () => {
    await rewrite('swap', (records) => [...records.slice(0, 5), records[6]!, records[5]!, ...records.slice(7)]);
    expect(await found('swap')).toEqual([one('disorder', 5, 5)]);
  });

  test('a foreign record', async () => {
    const target = rig.target(EDGE, 'foreign');
    const offset = (await endOffsets(target, 'read_uncommitted')).get(0);
    await produce(target, [{ value: 'not of an agent', partition: 0 }]);
    expect(await found('foreign')).toEqual([{ kind: 'stranger', ranges: [], count: 1 }]);
    expect((await verify(['foreign'])).text).toContain(`${target}/0: record at offset ${offset}: no provenance`);
  });

  test('a record with the name of another edge in its headers', async () => {
    await rewrite('edge', (records) =>
      records.map((record, i) =>
        i === 2 ? { ...record, headers: { ...record.headers, [PROVENANCE.edge]: 'thief' } } : record,
      ),
    );
    expect(await found('edge')).toEqual([one('missing', 2, 2), { kind: 'stranger', ranges: [], count: 1 }]);
    expect((await verify(['edge'])).text).toMatch(/its headers say thief, epoch [0-9a-f]{24}, sequence 2/);
  });

  test('a topic deleted and made again, with a record less', async () => {
    const target = rig.target(EDGE, 'again');
    const records = await consumeAll(target);
    const admin = kafkaJs().admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [target] });
    await admin.createTopics({ topics: [{ topic: target, numPartitions: 1 }], waitForLeaders: true });
    await admin.disconnect();
    cluster().forget(target);
    await produce(target, records.slice(0, -1).map(asMessage));
    expect(await found('again')).toEqual([
      one('missing', COUNT - 1, COUNT - 1),
      { kind: 'targetChanged', ranges: [], count: 1 },
    ]);
  });

  test('a ledger that says less than there is', async () => {
    await rewriteLedger('less', (entry) => {
      return { ...entry, next: COUNT - 2, counts: { ...entry.counts, records: COUNT - 2 } };
    });
    expect(await found('less')).toEqual([one('beyondLedger', COUNT - 2, COUNT - 1)]);
  });

  test('a ledger that says more than there is', async () => {
    await rewriteLedger('more', (entry) => {
      return { ...entry, next: COUNT + 2, counts: { ...entry.counts, records: COUNT + 2 } };
    });
    expect(await found('more')).toEqual([one('missing', COUNT, COUNT + 1)]);
  });

  test('a ledger whose counts do not match', async () => {
    await rewriteLedger('count', (entry) => ({ ...entry, counts: { ...entry.counts, records: COUNT - 1 } }));
    expect(await found('count')).toEqual([{ kind: 'counts', ranges: [], count: 1 }]);
    await rewriteLedger('count', (entry) => ({ ...entry, counts: { records: COUNT - 1, deadLettered: 0, gapped: 1 } }));
    expect(await found('count')).toEqual([{ kind: 'counts', ranges: [], count: 1 }]);
  });

  test('dead letters that are gone', async () => {
    await deleteBelow(hub.deadLetter);
    expect(await found('dead')).toEqual([one('missing', COUNT, COUNT + 2)]);
  });

  test('and the command exits 3, with all of it in JSON', async () => {
    const { code, stdout } = await cli('--json');
    const report = JSON.parse(stdout) as { verdict: string; findings: Finding[]; streams: { state: string }[] };
    expect([code, report.verdict]).toEqual([3, 'notProven']);
    const kinds = new Set(report.findings.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(
      ['beyondLedger', 'counts', 'disorder', 'expired', 'missing', 'repeated', 'stranger', 'targetChanged'].sort(),
    );
    expect(report.streams.filter(({ state }) => state === 'complete').length).toBeGreaterThan(0);
  });
});
