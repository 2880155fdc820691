import { afterEach, describe, expect, test } from 'vitest';
import { type Check, Checks, progressCheck } from '../../../shared/telemetry/checks.ts';
import { LoopLag } from '../../../shared/telemetry/loopLag.ts';
import { TelemetryServer, type TelemetryServerOptions } from '../../../shared/telemetry/server.ts';
import { ProcessTelemetry } from '../../../shared/telemetry/telemetry.ts';

const open: TelemetryServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

function recording(): { telemetry: ProcessTelemetry; events: () => { event: string; check?: string }[] } {
  const lines: string[] = [];
  const telemetry = new ProcessTelemetry({ destination: { write: (line) => void lines.push(line) } });
  return { telemetry, events: () => lines.map((line) => JSON.parse(line) as { event: string }) };
}

async function serve(checks: Check[], more: Partial<TelemetryServerOptions> = {}): Promise<string> {
  const { telemetry } = recording();
  const listen = { host: '127.0.0.1', port: 0 };
  const server = await TelemetryServer.open({ listen, telemetry, checks, ...more });
  open.push(server);
  return `http://127.0.0.1:${server.address.port}`;
}

class HandClock {
  ms = 1_000_000;
  now(): number {
    return 1_700_000_000_000 + this.ms;
  }
  monotonicMs(): number {
    return this.ms;
  }
}

describe('pages', () => {
  test('/metrics has the process and the checks', async () => {
    const base = await serve([() => ({ name: 'link', ok: true })]);
    await fetch(`${base}/readyz`);
    const answer = await fetch(`${base}/metrics`);
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(text).toContain('process_resident_memory_bytes');
    expect(text).toContain('tributary_ready{check="link"} 1');
  });

  test('/healthz says that the process is alive', async () => {
    const answer = await fetch(`${await serve([() => ({ name: 'link', ok: false })])}/healthz`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ status: 'alive' });
  });

  test('/readyz lists each check, and fails with one of them', async () => {
    let ok = true;
    const base = await serve([
      () => ({ name: 'buffer', ok: true }),
      () => (ok ? { name: 'link', ok } : { name: 'link', ok, reason: 'the hub has not answered', since: 0 }),
    ]);
    const good = await fetch(`${base}/readyz`);
    expect([good.status, await good.json()]).toMatchObject([200, { status: 'ready' }]);
    ok = false;
    const bad = await fetch(`${base}/readyz`);
    expect([bad.status, await bad.json()]).toEqual([
      503,
      {
        status: 'not ready',
        checks: [
          { name: 'buffer', ok: true, since: expect.stringMatching(/^20/) },
          { name: 'link', ok: false, reason: 'the hub has not answered', since: '1970-01-01T00:00:00.000Z' },
        ],
      },
    ]);
  });

  test('a check that throws fails, it does not break the page', async () => {
    const base = await serve([
      function broken() {
        throw new Error('no such file');
      },
    ]);
    const answer = await fetch(`${base}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      checks: [{ name: 'broken', ok: false, reason: 'the check itself failed: no such file' }],
    });
  });

  test("the caller's own pages, unknown ones, and other methods", async () => {
    const base = await serve([], { pages: { '/status': () => ({ captured: 7 }) } });
    expect(await (await fetch(`${base}/status?x=1`)).json()).toEqual({ captured: 7 });
    expect((await fetch(`${base}/nothing`)).status).toBe(404);
    expect((await fetch(`${base}/toString`)).status).toBe(404);
    expect((await fetch(`${base}/metrics`, { method: 'POST' })).status).toBe(405);
    expect(await (await fetch(`${base}/metrics`, { method: 'HEAD' })).text()).toBe('');
  });

  test('an address that is taken is one clear error', async () => {
    const port = Number(new URL(await serve([])).port);
    await expect(serve([], { listen: { host: '127.0.0.1', port } })).rejects.toMatchObject({
      operation: 'open telemetry pages',
      subject: `127.0.0.1:${port}`,
      reason: expect.stringContaining('EADDRINUSE'),
    });
  });
});

test('a check that changes is said once, with how long it lasted', async () => {
  const clock = new HandClock();
  const { telemetry, events } = recording();
  let ok = true;
  const checks = new Checks([() => ({ name: 'link', ok, reason: 'no answer' })], telemetry, clock);
  await checks.look();
  ok = false;
  await checks.look();
  clock.ms += 5_000;
  const { checks: states } = await checks.look();
  expect(states[0]?.since).toBe(new Date(clock.now() - 5_000).toISOString());
  ok = true;
  await checks.look();
  await checks.look();
  expect(events()).toMatchObject([
    { event: 'check_failed', check: 'link' },
    { event: 'check_recovered', check: 'link', afterMs: 5_000 },
  ]);
});

test('a check that fails from the start is said once it has had its time', async () => {
  const clock = new HandClock();
  const { telemetry, events } = recording();
  let ok = false;
  const checks = new Checks(
    ['slow', 'dead'].map((name) => () => ({ name, ok: name === 'slow' && ok, reason: 'it was not read yet' })),
    telemetry,
    clock,
  );
  await checks.look();
  clock.ms += 5_000;
  ok = true;
  await checks.look();
  for (const ms of [4_000, 1_000, 5_000]) {
    clock.ms += ms;
    await checks.look();
  }
  expect(events()).toMatchObject([{ event: 'check_failed', check: 'dead', afterMs: 10_000 }]);
});

test('progress: a backlog that does not move is a failing check, an empty one never is', async () => {
  const clock = new HandClock();
  let backlog = 0;
  let moved = 0;
  const check = progressCheck({ name: 'link', backlog: () => backlog, moved: () => moved, afterMs: 30_000, clock });
  const after = async (ms: number): Promise<boolean> => {
    clock.ms += ms;
    return (await check()).ok;
  };
  expect(await after(100_000)).toBe(true);
  backlog = 5;
  expect(await after(100_000)).toBe(true);
  expect(await after(29_999)).toBe(true);
  expect(await after(1)).toBe(false);
  expect(await check()).toMatchObject({ reason: '5 wait and nothing has moved for 30 s', since: clock.now() - 30_000 });
  moved += 1;
  expect(await after(1)).toBe(true);
  expect(await after(29_999)).toBe(true);
  expect(await after(1)).toBe(false);
  backlog = 0;
  expect(await after(1)).toBe(true);
});

test('the event loop: one long pause is forgiven, a steady one is not', () => {
  const clock = new HandClock();
  const lag = new LoopLag(clock);
  const sample = (lateMs: number) => {
    clock.ms += 500 + lateMs;
    lag.sample();
  };
  for (let i = 0; i < 5; i++) sample(0);
  sample(20_000);
  expect(lag.typicalMs()).toBe(0);
  for (let i = 0; i < 11; i++) sample(3_000);
  expect(lag.typicalMs()).toBeGreaterThan(LoopLag.SANE_MS);
  lag.close();
});
