/**
 * A link that fails, under load: one kind of fault a round (`--victims cut,deaf,...`: only these), and before the round
 * ends everything that was accepted must have arrived in central Kafka once and in order.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TcpProxy } from '../support/proxy.ts';
import { BREAKS, brokenCopy } from './breaks.ts';
import { LedgerOfTruth } from './ledgerOfTruth.ts';
import { CLIENTS, openLinkRig, TOPIC } from './linkRig.ts';
import { httpLoad, type Load } from './load.ts';
import { Random } from './random.ts';
import { ROOT } from './rig.ts';
import type { FaultOptions } from './run.ts';
import { isClean, resultText, Tally } from './tally.ts';
import { Watcher } from './watcher.ts';

const DEFAULT_ROUNDS = 100;
const DRAIN_WITHIN_MS = 180_000;
const SLOW_BYTES_PER_SECOND = 6_250;
const PAGE = '<html><body>Welcome to our free wireless network. Please accept the terms.</body></html>';

/** Each hurts for as long as it runs and leaves the link well. */
type Fault = (proxy: TcpProxy, random: Random) => Promise<string>;

const FAULTS: Record<string, Fault> = {
  cut: async (proxy, random) => {
    const cuts = random.between(1, 6);
    for (let at = 0; at < cuts; at += 1) {
      await sleep(random.between(20, 400));
      proxy.cut();
    }
    return `${cuts} resets`;
  },
  deaf: async (proxy, random) => {
    const afterBytes = random.between(0, 400);
    await sleep(random.between(50, 500));
    proxy.deafen(afterBytes);
    await sleep(random.between(50, 500));
    proxy.cut();
    return `answers lost after ${afterBytes} bytes`;
  },
  latency: async (proxy, random) => {
    proxy.set({ latencyMs: 150 });
    await sleep(random.between(500, 2_000));
    proxy.set({ latencyMs: 0 });
    return '300 ms there and back';
  },
  stall: async (proxy, random) => {
    for (let at = 0; at < 20; at += 1) {
      await sleep(95);
      proxy.stall();
      await sleep(random.between(1, 100));
      proxy.flow();
    }
    return '20 stalls';
  },
  down: async (proxy, random) => {
    await sleep(random.between(50, 500));
    proxy.down();
    await sleep(random.between(100, 3_000));
    proxy.up();
    return 'down for a while';
  },
  portal: async (proxy, random) => {
    await sleep(random.between(50, 500));
    proxy.portal(PAGE);
    await sleep(random.between(500, 3_000));
    proxy.portal(null);
    return 'a captive portal';
  },
  halfOpen: async (proxy, random) => {
    await sleep(random.between(50, 500));
    proxy.freeze();
    return 'connections that nothing passes any more';
  },
  slow: async (proxy, random) => {
    proxy.set({ bytesPerSecond: SLOW_BYTES_PER_SECOND, latencyMs: 150 });
    // A tenth of the minute between two cuts, and so of what passes between them.
    for (let at = 0; at < 4; at += 1) {
      await sleep(6_000 + random.between(-500, 500));
      proxy.cut();
    }
    proxy.set({ bytesPerSecond: undefined, latencyMs: 0 });
    proxy.cut();
    return '50 kbit/s, cut every 6 s';
  },
};
/** These take long. */
const RARE = ['halfOpen', 'slow'];
const ONE_IN = 20;

export async function run(options: FaultOptions): Promise<Tally> {
  const dir = mkdtempSync(join(tmpdir(), 'tributary-link-'));
  const sources = options.break ? brokenCopy(ROOT, join(dir, 'broken'), BREAKS, options.break) : ROOT;
  const rig = await openLinkRig(join(dir, 'rig'), sources, options.print);
  const truth = new LedgerOfTruth();
  const tally = new Tally();
  const watcher = await Watcher.open([...rig.brokers], [rig.target], truth);
  const random = new Random(options.seed);
  const kinds = options.victims ?? Object.keys(FAULTS);
  const often = kinds.filter((kind) => options.victims !== undefined || !RARE.includes(kind));
  try {
    const rounds = options.rounds ?? DEFAULT_ROUNDS;
    for (let round = 0; round < rounds; round += 1) {
      const isRare = options.victims === undefined && round % ONE_IN === ONE_IN - 1;
      const kind = isRare ? random.pick(RARE) : often[round % often.length]!;
      const fault = FAULTS[kind];
      if (fault === undefined) throw new Error(`--victims: ${kind} is none of ${Object.keys(FAULTS).join(', ')}`);
      const load = httpLoad(rig.httpUrl, TOPIC, CLIENTS, 25, 10, truth);
      const hurting = fault(rig.proxy, random);
      // What it brings in longer would take minutes to pass.
      const what = kind === 'slow' ? await stopEarly(load, hurting) : await hurting;
      if (kind !== 'slow') await load.stop();
      const started = performance.now();
      while (truth.missing > 0 && performance.now() - started < DRAIN_WITHIN_MS) await sleep(20);
      const result = truth.round();
      tally.add(result);
      const tookMs = Math.round(performance.now() - started);
      options.print(`round ${round} ${kind} (${what}): ${resultText(result)}, all there after ${tookMs} ms`);
      if (isClean(result)) continue;
      options.print(`round ${round} failed: seed ${options.seed}`);
      for (const line of truth.missingRanges()) options.print(`  ${line}`);
      if (options.break) break;
    }
  } finally {
    await watcher.close();
    await rig.close();
    if (tally.clean && !options.keep) rmSync(dir, { recursive: true, force: true });
    else options.print(`files kept in ${dir}`);
  }
  return tally;
}

async function stopEarly(load: Load, hurting: Promise<string>): Promise<string> {
  await sleep(1_500);
  await load.stop();
  return hurting;
}
