/**
 * The life of a role's process: starting -> ready -> stopping -> exit. A signal drains and exits 0; a second one, or a
 * drain that takes too long, ends it at once with 1. Both are safe: what was acknowledged is on disk or in Kafka.
 */
import { reasonOf, TributaryError } from '../shared/errors.ts';
import { defineEvent, type Level } from '../shared/telemetry/event.ts';
import { ProcessTelemetry, type Telemetry } from '../shared/telemetry/telemetry.ts';
import { version } from '../shared/version.ts';
import { EXIT } from './exit.ts';

export interface RoleFacts {
  readonly role: 'agent' | 'hub' | 'pull';
  readonly edge?: string;
  readonly listen?: string;
}

/** A role that is up. */
export interface Running {
  /** Takes no more, finishes what is under way, lets go of everything. */
  close(): Promise<void>;
  /** SIGHUP: reads again what may change while it runs. Absent: the signal ends the process, as usual. */
  reload?(): Promise<void>;
  /** For the `ready` line: addresses where it listens, say. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Settles when the role ends by itself: rejects with the reason. */
  readonly ended?: Promise<void>;
}

/** Service managers wait about 90 s before they kill. */
const STOP_WITHIN_MS = 60_000;
/** A start that still waits for something gives up so long after a signal. */
const START_GIVES_UP_MS = 3_000;
/** In a terminal a Ctrl-C may arrive twice, directly and through the launcher: that counts as one. */
const SAME_SIGNAL_MS = 1_000;

const starting = defineEvent<{ version: string; node: string }>({
  name: 'starting',
  log: { level: 'info', says: ({ version: text }) => `starting tributary ${text}` },
});
const ready = defineEvent<{ afterMs: number }>({
  name: 'ready',
  log: { level: 'info', says: ({ afterMs }) => `ready after ${Math.round(afterMs)} ms` },
});
const stopping = defineEvent<{ signal: string }>({
  name: 'stopping',
  log: { level: 'info', says: ({ signal }) => `stopping after ${signal}` },
});
const stopped = defineEvent<{ afterMs: number }>({
  name: 'stopped',
  log: { level: 'info', says: ({ afterMs }) => `stopped cleanly after ${Math.round(afterMs)} ms` },
});
const reloadFailed = defineEvent<{ error: unknown }>({
  name: 'reload_failed',
  log: { level: 'error', says: ({ error }) => `reading again after SIGHUP: ${reasonOf(error)}; it goes on as before` },
});
const failed = defineEvent<{ error: unknown; during: string; code: string }>({
  name: 'failed',
  log: { level: 'error', says: ({ error, during }) => `${during}: ${reasonOf(error)}` },
});

/** Runs until a signal comes or the role ends by itself; ends the process. */
export async function runRole(
  facts: RoleFacts,
  level: Level,
  start: (telemetry: Telemetry) => Promise<Running>,
): Promise<void> {
  const telemetry = new ProcessTelemetry({ level, bindings: { ...facts } });
  const fail = (during: string, error: unknown): never => {
    const code = error instanceof TributaryError ? error.code : 'internal';
    telemetry.emit(failed, { error, during, code });
    process.exit(code === 'configInvalid' ? EXIT.badUsage : EXIT.failure);
  };
  process.on('uncaughtException', (error) => fail('an error that nobody expected', error));
  process.on('unhandledRejection', (error) => fail('an error that nobody expected', error));
  const signalled = firstSignal((signal) => fail('stopped without finishing', `a second ${signal}`));

  const since = performance.now();
  telemetry.emit(starting, { version: version(), node: process.version });
  const up = start(telemetry).catch((error: unknown) => fail('the start failed', error));
  const running = await Promise.race([up, signalled.then((signal) => giveUpStart(up, signal, telemetry))]);
  telemetry.emit(ready, { ...running.facts, afterMs: performance.now() - since });
  if (running.reload) {
    const reload = (): Promise<void> => running.reload!().catch((error) => telemetry.emit(reloadFailed, { error }));
    process.on('SIGHUP', () => void reload());
  }
  running.ended?.catch((error: unknown) => fail(`the ${facts.role} can't go on`, error));

  const signal = await signalled;
  telemetry.emit(stopping, { signal });
  const stopSince = performance.now();
  setTimeout(
    () => fail('stopped without finishing', `it took longer than ${STOP_WITHIN_MS} ms`),
    STOP_WITHIN_MS,
  ).unref();
  await running.close().catch((error: unknown) => fail('the stop failed', error));
  telemetry.emit(stopped, { afterMs: performance.now() - stopSince });
  process.exit(EXIT.ok);
}

/** Resolves with the first signal; calls `again` for one that comes later. */
function firstSignal(again: (signal: string) => void): Promise<string> {
  return new Promise((resolve) => {
    let firstMs: number | null = null;
    const hear = (signal: string): void => {
      const nowMs = performance.now();
      if (firstMs !== null && nowMs - firstMs > SAME_SIGNAL_MS) again(signal);
      firstMs ??= nowMs;
      resolve(signal);
    };
    for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => hear(signal));
  });
}

/** A signal during the start: what is up a moment later is closed in order, anything else just ends. */
async function giveUpStart(up: Promise<Running>, signal: string, telemetry: Telemetry): Promise<Running> {
  const timer = setTimeout(() => {
    telemetry.emit(stopping, { signal });
    process.exit(EXIT.ok);
  }, START_GIVES_UP_MS);
  const running = await up;
  clearTimeout(timer);
  return running;
}
