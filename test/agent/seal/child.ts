/**
 * An agent's heart in a process of its own, to be killed. Captures records numbered from what the file says on, with the
 * source position behind them, and writes `acked <next>` after each acknowledgement; settles half of what it can send.
 * Arguments: path, records a capture, captures (0: without end), and what else: nothing; `settle`; `fork:<n>` or
 * `quarantine:<n>`: after 40 captures what is behind the first row is moved, or gets new tips, in steps of three rows, and
 * behind the n-th commit that made rows or let them go it kills itself.
 */
import { writeSync } from 'node:fs';
import { BufferFile } from '../../../agent/buffer/index.ts';
import { SealingIntake } from '../../../agent/seal/index.ts';
import { TributaryError } from '../../../shared/errors.ts';
import type { EdgeId } from '../../../shared/identity.ts';
import { MIB } from '../../../shared/limits.ts';
import { ProcessTelemetry } from '../../../shared/telemetry/telemetry.ts';

const [path = '', size = '10', times = '0', what = ''] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);
const KEY = 'kafka:test:orders:0';

async function run(): Promise<void> {
  const file = BufferFile.open({ path, maxBytes: 256 * MIB, edge: 'store-1' as EdgeId });
  const telemetry = new ProcessTelemetry({ level: 'error' });
  const onFailed = ({ code }: TributaryError): void => say(`failed ${code}`);
  const intake = SealingIntake.open(file, { telemetry, onFailed, seal: { sealRecords: 50, moveRows: 3 } });
  say('open');
  // Holds the file until it is killed; a connection that nobody refers to would be collected and closed.
  if (size === '0') return void setInterval(() => intake.lineage(), 1_000);
  try {
    await captureAll(intake);
  } catch (error) {
    say(`error ${codeOf(error)} ${(error as Error).message}`);
    const calls = [
      () => intake.capture({ records: [] }),
      () => intake.settle([]),
      async () => intake.stats(),
      async () => intake.take({ after: 0, maxBytes: 1, maxParcels: 1 }),
    ];
    const again = await Promise.allSettled(calls.map((call) => call()));
    say(`again ${again.map((result) => (result.status === 'rejected' ? codeOf(result.reason) : 'done')).join(' ')}`);
  }
  await intake.close();
}

const codeOf = (error: unknown): string => (error instanceof TributaryError ? error.code : 'unknown');

async function captureAll(intake: SealingIntake): Promise<void> {
  let next = intake.positions(KEY)[0]?.position.nextOffset ?? 0;
  for (let i = 0; times === '0' || i < Number(times); i++) {
    const from = next;
    const records = Array.from({ length: Number(size) }, (_, j) => ({
      ...{ topic: 'orders', partition: 0, key: null, value: Buffer.from(`${from + j}`), headers: [] },
      ...{ timestamp: 1_700_000_000_000, stamp: 'source' as const, source: `test:${from + j}` },
    }));
    next += records.length;
    const position = { kind: 'kafka', topic: 'orders', partition: 0, nextOffset: next };
    await intake.capture({ records, positions: [{ key: KEY, position }] });
    say(`acked ${next}`);
    if (what === 'settle' && i % 3 === 0) await settleSome(intake);
    else if (i === 40 && what.includes(':')) await beginAndDie(intake, what);
  }
}

async function beginAndDie(intake: SealingIntake, how: string): Promise<void> {
  const [kind = '', commits = ''] = how.split(':');
  const [row] = intake.take({ after: 0, maxBytes: 1, maxParcels: 1 });
  const { stream, first, last } = row!;
  let left = Number(commits);
  intake.onRows(() => {
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  });
  if (kind === 'fork') await intake.fork(stream.id, [], 'fork');
  else await intake.quarantine(stream.id, first, last, 'no');
  say('begun');
}

async function settleSome(intake: SealingIntake): Promise<void> {
  const parcels = intake.take({ after: 0, maxBytes: 1_000_000, maxParcels: 20 });
  const middle = parcels[parcels.length >> 1];
  if (middle === undefined) return;
  const streamId = middle.stream.id;
  await intake.settle([{ streamId, points: [{ next: middle.last + 1, tip: middle.tip }] }]);
}

run().catch((error: unknown) => {
  say(`error ${codeOf(error)} ${(error as Error).message}`);
  process.exitCode = 1;
});
