/** Puts pulls together: a process of its own, or beside a hub. */
import { hostname } from 'node:os';
import { systemClock } from '../shared/clock.ts';
import type { ListenAddress } from '../shared/config/address.ts';
import { isCode } from '../shared/errors.ts';
import type { Check } from '../shared/telemetry/checks.ts';
import { defineEvent } from '../shared/telemetry/event.ts';
import { TelemetryServer } from '../shared/telemetry/server.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';
import { version } from '../shared/version.ts';
import { flowsPage } from './dashboard/index.ts';
import { ApiError } from './fleet/index.ts';
import { type FlowsParts, flowRoutes } from './flows/index.ts';
import type { PullSettings } from './pull/config/index.ts';
import { besideLedger, factsOf, Operations, PullRun, type PullRunOptions, planText } from './pull/run/index.ts';
import { OperatorServer, type OperatorServerSettings, operatorApi } from './receive/index.ts';

export interface PullProcess {
  readonly settings: PullSettings;
  /** Null: the host's name. */
  readonly name: string | null;
  /** Where metrics and readiness are shown; null: nowhere. */
  readonly listen: ListenAddress | null;
  /** Where operators are served; null: nowhere. */
  readonly api?: PullApi | null;
  readonly ledgerTopic?: string | undefined;
  /** Only flows into these clusters; none: into all. */
  readonly targets?: readonly string[];
}

export interface PullApi extends OperatorServerSettings {
  /** Nobody has asked for this address: where it is taken, the flows run without. */
  readonly byDefault?: boolean;
}

export interface RunningPull {
  close(): Promise<void>;
  reload(): Promise<void>;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly run: PullRun;
  /** Rejects when another process with the same ledger has other flows: `configInvalid`. Never resolves. */
  readonly ended: Promise<void>;
}

const DESCRIPTION =
  'Pull flows: what is copied from where to where, how far it is, and the operations on it. Any process of those that share the work can be asked.';

const noApi = defineEvent<{ readonly reason: string }>({
  name: 'pull_api_not_served',
  log: {
    level: 'warn',
    says: ({ reason }) =>
      `the API is not served by this process: ${reason}; name another address with --listen, or "off"`,
  },
});

/** Up at once; what is copied when, the API and the log say. @throws TributaryError `configInvalid` */
export async function runPull(process: PullProcess, telemetry: Telemetry): Promise<RunningPull> {
  const { settings, listen, ledgerTopic, targets } = process;
  const pulls = openPulls({ settings, instance: process.name ?? hostname(), telemetry, ledgerTopic, targets });
  let api: OperatorServer | null = null;
  try {
    api = process.api ? await openApi(process.api, pulls, telemetry) : null;
    pulls.servedAt(api?.url ?? null);
    const { checks } = pulls;
    const pages = listen
      ? await TelemetryServer.open({ listen, telemetry, checks, pages: { '/flows': () => pulls.run.flows() } })
      : null;
    const served = api;
    // Nobody hears that it is ready where it must end.
    await pulls.run.judged();
    return {
      run: pulls.run,
      ended: pulls.run.refused,
      facts: { flows: settings.flows.length, url: served?.url ?? null, telemetry: pages?.address ?? null },
      reload: async () => served?.reload(),
      close: async () => {
        await served?.close();
        await pulls.run.close();
        await pages?.close();
      },
    };
  } catch (error) {
    await api?.close();
    await pulls.run.close();
    throw error;
  }
}

async function openApi(
  { byDefault, ...settings }: PullApi,
  pulls: Pulls,
  telemetry: Telemetry,
): Promise<OperatorServer | null> {
  const operators = operatorApi({
    title: 'Tributary pull API',
    description: DESCRIPTION,
    version: version(),
    routes: [pulls.routes],
  });
  try {
    return await OperatorServer.open(settings, { operators, everybody: flowsPage, telemetry });
  } catch (error) {
    if (!byDefault || !isCode(error, 'configInvalid')) throw error;
    telemetry.emit(noApi, { reason: error.reason });
    return null;
  }
}

export interface Pulls {
  readonly run: PullRun;
  /** To be registered behind the operators' door. */
  readonly routes: ReturnType<typeof flowRoutes>;
  readonly checks: Check[];
  /** Where others may ask this process; null: nowhere. */
  servedAt(url: string | null): void;
}

/** Flows run from now on; whoever opens them shows the routes and closes the run. @throws TributaryError `configInvalid` */
export function openPulls(options: PullRunOptions): Pulls {
  const run = PullRun.open(options);
  const parts: FlowsParts = {
    version: version(),
    process: options.instance,
    flows: () => factsOf(run),
    operations: new Operations(run),
  };
  return {
    run,
    routes: flowRoutes(parts, systemClock, ApiError),
    checks: run.checks(),
    servedAt: (url) => {
      run.reports.url = url;
    },
  };
}

/** Topics beside a pull ledger. */
export const besideOf = (ledgerTopic: string): string[] => besideLedger(ledgerTopic);

/** What the flows would make or change on their targets now; nothing is changed. */
export const planPull = (settings: PullSettings): Promise<string> => planText(settings);
