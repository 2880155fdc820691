/**
 * `npm run faults -- clock`: the real agent process under libfaketime (Debian's package `faketime`), a real hub and a real
 * Kafka. In each round a machine has a wrong clock, or one that is set while it runs; records come in before and after the
 * agent has met its hub. Those that the agent stamped must have the true time, those with a timestamp of their own theirs.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { startKafka } from '../../deploy/dev/kafka/launch.ts';
import { freePorts } from '../../deploy/dev/kafka/ports.ts';
import { Cluster, readCommitted } from '../../shared/kafka/index.ts';
import { readRecords } from '../../shared/records/index.ts';
import { Random } from './random.ts';
import { ROOT } from './rig.ts';
import type { FaultOptions } from './run.ts';
import { isClean, type RoundResult, resultText, Tally } from './tally.ts';
import { Victim } from './victim.ts';

const LIBRARIES = ['x86_64', 'aarch64'].map((cpu) => `/usr/lib/${cpu}-linux-gnu/faketime/libfaketimeMT.so.1`);
const YEAR_S = 365 * 86_400;
/** What is taken as right, and how long a record may wait for its commit on a busy machine. */
const TOLERANCE_MS = 2_500;
const DRAIN_WITHIN_MS = 60_000;
const TOPICS = ['stamped', 'own'] as const;

/** Seconds that the clock is wrong: at the start, and then one after the other while it runs. `meets`: the hub is there then. */
const SCENARIOS = [
  { name: '1970 at boot', wrong: () => [-now() / 1000 + 40], meets: 2 },
  { name: 'ten years ahead', wrong: () => [10 * YEAR_S], meets: 2 },
  { name: 'steps before contact', wrong: () => [0, 3 * YEAR_S, -now() / 1000 + 5, -7_200, 90], meets: 4 },
  { name: 'steps in contact', wrong: () => [-600, 86_400, -YEAR_S, 0, 30], meets: 0 },
  {
    name: 'killed and started with another clock',
    wrong: () => [-now() / 1000 + 9, 5 * YEAR_S],
    meets: 2,
    kills: true,
  },
] as const;

const now = (): number => Date.now();

interface Sent {
  readonly atMs: number;
  accepted: boolean;
}

export async function run({ rounds = SCENARIOS.length, seed, print, keep }: FaultOptions): Promise<Tally> {
  const tally = new Tally();
  const library = LIBRARIES.find((path) => existsSync(path));
  if (library === undefined) {
    print('skipped: there is no libfaketime here (apt-get install faketime)');
    return tally;
  }
  const dir = mkdtempSync(join(tmpdir(), 'tributary-clock-'));
  const named = process.env.TRIBUTARY_TEST_BROKERS?.split(',');
  const own = named ? null : await startKafka({ dir: join(dir, 'kafka'), onProgress: print });
  const brokers = named ?? [...own!.brokers];
  const random = new Random(seed);
  let through = false;
  try {
    for (let round = 0; round < rounds; round++) {
      const scenario = SCENARIOS[round % SCENARIOS.length]!;
      const name = `clock-${seed}-${round}-${random.between(0, 1e6)}`;
      const world = await World.open({ dir, name, brokers, library, print });
      const result = await world.live(scenario);
      tally.add(result);
      print(`round ${round} ${scenario.name}: ${resultText(result)}`);
      if (!isClean(result)) print(`round ${round} failed: seed ${seed}`);
    }
    through = true;
  } finally {
    await own?.stop();
    if (through && tally.clean && !keep) rmSync(dir, { recursive: true, force: true });
    else print(`files kept in ${dir}`);
  }
  return tally;
}

interface WorldOptions {
  readonly dir: string;
  readonly name: string;
  readonly brokers: readonly string[];
  readonly library: string;
  readonly print: (line: string) => void;
}

class World {
  readonly #options: WorldOptions;
  readonly #clockFile: string;
  readonly #hub: Victim;
  readonly #agent: Victim;
  readonly #httpUrl: string;
  readonly #sent: Record<(typeof TOPICS)[number], Sent[]> = { stamped: [], own: [] };

