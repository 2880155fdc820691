/**
 * Promises broken on purpose. The sources are copied, one line is changed, and the same rounds run on the copy: they must
 * turn red. A break that does not find its text fails loudly, so that it can't rot.
 */
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Break {
  readonly promise: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export type Breaks = Readonly<Record<string, Break>>;

/** Of agent and hub. */
export const BREAKS: Breaks = {
  ackBeforeCommit: {
    promise: 'durable before acknowledged',
    file: 'agent/seal/intake.ts',
    find: 'return this.#commits.capture(capture);',
    replace:
      'void this.#commits.capture(capture).catch(() => undefined); return { repeated: false, records: capture.records.length };',
  },
  deleteBeforeReceipt: {
    promise: 'deleted only on a receipt',
    file: 'agent/forward/pump.ts',
    find: 'let parcels = rows;',
    replace:
      'let parcels = rows; void this.#parts.outbox.settle(rows.map((row) => ({ streamId: row.stream.id, points: [{ next: row.last + 1, tip: row.tip }] })));',
  },
  ledgerOutside: {
    promise: 'records and ledger entry in one transaction',
    file: 'hub/write/transaction.ts',
    find: 'amendStaging(staging, verdict, input.leaderEpoch);',
    replace: 'await producer.commit(); amendStaging(staging, verdict, input.leaderEpoch);',
  },
};

/** Of pulls. */
export const PULL_BREAKS: Breaks = {
  positionsOutside: {
    promise: 'records and their position in one transaction',
    file: 'hub/pull/copy/group.ts',
    find: 'const end = await this.#writeEntries(changed);',
    replace: 'await producer.commit(); const end = await this.#writeEntries(changed);',
  },
  fenceSkipped: {
    promise: 'whoever had the shard is fenced',
    file: 'hub/ledger/tenure.ts',
    find: 'const transactionalId = transactionalIdOf(ledger, this.shard);',
    replace: 'const transactionalId = transactionalIdOf(`${ledger}-${process.pid}`, this.shard);',
  },
  positionsForgotten: {
    promise: 'a new owner goes on where the ledger says',
    file: 'hub/pull/copy/owner.ts',
    // Both that it begins there and that what is below is not written again (`Group`) come from this map.
    find: 'else this.#positions.set(change.id, change.value);',
    replace: 'else if (change.id === "") this.#positions.set(change.id, change.value);',
  },
  notFetchedAgain: {
    promise: 'what was not committed is fetched again',
    file: 'hub/pull/copy/partition.ts',
    find: 'this.fetchOffset = this.committed;',
    replace: 'this.committed = this.fetchOffset;',
  },
  abortedCopied: {
    promise: 'records of aborted transactions are not copied',
    file: 'hub/pull/copy/plan.ts',
    find: 'const dropped = this.#aborts?.drops(header, batch) ?? false;',
    replace: 'const dropped = (this.#aborts?.drops(header, batch) ?? false) && header.control;',
  },
};

const COPIED = ['agent', 'hub', 'shared', 'proto', 'bin', 'deploy', 'package.json', 'tsconfig.json'];

/** Copies the clone at `root` into `to` with the break applied; returns `to`. */
export function brokenCopy(root: string, to: string, breaks: Breaks, name: string): string {
  const chosen = breaks[name];
  if (!chosen) throw new Error(`unknown break ${name}; known are ${Object.keys(breaks).join(', ')}`);
  for (const entry of COPIED) cpSync(join(root, entry), join(to, entry), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(to, 'node_modules'));
  const path = join(to, chosen.file);
  const text = readFileSync(path, 'utf8');
  if (text.split(chosen.find).length !== 2)
    throw new Error(`break ${name}: its text is not there exactly once in ${chosen.file}`);
  writeFileSync(path, text.replace(chosen.find, chosen.replace));
  return to;
}
