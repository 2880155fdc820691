import { afterEach, expect, test, vi } from 'vitest';
import { Jobs } from '../../../shared/telemetry/jobs.ts';
import { ProcessTelemetry } from '../../../shared/telemetry/telemetry.ts';

const lines: string[] = [];
const telemetry = new ProcessTelemetry({ destination: { write: (line) => void lines.push(line) } });
const open: Jobs[] = [];
function jobs(): Jobs {
  const made = new Jobs(telemetry);
  open.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
  lines.length = 0;
});

const HOUR_MS = 3_600_000;

test('a job runs again and again, and its runs are counted', async () => {
  let runs = 0;
  const run = (): void => {
    runs += 1;
  };
  const job = jobs().start({ name: 'count_up', everyMs: 1, run });
  await vi.waitFor(() => expect(runs).toBeGreaterThanOrEqual(3));
  await vi.waitFor(() => expect(job.state()).toMatchObject({ name: 'count_up', failures: 0, lastError: null }));
  expect(job.state().lastDurationMs).toBeGreaterThanOrEqual(0);
});

test('two runs never overlap: who asks meanwhile waits for the same one', async () => {
  let inside = 0;
  let most = 0;
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const job = jobs().start({
    name: 'slow',
    everyMs: HOUR_MS,
    run: async () => {
      inside += 1;
      most = Math.max(most, inside);
      await gate;
      inside -= 1;
    },
  });
  const both = [job.runNow(), job.runNow()];
  expect(job.state().running).toBe(true);
  release();
  await Promise.all(both);
  expect([most, job.state().runs]).toEqual([1, 1]);
});

test('an error is shown, said once, and so is that it works again', async () => {
  let fails = true;
  const job = jobs().start({
    name: 'now_and_then',
    everyMs: HOUR_MS,
    run: () => {
      if (fails) throw new Error('no room');
    },
  });
  await job.runNow();
  await job.runNow();
  expect(job.state()).toMatchObject({ runs: 2, failures: 2, lastError: 'no room' });
  fails = false;
  await job.runNow();
  expect(job.state()).toMatchObject({ runs: 3, failures: 2, lastError: null });
  expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(['job_failed', 'job_recovered']);
  expect(await telemetry.registry.metrics()).toContain(
    'tributary_job_runs_total{job="now_and_then",outcome="failed"} 2',
  );
});

test('a job that takes too long is told to stop, and counts as failed even if it does not throw', async () => {
  const job = jobs().start({
    name: 'endless',
    everyMs: HOUR_MS,
    timeoutMs: 5,
    run: (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
  });
  await job.runNow();
  expect(job.state()).toMatchObject({ failures: 1, lastError: 'it has not ended after 5 ms' });
});

test('closing stops what runs and starts nothing more', async () => {
  const all = jobs();
  let aborted = false;
  const job = all.start({
    name: 'open_end',
    everyMs: 1,
    atOnce: true,
    run: (signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          aborted = true;
          resolve();
        }),
      ),
  });
  await vi.waitFor(() => expect(job.state().running).toBe(true));
  await all.close();
  expect(aborted).toBe(true);
  expect(all.snapshot()).toMatchObject([{ name: 'open_end', running: false }]);
});

test('two jobs of one name are a mistake of the programmer', () => {
  const all = jobs();
  all.start({ name: 'twin', everyMs: HOUR_MS, run: () => undefined });
  expect(() => all.start({ name: 'twin', everyMs: HOUR_MS, run: () => undefined })).toThrow('twin');
});
