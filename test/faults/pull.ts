/**
 * kill -9 under load, over two pull processes that share a flow, the source's broker and the target's three. Each round:
 * producers write, something dies (or is stopped in its tracks), it comes back, and before the round ends a
 * `read_committed` consumer of the target must have seen everything that was accepted, once and in order.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CRASH_POINTS, type CrashPoint } from '../../shared/crashPoint.ts';
import { Cluster } from '../../shared/kafka/index.ts';
import { brokenCopy, PULL_BREAKS } from './breaks.ts';
import { LedgerOfTruth } from './ledgerOfTruth.ts';
import { codecsLoad, ordersLoad, type PullLoad, paymentsLoad } from './pullLoad.ts';
import { COPIES, openPullRig, type PullFaultRig, type PullVictim, until } from './pullRig.ts';
import { Random } from './random.ts';
import { ROOT } from './rig.ts';
import type { FaultOptions } from './run.ts';
import { isClean, resultText, Tally } from './tally.ts';
import { Watcher } from './watcher.ts';

const POINTS = CRASH_POINTS.filter((point) => /^(pull|shard)\./.test(point));
/** In front of the random ones, each as often as it stands here. */
const FIRST = [...POINTS, 'zombie', 'busyZombie', 'takeover', 'away'] as const;
const KILLS = { pull: 100, broker: 20 };
const DEFAULT_ROUNDS = FIRST.length + KILLS.pull + KILLS.broker;
const KILLS_PER_BROKER_KILL = KILLS.pull / KILLS.broker;
const VICTIMS = ['pull', 'source', 'target', 'zombie', 'busyZombie', 'takeover', 'away'] as const;

const DRAIN_WITHIN_MS = 120_000;
const TAKEN_OVER_WITHIN_MS = 60_000;
/** Of the pull ledger. */
const SHARDS = 12;
const AWAY_MS = 150_000;
/** Shards that a process takes at its start are few. */
const SHARD_TIMES = 3;

type Plan = (typeof VICTIMS)[number] | CrashPoint;

interface Scene {
  readonly rig: PullFaultRig;
  readonly truth: LedgerOfTruth;
  readonly random: Random;
  readonly loads: readonly PullLoad[];
  /** What went wrong in the round beside the records; counted with the unexplained. */
  readonly problems: string[];
}

export async function run(options: FaultOptions): Promise<Tally> {
  const dir = mkdtempSync(join(tmpdir(), 'tributary-pull-'));
  const sources = options.break ? brokenCopy(ROOT, join(dir, 'broken'), PULL_BREAKS, options.break) : ROOT;
  const rig = await openPullRig(join(dir, 'rig'), sources, options.print);
  const [truth, tally, random] = [new LedgerOfTruth(), new Tally(), new Random(options.seed)];
  const source = Cluster.open({ brokers: rig.source.brokers, clientId: 'fault-producer' });
  const watcher = await Watcher.open([...rig.target.brokers], COPIES, truth);
  const loads = [
    ordersLoad(rig.source.brokers, truth),
    codecsLoad(source, truth),
    paymentsLoad(source, truth, new Random(options.seed + 1)),
  ];
  try {
    const rounds = options.rounds ?? DEFAULT_ROUNDS;
    for (let round = 0; round < rounds; round += 1) {
      const plan = options.victims ? planAmong(options.victims, random) : planOf(round);
      await oneRound(round, plan, { rig, truth, random, loads, problems: [] }, tally, options);
      if (options.break && !tally.clean) break;
    }
  } finally {
    for (const load of loads) await load.close();
    await watcher.close();
    await rig.close();
    source.close();
    if (tally.clean && !options.keep) rmSync(dir, { recursive: true, force: true });
    else options.print(`files kept in ${dir}`);
  }
  return tally;
}

function planOf(round: number): Plan {
  const first = FIRST[round];
  if (first) return first;
  const at = round - FIRST.length;
  if (at % (KILLS_PER_BROKER_KILL + 1) < KILLS_PER_BROKER_KILL) return 'pull';
  return Math.floor(at / (KILLS_PER_BROKER_KILL + 1)) % 2 === 0 ? 'target' : 'source';
}

function planAmong(victims: readonly string[], random: Random): Plan {
  const name = random.pick(victims);
  const known = [...VICTIMS, ...POINTS].find((one) => one === name);
  if (!known) throw new Error(`--victims: ${name} is none of ${VICTIMS.join(', ')}, ${POINTS.join(', ')}`);
  return known;
}

async function oneRound(
  round: number,
  plan: Plan,
  scene: Scene,
  tally: Tally,
  { print, seed }: FaultOptions,
): Promise<void> {
  const { truth, loads, problems } = scene;
  const began = performance.now();
  for (const load of loads) load.start();
  const what = await carryOut(plan, scene, round);
  await sleep(500);
  await Promise.all(loads.map((load) => load.stop()));
  await drained(truth);
  const seen = truth.round();
  const result = { ...seen, unexplained: seen.unexplained + problems.length };
  tally.add(result);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  print(`round ${round} ${what}: ${resultText(result)} (${seconds} s)`);
  if (isClean(result)) return;
  print(`round ${round} failed: seed ${seed}`);
  for (const line of [...problems, ...truth.missingRanges()]) print(`  ${line}`);
}

