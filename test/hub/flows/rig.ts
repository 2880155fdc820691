import { request } from 'undici';
import { onTestFinished } from 'vitest';
import { flowsPage } from '../../../hub/dashboard/index.ts';
import { ApiError } from '../../../hub/fleet/index.ts';
import { type FlowsParts, flowRoutes } from '../../../hub/flows/index.ts';
import { readPullYaml } from '../../../hub/pull/config/index.ts';
import { type ControlEntry, ruleOf } from '../../../hub/pull/control/index.ts';
import { judgeFlow } from '../../../hub/pull/run/addedFlow.ts';
import type { FlowFacts } from '../../../hub/pull/run/index.ts';
import { OperatorServer, operatorApi } from '../../../hub/receive/index.ts';
import { ConfigError } from '../../../shared/config/index.ts';
import { TributaryError } from '../../../shared/errors.ts';
import { rigTelemetry } from '../../support/rigTelemetry.ts';

export const FLOW = 'primary->backup';
const NOW = 1_800_000_000_000;
const clock = { now: () => NOW, monotonicMs: () => 100_000 };
const { clusters } = readPullYaml(
  'clusters: { primary: { brokers: ["a:1"] }, backup: { brokers: ["b:1"] } }\nflows: [{ source: primary, target: backup }]',
  { file: 'x' },
).settings;

const counts = {
  owned: 1,
  copying: 0,
  paused: 1,
  waiting: 0,
  stopped: 1,
  lagOffsets: 60,
  records: 40,
  bytes: 4_000,
  gaps: 1,
  trouble: 'orders was deleted and made again',
};
const report = (name: string, shards: number[], flow: typeof counts) => ({
  ...{
    v: 1 as const,
    kind: 'process' as const,
    name,
    target: 'backup',
    url: `http://${name}:8444`,
    startedAtMs: 1,
    atMs: 2,
    applied: 7,
  },
  ...{ shards, flows: { [FLOW]: flow } },
});
const partition = (number: number, shard: number, state: object) => ({
  ...{ topic: 'orders', partition: number, targetTopic: 'primary.orders', targetPartition: number, shard, state },
  ...{
    paused: number === 0,
    position: 40,
    highWatermark: 100,
    lagOffsets: 60,
    lagMs: 5_000.4,
    pendingBytes: 0,
    records: 40,
  },
  ...{ bytes: 4_000, batches: 4, abortedRecords: 0, deadLetteredRecords: 2, rebuiltBatches: { logAppendTime: 3 } },
  ...{ gaps: [{ cause: 'retention', from: 0, to: 10, atMs: 5 }], gapCount: 1, lostOffsets: 10 },
});

const stopped = { kind: 'stopped', reason: 'recreated', detail: 'orders was deleted and made again', sinceMs: 90_000 };
const waiting = { kind: 'waiting', reason: 'targetRefused', detail: 'too large', sinceMs: 99_000, retryAtMs: 100_750 };

function facts(): FlowFacts {
  const pause: ControlEntry = {
    v: 1,
    kind: 'pause',
    atMs: 1,
    by: null,
    scope: { flow: FLOW, topic: 'orders', partition: 0 },
  };
  return {
    ...{ flow: FLOW, source: 'primary', target: 'backup', origin: 'file', enabled: true, problem: null },
    rule: ruleOf(new Map([['pause', pause]]), FLOW),
    snapshot: {
      flow: FLOW,
      enabled: true,
      parts: { copy: { kind: 'open' }, topics: { kind: 'waiting', reason: 'no leader', retryAfterMs: 200.5 } },
      copy: {
        flow: { source: 'primary', target: 'backup' },
        pendingBytes: 0,
        partitions: [
          partition(0, 3, stopped),
          partition(1, 3, waiting),
          partition(8, 5, { kind: 'unowned' }),
          partition(16, 6, { kind: 'unowned' }),
        ],
      },
    } as unknown as NonNullable<FlowFacts['snapshot']>,
    unknownElsewhere: null,
    processes: [
      report('pull-1', [3], counts),
      report('pull-2', [5], { ...counts, stopped: 0, trouble: null as never }),
    ],
  };
}

export interface Rig {
  readonly url: string;
  readonly asked: unknown[];
  ask(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
}

export async function open(operatorTokensPath?: string): Promise<Rig> {
  const asked: unknown[] = [];
  const said = async (...what: unknown[]) => {
    asked.push(what);
    return { flow: FLOW, waitingFor: what[0] === 'restart' ? ['pull-2'] : [] };
  };
  const parts: FlowsParts = {
    version: '1.2.3',
    process: 'pull-1',
    flows: () => [facts()],
    operations: {
      slotOf: (flow) => {
        if (flow === FLOW) return null;
        throw new TributaryError({
          code: 'notFound',
          operation: 'find flow',
          subject: flow,
          reason: 'there is no such flow',
          hint: `There are: ${FLOW}.`,
          retry: 'final',
        });
      },
      add: async (config, by) => {
        const { mistakes } = judgeFlow(config, clusters);
        if (mistakes.length > 0) throw new ConfigError('the flow', mistakes);
        return said('add', config, by);
      },
      remove: async (flow, by) => {
        if (by === null)
          throw new TributaryError({
            code: 'conflict',
            operation: 'remove flow',
            subject: flow,
            reason: 'it is in the file',
            retry: 'final',
          });
        return said('remove', flow, by);
      },
      pause: (what) => said('pause', what),
      resume: (what, accept) => said('resume', what, accept),
      restart: (what) => said('restart', what),
      want: (...what) => said('want', ...what),
      limit: (...what) => said('limit', ...what),
    },
  };
  const telemetry = rigTelemetry('pull');
  const operators = operatorApi({
    title: 'T',
    description: 'D',
    version: '1.2.3',
    routes: [flowRoutes(parts, clock, ApiError)],
  });
  const settings = { listen: { host: '127.0.0.1', port: 0 }, operatorTokensPath };
  const server = await OperatorServer.open(settings, { operators, everybody: flowsPage, telemetry });
  onTestFinished(() => server.close());
  return {
    url: server.url,
    asked,
    ask: async (method, path, body, headers = {}) => {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
      const answer = await request(`${server.url}${path}`, { method, ...sent, headers: { ...json, ...headers } });
      const text = await answer.body.text();
      return {
        status: answer.statusCode,
        body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text },
      };
    },
  };
}
