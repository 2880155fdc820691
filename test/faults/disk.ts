/**
 * A real file system that is full, under load: a tmpfs, so it must be run as root. Rounds in turn: `block` (the cap is reached),
 * `evict` (the same, and the oldest make room), `disk` (the file system is full before the cap). The hub is away while the
 * load runs at 100 %; then it comes, and all that was accepted has to arrive once and in order, or be a recorded gap. The
 * buffer's files are measured all the time. `--minutes`: load of each round, default 0.3; `--victims`:
 * these modes only.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { startKafka } from '../../deploy/dev/kafka/launch.ts';
import { MIB } from '../../shared/limits.ts';
import { LedgerOfTruth } from './ledgerOfTruth.ts';
import { createTopics, freePort, ROOT } from './rig.ts';
import type { FaultOptions } from './run.ts';
import { type RoundResult, resultText, Tally } from './tally.ts';
import { Victim } from './victim.ts';
import { Watcher } from './watcher.ts';

const MODES = ['block', 'evict', 'disk'] as const;
type Mode = (typeof MODES)[number];
const CAP_BYTES = 64 * MIB;
/** Of the file system. */
const DISK_MIB: Readonly<Record<Mode, number>> = { block: 80, evict: 80, disk: 48 };
const CLIENTS = 4;
const LINES = 10;
const DRAIN_WITHIN_MS = 120_000;

interface Status {
  readonly captured: number;
  readonly buffered: number;
  readonly gaps: number;
  readonly bufferState: string;
}

export async function run(options: FaultOptions): Promise<Tally> {
  const dir = mkdtempSync(join(tmpdir(), 'tributary-disk-'));
  const named = process.env.TRIBUTARY_TEST_BROKERS?.split(',');
  const own = named ? null : await startKafka({ dir: join(dir, 'central'), onProgress: options.print });
  const brokers = named ?? [...own!.brokers];
  const tally = new Tally();
  try {
    for (let round = 0; round < (options.rounds ?? MODES.length); round += 1) {
      const modes = MODES.filter((one) => options.victims?.includes(one) ?? true);
      const mode = modes[round % modes.length]!;
      const { result, says } = await oneRound(join(dir, `round-${round}`), mode, brokers, options.minutes ?? 0.3);
      tally.add(result);
      options.print(`round ${round} ${mode}: ${resultText(result)} (${says})`);
    }
  } finally {
    await own?.stop();
    if (tally.clean && !options.keep) rmSync(dir, { recursive: true, force: true });
    else options.print(`files kept in ${dir}`);
  }
  return tally;
}

async function oneRound(dir: string, mode: Mode, brokers: string[], minutes: number) {
  const disk = join(dir, 'disk');
  mkdirSync(disk, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB[mode]}m`, 'tmpfs', disk]);
  const id = randomUUID().slice(0, 8);
  const [hubPort, httpPort, status] = [await freePort(), await freePort(), await freePort()];
  const launcher = join(ROOT, 'bin/tributary.js');
  const hub = new Victim(
    'hub',
    [launcher, 'hub', '--config', hubFile(dir, id, brokers, hubPort)],
    join(dir, 'hub.log'),
  );
  const config = agentFile(dir, id, mode, { hubPort, httpPort, status, buffer: join(disk, 'buffer.db') });
  const agent = new Victim('agent', [launcher, 'agent', '--config', config], join(dir, 'agent.log'));
  const truth = new LedgerOfTruth();
  const state = (): Promise<Status> => statusOf(`http://127.0.0.1:${status}/status`);
  let watcher: Watcher | null = null;
  try {
    await createTopics(brokers, [`store-${id}.fill`]);
    await agent.start();
    const load = startLoad(`http://127.0.0.1:${httpPort}/topics/fill`, id, truth);
    const largest = await watch(disk, minutes, load.answers);
    const full = await state();
    await hub.start();
    await sleep(2_000);
    await load.stop();
    watcher = await Watcher.open(brokers, [`store-${id}.fill`], truth);
    const { gaps, buffered } = await drained(state, truth);
    const before = truth.round();
    const beyond = Math.max(0, largest.bytes - CAP_BYTES);
    const result: RoundResult = {
      ...before,
      lost: Math.max(0, before.lost - gaps) + buffered,
      // Also wrong: more on the disk than the cap, a refusal where topics evict, a round that never was full.
      unexplained:
        before.unexplained + beyond + (mode === 'evict' ? load.answers.refused : load.answers.refused > 0 ? 0 : 1),
    };
    const says = [
      `${gaps} in gaps, ${load.answers.refused} refused, state when the hub came: ${full.bufferState}`,
      `at most ${largest.bytes} of ${CAP_BYTES} bytes, at least ${largest.free} free on the disk`,
    ].join(', ');
    return { result, says };
  } finally {
    await watcher?.close();
    await agent.stop();
    await hub.stop();
    execFileSync('umount', [disk]);
  }
}

