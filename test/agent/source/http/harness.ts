/** An HTTP source on a free port, over an intake in memory. */
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { HttpSource } from '../../../../agent/source/http/httpSource.ts';
import type { HttpSourceOptions } from '../../../../agent/source/http/options.ts';
import type { Intake } from '../../../../agent/stages.ts';
import { MemoryIntake } from '../memoryIntake.ts';
import { Recorder } from '../recorder.ts';

export const NOW_MS = 1_700_000_000_000;

export async function openSource(options: Partial<HttpSourceOptions> = {}, given?: Intake) {
  const memory = new MemoryIntake();
  const telemetry = new Recorder();
  const clock = { now: () => NOW_MS, monotonicMs: () => performance.now() };
  const source = new HttpSource({ listen: { host: '127.0.0.1', port: 0 }, ...options }, { telemetry, clock });
  await source.open(given ?? memory);
  onTestFinished(() => source.close());
  const url = `http://127.0.0.1:${source.port}`;
  return { source, intake: memory, telemetry, url, post: poster(url) };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

type Body = Exclude<NonNullable<Parameters<typeof fetch>[1]>['body'], undefined>;

const poster =
  (url: string) =>
  async (
    path: string,
    body: Body | null = null,
    headers: Record<string, string> = {},
    method = 'POST',
  ): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, { method, body, headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
  };

/** A connection for requests that no client library would send. */
export async function rawConnection(
  url: string,
): Promise<{ socket: Socket; received: () => string; closed: () => boolean }> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  let text = '';
  let closed = false;
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
  });
  onTestFinished(() => {
    socket.destroy();
  });
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return { socket, received: () => text, closed: () => closed };
}
