/**
 * kill -9 under load, over agents, hub and the central broker. Each round: load runs, something dies (at a random moment, or
 * at a named crash point), it is started again, and before the round ends everything that was accepted must have arrived
 * in central Kafka once and in order.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CRASH_POINTS, type CrashPoint } from '../../shared/crashPoint.ts';
import { BREAKS, brokenCopy } from './breaks.ts';
import { LedgerOfTruth } from './ledgerOfTruth.ts';
import { httpLoad, kafkaLoad, type Load } from './load.ts';
import { Random } from './random.ts';
import { CLIENTS, openRig, PARTITIONS, type Rig, ROOT } from './rig.ts';
import type { FaultOptions } from './run.ts';
import { isClean, resultText, Tally } from './tally.ts';
import type { Victim } from './victim.ts';
import { Watcher } from './watcher.ts';

const DEFAULT_ROUNDS = 100;
const DRAIN_WITHIN_MS = 90_000;
const BROKER_ROUNDS_IN_TEN = 1;
/** A hub takes its shards once a start. */
const SHARD_TIMES = 4;
const PROCESSES = ['hub', 'store', 'plant'] as const;
/** Those of pulls are visited by the run of that name. */
const POINTS = CRASH_POINTS.filter((point) => !point.startsWith('pull.'));

type Plan =
  | { readonly kind: 'process'; readonly victim: (typeof PROCESSES)[number]; readonly afterMs: number }
  | { readonly kind: 'broker'; readonly afterMs: number }
  | { readonly kind: 'point'; readonly point: CrashPoint; readonly times: number };

export async function run(options: FaultOptions): Promise<Tally> {
  const dir = mkdtempSync(join(tmpdir(), 'tributary-crash-'));
  const sources = options.break ? brokenCopy(ROOT, join(dir, 'broken'), BREAKS, options.break) : ROOT;
  const rig = await openRig(join(dir, 'rig'), sources, options.print);
  const truth = new LedgerOfTruth();
  const tally = new Tally();
  const watcher = await Watcher.open([...rig.central.brokers], ['store.orders', 'plant.metrics'], truth);
  const random = new Random(options.seed);
  try {
    const rounds = options.rounds ?? DEFAULT_ROUNDS;
    for (let round = 0; round < rounds; round += 1) {
      const plan = options.victims ? planAmong(options.victims, random) : planOf(round, random);
      await oneRound(round, plan, rig, truth, tally, options);
      if (options.break && !tally.clean) break;
    }
  } finally {
    await watcher.close();
    await rig.close();
    if (tally.clean && !options.keep) rmSync(dir, { recursive: true, force: true });
    else options.print(`files kept in ${dir}`);
  }
  return tally;
}

/** The named points come first, each once; then random moments, one in ten of them the broker's. */
function planOf(round: number, random: Random): Plan {
  const point = POINTS[round];
  if (point) return { kind: 'point', point, times: random.between(1, point.startsWith('shard.') ? SHARD_TIMES : 20) };
  const afterMs = random.between(100, 2_500);
  if ((round - POINTS.length) % 10 < BROKER_ROUNDS_IN_TEN) return { kind: 'broker', afterMs };
  return { kind: 'process', victim: random.pick(['hub', 'hub', 'store', 'plant'] as const), afterMs };
}

function planAmong(victims: readonly string[], random: Random): Plan {
  const afterMs = random.between(100, 2_500);
  const name = random.pick(victims);
  if (name === 'broker') return { kind: 'broker', afterMs };
  const victim = PROCESSES.find((process) => process === name);
  if (!victim) throw new Error(`--victims: ${name} is none of broker, ${PROCESSES.join(', ')}`);
  return { kind: 'process', victim, afterMs };
}

async function oneRound(
  round: number,
  plan: Plan,
  rig: Rig,
  truth: LedgerOfTruth,
  tally: Tally,
  options: FaultOptions,
): Promise<void> {
  const loads = startLoads(rig, truth);
  const what = await carryOut(plan, rig, round);
  await sleep(500);
  await Promise.all(loads.map((load) => load.stop()));
  await drained(truth);
  const result = truth.round();
  tally.add(result);
  options.print(`round ${round} ${what}: ${resultText(result)}`);
  if (isClean(result)) return;
  options.print(`round ${round} failed: seed ${options.seed}`);
  for (const line of truth.missingRanges()) options.print(`  ${line}`);
}

/** Load of the round; lines go on counting from where they stopped. */
function startLoads(rig: Rig, truth: LedgerOfTruth): Load[] {
  return [
    kafkaLoad([...rig.edge.brokers], 'orders', PARTITIONS, 100, 20, truth),
    httpLoad(rig.httpUrl, 'metrics', CLIENTS, 25, 10, truth),
  ];
}

async function carryOut(plan: Plan, rig: Rig, round: number): Promise<string> {
  if (plan.kind === 'broker') {
    await sleep(plan.afterMs);
    await rig.central.kill9();
    await sleep(300);
    await rig.central.restart();
    return `broker killed after ${plan.afterMs} ms`;
  }
  if (plan.kind === 'process') {
    await sleep(plan.afterMs);
    await rig[plan.victim].kill9();
    await rig[plan.victim].start();
    return `${plan.victim} killed after ${plan.afterMs} ms`;
  }
  const victim: Victim = /^(hub|shard)\./.test(plan.point) ? rig.hub : round % 2 === 0 ? rig.store : rig.plant;
  await victim.kill9();
  await victim.start({ point: plan.point, times: plan.times });
  if (!(await victim.died(20_000))) throw new Error(`${victim.name} did not die at ${plan.point}`);
  await victim.start();
  return `${victim.name} died at ${plan.point} (time ${plan.times})`;
}

async function drained(truth: LedgerOfTruth): Promise<void> {
  const deadline = performance.now() + DRAIN_WITHIN_MS;
  while (truth.missing > 0 && performance.now() < deadline) await sleep(50);
}