interface Answers {
  refused: number;
}

/** Full before the time begins to count. */
async function watch(disk: string, minutes: number, answers: Answers): Promise<{ bytes: number; free: number }> {
  const largest = { bytes: 0, free: Number.POSITIVE_INFINITY };
  let until = performance.now() + 20_000;
  for (let began = false; performance.now() < until; ) {
    let bytes = 0;
    for (const suffix of ['', '-wal', '-shm', '.reserve']) {
      bytes += statSync(join(disk, `buffer.db${suffix}`), { throwIfNoEntry: false })?.size ?? 0;
    }
    largest.bytes = Math.max(largest.bytes, bytes);
    const { bavail, bsize } = statfsSync(disk);
    largest.free = Math.min(largest.free, bavail * bsize);
    if (!began && (answers.refused > 0 || bytes > CAP_BYTES * 0.8)) {
      began = true;
      until = performance.now() + minutes * 60_000;
    }
    await sleep(5);
  }
  return largest;
}

async function drained(state: () => Promise<Status>, truth: LedgerOfTruth): Promise<Status> {
  const deadline = performance.now() + DRAIN_WITHIN_MS;
  for (;;) {
    const now = await state();
    if ((now.buffered === 0 && truth.missing <= now.gaps) || performance.now() > deadline) return now;
    await sleep(100);
  }
}

/** Values that do not compress; a request is sent again, with its key, until it is taken. */
function startLoad(url: string, id: string, truth: LedgerOfTruth) {
  const answers: Answers = { refused: 0 };
  const stop = new AbortController();
  const dispatcher = new Agent({ connections: CLIENTS });
  const client = async (partition: number): Promise<void> => {
    const line = `${id}-${partition}`;
    for (let from = 0; !stop.signal.aborted; from += LINES) {
      const values = Array.from(
        { length: LINES },
        (_, n) => `${line}/${from + n} ${randomBytes(24_000).toString('base64')}`,
      );
      const body = values.map((value) => JSON.stringify({ value, partition })).join('\n');
      const headers = { 'content-type': 'application/vnd.tributary.records+ndjson', 'idempotency-key': randomUUID() };
      truth.sent(line, from + LINES);
      for (;;) {
        const answer = await request(url, { method: 'POST', headers, body, dispatcher });
        await answer.body.dump();
        if (answer.statusCode < 300) break;
        if (answer.statusCode !== 503 || answer.headers['retry-after'] === undefined)
          throw new Error(`refused with ${answer.statusCode}`);
        answers.refused += 1;
        await sleep(20);
      }
      truth.accepted(line, from + LINES);
      await sleep(10);
    }
  };
  const all = Promise.all(Array.from({ length: CLIENTS }, (_, partition) => client(partition)));
  return {
    answers,
    stop: async (): Promise<void> => {
      stop.abort();
      await all;
      await dispatcher.close();
    },
  };
}

async function statusOf(url: string): Promise<Status> {
  const answer = await request(url);
  return (await answer.body.json()) as Status;
}

function hubFile(dir: string, id: string, brokers: readonly string[], port: number): string {
  return write(dir, 'hub.yaml', [
    `kafka: { brokers: ${JSON.stringify(brokers)} }`,
    `listen: "127.0.0.1:${port}"`,
    `ledger: { topic: tributary.disk-${id}, shards: 1 }`,
  ]);
}

function agentFile(
  dir: string,
  id: string,
  mode: Mode,
  { hubPort, httpPort, status, buffer }: { hubPort: number; httpPort: number; status: number; buffer: string },
): string {
  const whenFull = mode === 'evict' ? 'evictOldest' : 'block';
  return write(dir, 'agent.yaml', [
    `edge: store-${id}`,
    `hub: { url: "http://127.0.0.1:${hubPort}" }`,
    `buffer: { path: ${buffer}, maxBytes: 64MiB, topics: [{ match: fill, whenFull: ${whenFull} }] }`,
    'sources:',
    `  - http: { listen: "127.0.0.1:${httpPort}", topics: { fill: { partitions: ${CLIENTS} } } }`,
    `telemetry: { listen: "127.0.0.1:${status}", log: info }`,
  ]);
}

function write(dir: string, name: string, lines: readonly string[]): string {
  const path = join(dir, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}
