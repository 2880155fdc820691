/**
 * The lines that `tributary up` prints every few seconds: captured, buffered and delivered per edge. They come from the
 * agents' own status pages, so that they are there while the hub is away.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { DEMO_EDGES, type Ports } from './places.ts';

interface AgentStatus {
  readonly captured: number;
  readonly delivered: number;
  readonly buffered: number;
  readonly gaps: number;
  readonly bufferBytes: number;
  readonly link: string;
}

const ANSWER_WITHIN_MS = 1_000;
const FIRST_RECORD_POLL_MS = 100;

async function getJson<T>(url: string): Promise<T | null> {
  try {
    const answer = await request(url, { headersTimeout: ANSWER_WITHIN_MS, bodyTimeout: ANSWER_WITHIN_MS });
    if (answer.statusCode !== 200) {
      await answer.body.dump();
      return null;
    }
    return (await answer.body.json()) as T;
  } catch {
    return null;
  }
}

/** Resolves when the hub's ledger says that some record is delivered. */
export async function waitForFirstRecord(hubUrl: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await getJson<{ edges: { delivered: number }[] }>(`${hubUrl}/v1/edges`);
    if (answer?.edges.some(({ delivered }) => delivered > 0)) return;
    await sleep(FIRST_RECORD_POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

export async function* statusLines(ports: Ports, everyMs: number, signal: AbortSignal): AsyncGenerator<string[]> {
  while (!signal.aborted) {
    const lines = await Promise.all(
      DEMO_EDGES.map(async ({ edge }) =>
        line(edge, await getJson<AgentStatus>(`http://127.0.0.1:${ports.telemetry[edge]}/status`)),
      ),
    );
    yield [new Date().toISOString().slice(11, 19), ...lines];
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

function line(edge: string, status: AgentStatus | null): string {
  if (!status) return `  ${edge.padEnd(10)} is down`;
  const { captured, buffered, delivered, gaps, bufferBytes, link } = status;
  const number = (value: number): string => String(value).padStart(8);
  const kib = `${Math.ceil(bufferBytes / 1024)} KiB`.padStart(9);
  return `  ${edge.padEnd(10)} captured ${number(captured)}  buffered ${number(buffered)}  delivered ${number(delivered)}  gaps ${gaps}  buffer ${kib}  link ${link}`;
}
