/** An agent's buffer and forwarder beside a hub of the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach } from 'vitest';
import { BufferFile } from '../../../agent/buffer/index.ts';
import { Control } from '../../../agent/control/control.ts';
import { reportOf } from '../../../agent/control/report.ts';
import { Forwarder, type ForwarderOptions } from '../../../agent/forward/forwarder.ts';
import type { ForwarderSettings } from '../../../agent/forward/settings.ts';
import { SealingIntake, type SealingIntakeOptions } from '../../../agent/seal/index.ts';
import type { Captured } from '../../../agent/stages.ts';
import type { EdgeId } from '../../../shared/identity.ts';
import { MIB } from '../../../shared/limits.ts';
import { ProcessTelemetry } from '../../../shared/telemetry/telemetry.ts';
import { StandInHub } from './hub.ts';

export const EDGE = 'store-1' as EdgeId;

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});
export const onEnd = (clean: () => void | Promise<void>): number => cleanups.push(clean);

/** Polls until the condition holds; fails with what it last said. */
let debug = (): string => '';
export async function until(what: string, holds: () => boolean, deadlineMs = 50_000): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`never came true: ${what}; ${debug()}`);
    await sleep(3);
  }
}

export const QUICK: Partial<ForwarderSettings> = {
  lingerMs: 2,
  firstBackoffMs: 4,
  firstWaitMs: 4,
  maxBackoffMs: 20,
  slowRetryMs: 20,
  connectTimeoutMs: 2_000,
  answerTimeoutMs: 10_000,
  creditRetryMs: 20,
  closeGraceMs: 200,
};

export interface Line {
  readonly event: string;
  readonly message: string;
  readonly [fact: string]: unknown;
}

export interface Agent {
  readonly intake: SealingIntake;
  readonly forwarder: Forwarder;
  readonly control: Control;
  readonly telemetry: ProcessTelemetry;
  /** Log lines so far. */
  readonly lines: Line[];
  /** All that was captured is confirmed. */
  drained(): boolean;
  capture(topic: string, values: readonly string[], more?: Partial<Captured>): Promise<void>;
  metric(name: string, labels?: Record<string, string>): Promise<number>;
}

export async function newHub(): Promise<StandInHub> {
  const hub = await StandInHub.listen();
  onEnd(() => hub.close());
  return hub;
}

export interface AgentOptions {
  readonly url: string;
  readonly settings?: Partial<ForwarderSettings>;
  readonly seal?: SealingIntakeOptions['seal'];
  readonly orders?: SealingIntakeOptions['orders'];
  readonly random?: ForwarderOptions['random'];
  readonly budget?: ForwarderOptions['budget'];
  readonly path?: string;
  readonly heartbeatMs?: number;
  readonly wrap?: (outbox: SealingIntake) => ForwarderOptions['outbox'];
}

export function newAgent(options: AgentOptions): Agent {
  const lines: Line[] = [];
  const telemetry = new ProcessTelemetry({
    level: 'debug',
    destination: { write: (line) => lines.push(JSON.parse(line)) },
  });
  const file = BufferFile.open({ path: options.path ?? newBufferPath(), maxBytes: 256 * MIB, edge: EDGE });
  const intake = SealingIntake.open(file, {
    telemetry,
    bootId: 'boot',
    ...(options.seal ? { seal: options.seal } : {}),
    ...(options.orders ? { orders: options.orders } : {}),
  });
  const identity = { edge: EDGE, agentVersion: 'test', hub: { url: options.url, token: 'secret' }, telemetry };
  const control: Control = new Control({
    ...identity,
    timeoutMs: 2_000,
    heartbeatMs: options.heartbeatMs ?? 60_000,
    report: () => {
      const parts = { startedAtMs: 1, stats: intake.stats(), waits: forwarder.waits(), sources: [] };
      return reportOf({ ...parts, link: forwarder.state() });
    },
    onCredit: (term, bytes) => forwarder.credit(term, bytes),
  });
  const forwarder: Forwarder = new Forwarder({
    ...identity,
    bootId: 'boot',
    outbox: options.wrap?.(intake) ?? intake,
    lane: control,
    settings: { ...QUICK, ...options.settings },
    ...(options.random ? { random: options.random } : {}),
    ...(options.budget ? { budget: options.budget } : {}),
  });
  debug = () =>
    JSON.stringify({
      state: forwarder.state(),
      waits: [...forwarder.waits()],
      stats: intake.stats().places,
      lines: lines.slice(-8),
    });
  onEnd(async () => {
    await forwarder.close();
    await control.close();
    await intake.close();
  });
  return {
    intake,
    forwarder,
    control,
    telemetry,
    lines,
    drained: () => intake.stats().places.every(({ buffered }) => buffered === 0),
    async capture(topic, values, more) {
      await intake.capture({ records: values.map((value) => record(topic, value, more)) });
    },
    async metric(name, labels = {}) {
      const found = await telemetry.registry.getSingleMetric(name)?.get();
      const fits = (given: Record<string, unknown>) => Object.entries(labels).every(([k, v]) => given[k] === v);
      return found?.values.filter((value) => fits(value.labels)).reduce((sum, { value }) => sum + value, 0) ?? 0;
    },
  };
}

export function newBufferPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-forward-'));
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'buffer.db');
}

const record = (topic: string, value: string, more: Partial<Captured> = {}): Captured => ({
  ...{ topic, partition: 0, key: null, value: Buffer.from(value), headers: [], timestamp: 1_700_000_000_000 },
  ...{ stamp: 'source', source: 'test:1', ...more },
});

export const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);
