/** Checkpoints and group offsets beside the real MirrorMaker 2's own task, for random syncs and commits. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CheckpointBook } from '../../../../hub/pull/offsets/book.ts';
import { checkpointsOf } from '../../../../hub/pull/offsets/checkpointRules.ts';
import { groupWrites } from '../../../../hub/pull/offsets/groupRules.ts';
import { OffsetSyncStore } from '../../../../hub/pull/offsets/syncStore.ts';
import { replicationPolicy } from '../../../../shared/names/index.ts';
import { type MirrorOracle, mirrorOracle, type NoOracle } from '../../../support/mirror/oracle.ts';

let oracle: MirrorOracle | NoOracle | undefined;
beforeAll(async () => {
  oracle = await mirrorOracle('MirrorOracle');
});
afterAll(() => {
  if (oracle && 'close' in oracle) oracle.close();
});

const policy = replicationPolicy({ kind: 'default' });
type Step = { readonly syncBy: number } | { readonly commitAt: number };

/** A source that goes on, sometimes back, and a group that reads anywhere in it. */
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 300 }).map((syncBy): Step => ({ syncBy })) },
    { weight: 1, arbitrary: fc.integer({ min: -200, max: 0 }).map((syncBy): Step => ({ syncBy })) },
    { weight: 6, arbitrary: fc.nat(20_000).map((commitAt): Step => ({ commitAt })) },
  ),
  { minLength: 40, maxLength: 150 },
);

function ours(moves: readonly Step[]): { question: string; answers: string } {
  const store = new OffsetSyncStore({ newestOnlyWhileLoading: false, maxPartitions: 10 });
  store.markLoaded();
  const book = new CheckpointBook(10);
  const rules = { policy, sourceAlias: 'source', targetAlias: 'target', acceptsTopic: () => true, translator: store };
  const fields = ['checkpoints'];
  const answers: string[] = [];
  let [upstream, downstream] = [0, 0];
  for (const step of moves) {
    if ('syncBy' in step) {
      upstream = Math.max(0, upstream + step.syncBy);
      downstream += Math.min(Math.max(step.syncBy, 1), 90);
      store.apply({ topic: 'topic', partition: 0, upstream, downstream });
      fields.push(`${upstream}:${downstream}`);
      continue;
    }
    const offset = { topic: 'topic', partition: 0, offset: step.commitAt % (upstream + 10), metadata: '' };
    const { emit } = checkpointsOf(rules, 'g', [offset], (topic, partition) => book.last('g', topic, partition));
    for (const checkpoint of emit) book.put(checkpoint);
    fields.push(`@${offset.offset}`);
    answers.push(String(emit[0]?.downstream ?? '-'));
  }
  return { question: fields.join('\t'), answers: answers.join(',') };
}

it('the same checkpoints are emitted and the same left out', async ({ skip }) => {
  if (!oracle || 'missing' in oracle) return skip(oracle?.missing);
  const cases = fc.sample(steps, { numRuns: 500, seed: 11 }).map(ours);
  const theirs = await oracle.ask(cases.map(({ question }) => question));
  const different = cases.flatMap((one, i) => (one.answers === theirs[i] ? [] : [{ ...one, theirs: theirs[i] }]));
  expect(different.slice(0, 2)).toEqual([]);
  expect(
    theirs
      .join(',')
      .split(',')
      .filter((answer) => answer !== '-').length,
    'emitted',
  ).toBeGreaterThan(1_000);
});

it('the same group offsets are written', async ({ skip }) => {
  if (!oracle || 'missing' in oracle) return skip(oracle?.missing);
  const there = ['new', 'none', 'null', '0', '50', '51', '52', '90'];
  const theirs = await oracle.ask(there.map((offset) => `groups\t${offset}\t51`));
  const checkpoint = { group: 'g', topic: 'source.topic', partition: 0, upstream: 0, downstream: 51, metadata: '' };
  const written = there.map((offset) => {
    const state = offset === 'new' ? ('absent' as const) : ('empty' as const);
    const committed = offset === 'null' ? -1 : Number(offset);
    const offsetOf = () => (Number.isNaN(committed) ? undefined : committed);
    return String(groupWrites([checkpoint], { state, offsetOf }).write[0]?.offset ?? '-');
  });
  expect(written).toEqual(theirs);
});