function carryOut(plan: Plan, scene: Scene, round: number): Promise<string> {
  const { rig, random } = scene;
  const pair = random.next() < 0.5 ? rig.pulls : ([rig.pulls[1], rig.pulls[0]] as const);
  const afterMs = random.between(100, 2_000);
  switch (plan) {
    case 'pull':
      return killPull(pair[0], afterMs);
    case 'source':
      return killBroker('source', rig.source, afterMs, 300);
    case 'target': {
      const at = random.between(0, rig.target.members.length - 1);
      return killBroker(`target ${at + 1}`, rig.target.members[at]!, afterMs, 300);
    }
    case 'away':
      return away(scene);
    case 'takeover':
      return takeover(pair, afterMs);
    case 'zombie':
    case 'busyZombie':
      return zombie(pair, scene, plan === 'zombie');
    default:
      return dieAt(rig.pulls[round % 2]!, plan, plan.startsWith('shard.') ? SHARD_TIMES : 20, random);
  }
}

async function killPull(victim: PullVictim, afterMs: number): Promise<string> {
  await sleep(afterMs);
  await victim.kill9();
  await victim.start();
  return `pull ${victim.name} killed after ${afterMs} ms`;
}

async function killBroker(
  name: string,
  broker: { kill9(): Promise<void>; restart(): Promise<void> },
  afterMs: number,
  awayMs: number,
): Promise<string> {
  await sleep(afterMs);
  await broker.kill9();
  await sleep(awayMs);
  await broker.restart();
  return `broker ${name} killed after ${afterMs} ms`;
}

/** The source is gone for minutes; each process says so once, and once that it is back. */
async function away({ rig, problems }: Scene): Promise<string> {
  await sleep(500);
  await rig.source.kill9();
  const places = rig.pulls.map(({ logEnd }) => logEnd);
  await sleep(AWAY_MS);
  await rig.source.restart();
  const said: number[] = [];
  for (const [at, pull] of rig.pulls.entries()) {
    await pull.says('pull_source_back', places[at] ?? 0, DRAIN_WITHIN_MS);
    said.push(pull.said('pull_source_back', places[at] ?? 0).length);
  }
  if (said.some((lines) => lines !== 1)) problems.push(`the source came back: said ${said.join(' and ')} times`);
  return `source away for ${AWAY_MS / 1000} s`;
}

/** Both have a part of the work. */
async function shared(pulls: readonly PullVictim[]): Promise<void> {
  const counts = (): number[] => pulls.map((pull) => pull.assigned());
  const done = await until(
    () => counts().every((count) => count > 0) && counts().reduce((sum, count) => sum + count) === SHARDS,
    TAKEN_OVER_WITHIN_MS,
  );
  if (!done) throw new Error(`the processes do not share the work: ${counts().join(' and ')} shards`);
}

async function tookOver(victim: PullVictim, other: PullVictim, from: number): Promise<void> {
  const all = await until(() => other.assigned(from) === SHARDS, TAKEN_OVER_WITHIN_MS);
  if (!all || !(await other.says('pull_shard_taken', from, TAKEN_OVER_WITHIN_MS)))
    throw new Error(`${other.name} did not take over from ${victim.name}`);
  await sleep(1_500);
}

/** One dies for good; the other takes its shards when its session has ended. */
async function takeover([victim, other]: readonly [PullVictim, PullVictim], afterMs: number): Promise<string> {
  await shared([victim, other]);
  await sleep(afterMs);
  const from = other.logEnd;
  await victim.kill9();
  await tookOver(victim, other, from);
  await victim.start();
  return `pull ${victim.name} killed, ${other.name} took over`;
}

/**
 * One is stopped in its tracks until the other has taken over, and goes on as if nothing had happened. `idle`: between
 * two transactions, with an answer to its last fetch on the way: so it has something to write when it wakes.
 */
async function zombie(
  [victim, other]: readonly [PullVictim, PullVictim],
  { truth, loads, problems }: Scene,
  idle: boolean,
): Promise<string> {
  await shared([victim, other]);
  await sleep(1_000);
  if (idle) {
    await Promise.all(loads.map((load) => load.stop()));
    await drained(truth);
    await sleep(1_500);
  }
  const [from, fromOther] = [victim.logEnd, other.logEnd];
  victim.stall();
  if (idle) for (const load of loads) load.start();
  await tookOver(victim, other, fromOther);
  victim.goOn();
  await victim.says('pull_shard_lost', from, 20_000);
  const causes = victim.said('pull_shard_lost', from).map(({ cause }) => String(cause));
  const fenced = causes.filter((cause) => cause === 'fenced').length;
  if (idle && fenced === 0) problems.push(`${victim.name} went on and was not fenced`);
  return `pull ${victim.name} ${idle ? 'idle' : 'busy'} zombie, ${fenced} of ${causes.length} lost shards by the fence`;
}

async function dieAt(victim: PullVictim, point: CrashPoint, most: number, random: Random): Promise<string> {
  const times = random.between(1, most);
  await victim.kill9();
  await victim.start({ point, times });
  if (!(await victim.died(30_000))) throw new Error(`${victim.name} did not die at ${point}`);
  await victim.start();
  return `pull ${victim.name} died at ${point} (time ${times})`;
}

async function drained(truth: LedgerOfTruth): Promise<void> {
  const deadline = performance.now() + DRAIN_WITHIN_MS;
  while (truth.missing > 0 && performance.now() < deadline) await sleep(50);
}
