/** What the pull bench starts: `tributary pull` and the real MirrorMaker 2, each as its user does, with one file. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MirrorMaker, SCRIPT_FLAGS } from '../support/mirror/mirrorMaker.ts';
import { MeasuredProcess, type Usage, usageOf } from './measure.ts';

export interface Flow {
  readonly source: string;
  readonly target: string;
  readonly sourceBrokers: string;
  readonly targetBrokers: string;
  /** An expression. */
  readonly topics: string;
}

export interface System {
  /** Part of an alias, so letters only. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'ours' | 'mm2';
  readonly lines: (flow: Flow) => readonly string[];
}

export const EXACTLY_ONCE: System = {
  id: 'exactly',
  name: 'pull, exactly once',
  kind: 'ours',
  lines: () => [],
};
export const AT_LEAST_ONCE: System = {
  id: 'least',
  name: 'pull, at least once',
  kind: 'ours',
  lines: () => ['tributary.delivery = atLeastOnce'],
};
export const MM2_DEFAULT: System = { id: 'default', name: 'MirrorMaker 2, defaults', kind: 'mm2', lines: () => [] };

const tuned = (tasks: number) => (flow: Flow) => [
  `tasks.max = ${tasks}`,
  `${flow.target}.producer.batch.size = 524288`,
  `${flow.target}.producer.linger.ms = 50`,
  `${flow.target}.producer.buffer.memory = 134217728`,
  `${flow.source}.consumer.max.poll.records = 10000`,
  `${flow.source}.consumer.fetch.max.bytes = 52428800`,
  `${flow.source}.consumer.max.partition.fetch.bytes = 4194304`,
  `${flow.source}.consumer.fetch.min.bytes = 1`,
  `${flow.source}.consumer.receive.buffer.bytes = 1048576`,
];
export const MM2_TUNED: System = { id: 'tuned', name: 'MirrorMaker 2, 2 tasks, tuned', kind: 'mm2', lines: tuned(2) };
export const MM2_TASKS: System = { id: 'tasks', name: 'MirrorMaker 2, 4 tasks, tuned', kind: 'mm2', lines: tuned(4) };

const REPLICATED = ['offset-syncs.topic', 'checkpoints.topic', 'heartbeats.topic'];
/** Of Connect's workers. */
const STORED = ['offset.storage', 'config.storage', 'status.storage'];

/** One file for any number of flows; nothing goes the other way. */
export function fileOf(system: System, flows: readonly Flow[]): string {
  const clusters = new Map(
    flows.flatMap(({ source, target, sourceBrokers, targetBrokers }) => [
      [source, sourceBrokers],
      [target, targetBrokers],
    ]),
  );
  const aliases = [...clusters.keys()];
  const isFlow = (from: string, to: string): boolean => flows.some((f) => f.source === from && f.target === to);
  // By default MirrorMaker 2 runs something for every pair of clusters.
  const idle = aliases.flatMap((from) =>
    aliases.filter((to) => from !== to && !isFlow(from, to)).map((to) => `${from}->${to}`),
  );
  return [
    `clusters = ${aliases.join(', ')}`,
    ...[...clusters].map(([alias, brokers]) => `${alias}.bootstrap.servers = ${brokers}`),
    ...flows.flatMap(({ source, target, topics }) => [
      `${source}->${target}.enabled = true`,
      `${source}->${target}.topics = ${topics}`,
    ]),
    ...idle.map((pair) => `${pair}.emit.heartbeats.enabled = false`),
    'replication.factor = 1',
    'heartbeats.replication.enabled = false',
    ...[...REPLICATED, ...(system.kind === 'mm2' ? STORED : [])].map((name) => `${name}.replication.factor = 1`),
    ...new Set(flows.flatMap((flow) => system.lines(flow))),
    '',
  ].join('\n');
}

export interface Running {
  usage(): Usage;
  stop(): Promise<void>;
}

const BIN = fileURLToPath(new URL('../../bin/tributary.js', import.meta.url));

/** Starts it on a file of its own in `dir`. `execArgv`: for Node.js, to look into it. */
export async function start(
  system: System,
  dir: string,
  file: string,
  execArgv: readonly string[] = [],
): Promise<Running> {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, 'mm2.properties');
  writeFileSync(path, file);
  if (system.kind === 'mm2') {
    const mirror = await MirrorMaker.start(dir, path, SCRIPT_FLAGS);
    return {
      usage: () => {
        mirror.check();
        return usageOf(mirror.pid);
      },
      stop: () => mirror.stop(),
    };
  }
  const args = [...execArgv, BIN, 'pull', path, '--name', system.id, '--log', 'error'];
  const measured = MeasuredProcess.spawn(process.execPath, args);
  measured.child.stdout?.resume();
  return {
    usage: () => {
      if (measured.child.exitCode !== null) throw new Error(`tributary pull ended with ${measured.child.exitCode}`);
      return measured.usage();
    },
    stop: async () => void (await measured.stop()),
  };
}
