/**
 * Named places between two stages where a process may die. `TRIBUTARY_CRASH_AT=name` (or `name:3` for the third time)
 * makes the process kill itself there with SIGKILL, so that the fault tests can hit each row of ARCHITECTURE.md's
 * crash table. Without the variable a call costs one comparison.
 */
export const CRASH_POINTS = [
  'agent.source.read',
  'agent.buffer.written',
  'agent.buffer.committed',
  'agent.forward.sent',
  'agent.receipt.received',
  'agent.receipt.settled',
  'hub.receive.body',
  'hub.sequence.staged',
  'hub.write.produced',
  'hub.ledger.written',
  'hub.commit.sent',
  'hub.commit.done',
  'hub.receipt.sent',
  'shard.fenced',
  'shard.read',
  'shard.claimed',
  'pull.batch.read',
  'pull.batch.produced',
  'pull.ledger.written',
  'pull.commit.sent',
  'pull.commit.done',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

const [wanted, times] = (process.env.TRIBUTARY_CRASH_AT ?? '').split(':');
let left = Number(times ?? 1);

export function crashPoint(name: CrashPoint): void {
  if (name !== wanted) return;
  left -= 1;
  if (left <= 0) process.kill(process.pid, 'SIGKILL');
}
