/**
 * `npm run differential [-- --policies default,separator,identity] [--keep]`: the real MirrorMaker 2 and `tributary pull`, each with the same
 * file, from one source cluster into a target cluster of its own; then everything that they made is compared. Prints what was
 * compared, what differs because we chose it to (`difference.ts` has the reasons), and what differs otherwise.
 * Exit code: 0 only chosen differences, 1 others, 2 bad usage.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startKafka } from '../../deploy/dev/kafka/launch.ts';
import { Cluster } from '../../shared/kafka/index.ts';
import { nothingCompared } from './compare.ts';
import { POLICIES, policyNamed } from './policies.ts';
import { report } from './report.ts';
import { runPolicy } from './round.ts';
import { fillSource } from './source.ts';

const BROKER = {
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:ANONYMOUS',
};
/** The source is compacted at once, the targets never: what is compared is what was copied. */
const SOURCE = { ...BROKER, 'log.cleaner.backoff.ms': '100' };
const TARGET = { ...BROKER, 'log.cleaner.min.compaction.lag.ms': '86400000' };

const { values } = parseArgs({ options: { policies: { type: 'string' }, keep: { type: 'boolean' } } });
const names = values.policies?.split(',') ?? POLICIES;
const unknown = names.find((name) => !POLICIES.includes(name));
if (unknown !== undefined) {
  process.stderr.write(`no policy is called ${unknown}: ${POLICIES.join(', ')}\n`);
  process.exit(2);
}

async function main(): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'tributary-differential-'));
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const start = (name: string, properties: Record<string, string>) => startKafka({ dir: join(dir, name), properties });
  const kafkas = [await start('source', SOURCE), await start('mm2', TARGET), await start('ours', TARGET)];
  const [source, mm2, ours] = kafkas.map(({ brokers }) => Cluster.open({ brokers, clientId: 'differential' }));
  const compared = nothingCompared();
  try {
    log('filling the source');
    await fillSource(source!);
    const parts = { source: source!, targets: { mm2: mm2!, ours: ours! }, dir, log };
    for (const name of names) await runPolicy(policyNamed(name), parts, compared);
  } finally {
    for (const cluster of [source, mm2, ours]) cluster?.close();
    await Promise.all(kafkas.map((kafka) => kafka.stop()));
    if (values.keep) log(`files are kept in ${dir}`);
    else rmSync(dir, { recursive: true, force: true });
  }
  const { text, faults } = report(compared);
  process.stdout.write(text);
  return faults === 0 ? 0 : 1;
}

process.exit(await main());
