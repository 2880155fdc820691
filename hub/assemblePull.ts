/** Puts a process of pulls together. */
import { hostname } from 'node:os';
import { TelemetryServer } from '../shared/telemetry/server.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';
import type { PullSettings } from './pull/config/index.ts';
import { PullRun, planText } from './pull/run/index.ts';

export interface PullProcess {
  readonly settings: PullSettings;
  /** Null: the host's name. */
  readonly name: string | null;
  /** Null: no pages. */
  readonly listen: { readonly host: string; readonly port: number } | null;
}

export interface RunningPull {
  close(): Promise<void>;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Up at once; what is copied when, /flows and the log say. @throws TributaryError `configInvalid` */
export async function runPull(process: PullProcess, telemetry: Telemetry): Promise<RunningPull> {
  const { settings, listen } = process;
  const run = PullRun.open({ settings, instance: process.name ?? hostname(), telemetry });
  try {
    const pages = listen
      ? await TelemetryServer.open({ listen, telemetry, checks: run.checks(), pages: { '/flows': () => run.flows() } })
      : null;
    return {
      facts: { flows: settings.flows.length, telemetry: pages?.address ?? null },
      close: async () => {
        await run.close();
        await pages?.close();
      },
    };
  } catch (error) {
    await run.close();
    throw error;
  }
}

/** What the flows would make or change on their targets now; nothing is changed. */
export const planPull = (settings: PullSettings): Promise<string> => planText(settings);
