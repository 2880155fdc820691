/**
 * `link`: how much of a link an agent uses: a backlog through the suite's TCP proxy (bandwidth in both directions, 150 ms
 * each way) into a hub and central Kafka, beside a plain upload of bytes through the same kind of proxy in the same run.
 * `use...` is ours (all bytes on the wire; nothing is sent twice there) over the link's rate, from a tenth to nine tenths of what
 * passed. `--cases 10M,100M,50k` (all), `--seconds` (30): how long the backlog keeps the link busy.
 * 50k: 50 kbit/s with the connection cut each 60 s, for `--slowSeconds` (150); the row is what was confirmed.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { type LinkRig, openLinkRig, TOPIC } from '../faults/linkRig.ts';
import { TcpProxy } from '../support/proxy.ts';
import { type BenchOptions, type BenchResult, type BenchRow, flagNumber } from './bench.ts';

const LATENCY_MS = 150;
const RECORD_BYTES = 4_096;
const WITHIN_MS = 600_000;
const CUT_EVERY_MS = 60_000;
const SLOW_BYTES_PER_SECOND = 6_250;

const CASES: Readonly<Record<string, { readonly bytesPerSecond: number; readonly ratio: string }>> = {
  '10M': { bytesPerSecond: 1_250_000, ratio: 'use10M300ms' },
  '100M': { bytesPerSecond: 12_500_000, ratio: 'use100M300ms' },
};

export async function run(options: BenchOptions): Promise<BenchResult> {
  const wanted = (options.flags.get('cases') ?? '10M,100M,50k').split(',');
  const seconds = flagNumber(options, 'seconds', 30);
  const dir = mkdtempSync(join(tmpdir(), 'tributary-link-'));
  const rows: BenchRow[] = [];
  const ratios: Record<string, number> = {};
  const rig = await openLinkRig(dir, '', options.log);
  try {
    for (const name of wanted) {
      const one = CASES[name];
      if (one === undefined) continue;
      const { bytesPerSecond, ratio } = one;
      const ours = await drain(rig, bytesPerSecond, seconds, options.log);
      const peer = await plain(bytesPerSecond, seconds);
      options.log(`${name}: ours ${Math.round(ours)}, a plain upload ${Math.round(peer)} bytes/s`);
      rows.push(row(`agent, ${name}bit/s, 300 ms`, ours), row(`plain upload, ${name}bit/s, 300 ms`, peer));
      ratios[ratio] = ours / bytesPerSecond;
      ratios[`${ratio}OverPlain`] = ours / peer;
    }
    if (wanted.includes('50k')) {
      const slow = await slowProgress(rig, flagNumber(options, 'slowSeconds', 150), options.log);
      rows.push(row('agent, 50 kbit/s, cut each 60 s: confirmed', slow));
      ratios.progress50kCut60s = slow / SLOW_BYTES_PER_SECOND;
    }
  } finally {
    await rig.close();
    rmSync(dir, { recursive: true, force: true });
  }
  const notes = ['bytes/s are those on the wire; of 50 kbit/s what confirmed records were in compressed batches'];
  return { rows, ratios, notes };
}

const row = (system: string, bytesPerSecond: number): BenchRow => ({
  ...{
    system,
    recordsPerSecond: Math.round(bytesPerSecond / RECORD_BYTES),
    bytesPerSecond: Math.round(bytesPerSecond),
  },
  ...{ cpuSeconds: 0, peakRssBytes: 0 },
});

/** Records that hardly compress. */
async function fill(rig: LinkRig, bytes: number): Promise<void> {
  const perRequest = 256;
  for (let sent = 0; sent < bytes; sent += perRequest * RECORD_BYTES) {
    const lines = Array.from({ length: perRequest }, () =>
      JSON.stringify(randomBytes((RECORD_BYTES * 3) / 4).toString('base64')),
    );
    const url = `${rig.httpUrl}/topics/${TOPIC}?partition=0`;
    const { statusCode, body } = await request(url, {
      ...{ method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: lines.join('\n') },
    });
    await body.dump();
    if (statusCode >= 300) throw new Error(`HTTP ${statusCode}`);
  }
}

async function drain(rig: LinkRig, bytesPerSecond: number, seconds: number, log: (line: string) => void) {
  const { proxy } = rig;
  proxy.down();
  // Base64 of random bytes is compressed to three quarters.
  await fill(rig, (bytesPerSecond * seconds * 4) / 3);
  const { captured } = await rig.status();
  proxy.set({ bytesPerSecond, latencyMs: LATENCY_MS });
  log(`${captured} records wait`);
  const before = proxy.toServerBytes;
  proxy.up();
  const seen: { readonly atMs: number; readonly bytes: number }[] = [];
  const deadline = performance.now() + WITHIN_MS;
  for (let asked = 0; ; ) {
    await sleep(20);
    const now = performance.now();
    seen.push({ atMs: now, bytes: proxy.toServerBytes - before });
    if (now - asked < 500) continue;
    asked = now;
    if ((await rig.status()).delivered >= captured) break;
    if (now > deadline) throw new Error('the backlog does not drain');
  }
  proxy.set({ bytesPerSecond: undefined, latencyMs: 0 });
  const total = seen.at(-1)!.bytes;
  const [first, last] = [0.1, 0.9].map((part) => seen.find(({ bytes }) => bytes >= part * total)!);
  return ((last!.bytes - first!.bytes) / (last!.atMs - first!.atMs)) * 1000;
}

/** A socket that is written to as fast as it takes. */
async function plain(bytesPerSecond: number, seconds: number): Promise<number> {
  const sink = createServer((socket) => socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
  const { port } = sink.address() as AddressInfo;
  const proxy = await TcpProxy.listen({ targetPort: port, bytesPerSecond, latencyMs: LATENCY_MS });
  const socket = connect({ host: '127.0.0.1', port: proxy.port, noDelay: true }).on('error', () => undefined);
  const chunk = randomBytes(64 * 1024);
  const pump = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('connect', pump).on('drain', pump);
  await sleep(2_000);
  const [bytes, at] = [proxy.toServerBytes, performance.now()];
  await sleep(Math.min(10, seconds) * 1000);
  const rate = ((proxy.toServerBytes - bytes) / (performance.now() - at)) * 1000;
  socket.destroy();
  await proxy.close();
  await new Promise((resolve) => sink.close(resolve));
  return rate;
}

/** Confirmed bytes a second, of batches that were sealed large while there was no link. */
async function slowProgress(rig: LinkRig, seconds: number, log: (line: string) => void): Promise<number> {
  const { proxy } = rig;
  proxy.down();
  await fill(rig, 4 * 1024 * 1024);
  const before = (await rig.status()).delivered;
  proxy.set({ bytesPerSecond: SLOW_BYTES_PER_SECOND, latencyMs: LATENCY_MS });
  proxy.up();
  const started = performance.now();
  while (performance.now() - started < seconds * 1000) {
    await sleep(Math.min(CUT_EVERY_MS, Math.max(0, started + seconds * 1000 - performance.now())));
    log(
      `${(await rig.status()).delivered - before} records confirmed after ${Math.round((performance.now() - started) / 1000)} s`,
    );
    proxy.cut();
  }
  const records = (await rig.status()).delivered - before;
  // Base64 is three quarters of it on the wire.
  return (records * RECORD_BYTES * 3) / 4 / ((performance.now() - started) / 1000);
}