  private constructor(options: WorldOptions, [hubPort = 0, httpPort = 0]: readonly number[]) {
    const { dir, name, brokers, library } = options;
    this.#options = options;
    this.#clockFile = join(dir, `${name}.clock`);
    this.#httpUrl = `http://127.0.0.1:${httpPort}`;
    const write = (role: string, text: string): string => {
      const path = join(dir, `${name}.${role}.yaml`);
      writeFileSync(path, text);
      return path;
    };
    const hub = write(
      'hub',
      `kafka: { brokers: ${JSON.stringify(brokers)} }\nlisten: "127.0.0.1:${hubPort}"\n` +
        `ledger: { topic: ${name}-ledger, shards: 1 }\n`,
    );
    const agent = write(
      'agent',
      `edge: ${name}\nhub: { url: "http://127.0.0.1:${hubPort}" }\n` +
        `buffer: { path: ${join(dir, `${name}.db`)}, maxBytes: 64MiB }\n` +
        `sources:\n  - http: { listen: "127.0.0.1:${httpPort}", partitions: 1 }\nforward: { heartbeatMs: 1s }\n`,
    );
    const launcher = join(ROOT, 'bin/tributary.js');
    const clock = { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: this.#clockFile };
    const env = { ...clock, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' };
    this.#hub = new Victim('hub', [launcher, 'hub', '--config', hub], join(dir, `${name}.hub.log`));
    this.#agent = new Victim('agent', [launcher, 'agent', '--config', agent], join(dir, `${name}.agent.log`), env);
  }

  static async open(options: WorldOptions): Promise<World> {
    return new World(options, await freePorts(2));
  }

  async live({ wrong, meets, ...rest }: (typeof SCENARIOS)[number]): Promise<RoundResult> {
    const steps = wrong();
    try {
      if (meets === 0) await this.#hub.start();
      this.#set(steps[0]!);
      await this.#agent.start();
      for (const [i, step] of steps.entries()) {
        if (i > 0) {
          if ('kills' in rest) await this.#agent.kill9();
          this.#set(step);
          if ('kills' in rest) await this.#agent.start();
        }
        await this.#post();
      }
      if (!this.#hub.running) await this.#hub.start();
      await this.#post();
      return await this.#judge();
    } finally {
      await this.#agent.stop();
      await this.#hub.stop();
    }
  }

  #set(seconds: number): void {
    writeFileSync(this.#clockFile, `${seconds < 0 ? '-' : '+'}${Math.abs(Math.round(seconds))}\n`);
  }

  /** Records of both kinds, for about a second. */
  async #post(): Promise<void> {
    for (let i = 0; i < 20; i++) {
      for (const topic of TOPICS) {
        const all = this.#sent[topic];
        const sent: Sent = { atMs: now(), accepted: false };
        all.push(sent);
        const stamp = topic === 'own' ? `&timestamp=${sent.atMs}` : '';
        const answer = await request(`${this.#httpUrl}/topics/${topic}?partition=0${stamp}`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-ndjson' },
          body: `${all.length - 1}\n`,
          reset: true,
        });
        await answer.body.dump();
        sent.accepted = answer.statusCode >= 200 && answer.statusCode < 300;
      }
      await sleep(40);
    }
  }

  async #judge(): Promise<RoundResult> {
    const cluster = Cluster.open({ brokers: this.#options.brokers, clientId: 'fault-judge' });
    try {
      const sums = { accepted: 0, lost: 0, twice: 0, disorder: 0, unexplained: 0 };
      for (const topic of TOPICS) {
        const sent = this.#sent[topic];
        const landed = await this.#landed(cluster, `${this.#options.name}.${topic}`, sent.length);
        const seen = new Set<number>();
        let highest = -1;
        for (const { number, timestampMs } of landed) {
          if (seen.has(number)) sums.twice += 1;
          else if (number < highest) sums.disorder += 1;
          seen.add(number);
          highest = Math.max(highest, number);
          const offMs = timestampMs - (sent[number]?.atMs ?? 0);
          if (topic === 'own' ? offMs === 0 : Math.abs(offMs) <= TOLERANCE_MS) continue;
          sums.unexplained += 1;
          this.#options.print(`  ${topic} ${number} is off by ${offMs} ms`);
        }
        for (const [number, { accepted }] of sent.entries()) {
          if (accepted) sums.accepted += 1;
          if (accepted && !seen.has(number)) sums.lost += 1;
        }
      }
      return sums;
    } finally {
      await cluster.close();
    }
  }

  async #landed(cluster: Cluster, topic: string, count: number) {
    const deadline = performance.now() + DRAIN_WITHIN_MS;
    for (;;) {
      const landed: { number: number; timestampMs: number }[] = [];
      const known = (await cluster.metadata([topic])).topics.get(topic);
      if (known?.errorCode === 0) {
        await readCommitted(
          cluster,
          { topic, topicId: known.topicId, partition: 0 },
          {
            ...{ from: null, until: 'end', purpose: 'faults' },
            visit: (_header, batch) => {
              for (const { value, timestamp } of readRecords(batch, { maxRawBytes: 1e8 })) {
                landed.push({ number: Number(String(value)), timestampMs: timestamp });
              }
              return true;
            },
          },
        );
      }
      if (landed.length >= count || performance.now() > deadline) return landed;
      await sleep(200);
    }
  }
}
