/** `tributary link`: an agent and its hub, and the operator's word on a hub that is another one or has lost something. */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { LinkAnswer } from '../../agent/control/operator.ts';
import type { HubQuestion } from '../../agent/forward/word.ts';
import { AgentClient } from '../agentClient.ts';
import { EXIT } from '../exit.ts';
import { ageText, table } from '../lines.ts';

interface Options {
  readonly config: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

const WHERE = `
Run it where the agent runs, as the agent's user: it asks through the socket beside the buffer (<buffer.path>.sock).
`;

const EXITS = {
  show: "Exit codes: 0 nothing has to be decided, 1 the agent can't be asked, 3 it waits for your word.",
  'accept-hub':
    "Exit codes: 0 accepted and written down in the buffer, 1 the agent can't be asked or there is nothing to accept,\n" +
    '3 you have said no, or there was nobody to ask and no --yes: nothing was changed.',
  retry: "Exit codes: 0 it tries, 1 the agent can't be asked.",
} as const;

const WHAT = `
A buffer belongs to one hub: to a central Kafka cluster, its ledger topic and the number of shards. When the address
leads to another one, or the hub's ledger is behind what it had confirmed, the agent sends nothing and deletes nothing.
If that is a mistake, mend it (hub.url, the name behind it, the ledger): the agent goes on by itself. If the hub is right
as it is, accept it: what is still in the buffer is sent there, and what the buffer had deleted, on receipts that this
hub does not stand for, becomes a gap "lost" in its ledger. It can't be taken back.
`;

export function registerLink(program: Command): void {
  const link = program.command('link').description('an agent and its hub: how it stands, and your word on another hub');
  const command = (name: keyof typeof EXITS, says: string, more = ''): Command =>
    link
      .command(name)
      .description(says)
      .requiredOption('-c, --config <file>', "the agent's configuration")
      .option('--json', 'print JSON')
      .addHelpText(
        'after',
        `${more}${WHERE}\n${EXITS[name]}\n\nExample:\n  tributary link ${name} --config agent.yaml\n`,
      );
  command('show', 'the link, and what there is to decide', WHAT).action(async (options: Options) => {
    await withAgent(options, async (agent) => {
      const answer = await agent.ask<LinkAnswer>('GET', '/link');
      print(options, answer, linkText(answer, options.config));
      process.exitCode = answer.question === null ? EXIT.ok : EXIT.found;
    });
  });
  command('accept-hub', 'your word: this hub is right as it is', WHAT)
    .option('-y, --yes', 'do not ask')
    .action(async (options: Options) => withAgent(options, (agent) => acceptHub(agent, options)));
  command('retry', 'try again now, instead of in a minute').action(async (options: Options) => {
    await withAgent(options, async (agent) => {
      const answer = await agent.ask<LinkAnswer>('POST', '/link/retry');
      print(options, answer, `${answer.edge} tries again; "tributary link show" tells how it went`);
    });
  });
}

async function acceptHub(agent: AgentClient, options: Options): Promise<void> {
  const { edge, question } = await agent.ask<LinkAnswer>('GET', '/link');
  if (question === null) {
    process.exitCode = EXIT.failure;
    print(options, { edge, accepted: false }, `${edge} has nothing to accept: see "tributary link show".`);
    return;
  }
  if (!options.yes && !(await isSure(question))) {
    process.exitCode = EXIT.found;
    print(options, { edge, accepted: false, question }, 'Nothing was changed.');
    return;
  }
  const { met: hub, lost } = question;
  const accepted = await agent.ask<HubQuestion>('POST', '/link/accept', { hub, lost });
  const text = `accepted: ${accepted.kept} records go to hub ${hubName(hub)}, ${accepted.lost} become a gap "lost" there`;
  print(options, { edge, accepted: true, question: accepted }, text);
}

async function isSure(question: HubQuestion): Promise<boolean> {
  process.stderr.write(`${questionText(question)}\n\n`);
  if (!process.stdin.isTTY) {
    process.stderr.write('Say --yes to accept this hub.\n');
    return false;
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const said = await asking.question('Accept this hub? It can\'t be taken back. Type "yes": ');
  asking.close();
  return said.trim() === 'yes';
}

async function withAgent({ config: file }: Options, act: (agent: AgentClient) => Promise<void>): Promise<void> {
  const { agentOptions } = await import('../../agent/config.ts');
  const { loadConfig } = await import('../../shared/config/index.ts');
  const agent = new AgentClient(loadConfig(agentOptions, file).buffer.path);
  try {
    await act(agent);
  } finally {
    await agent.close();
  }
}

function print({ json }: Options, data: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(data, null, 2)}\n` : `${text}\n`);
}

const hubName = ({ clusterId, ledgerTopicId }: HubQuestion['met']): string => `${clusterId}/${ledgerTopicId}`;

function linkText({ edge, link, linkSinceMs, linkReason, hub, hubTerm, question }: LinkAnswer, config: string): string {
  // Both names stand in the table below.
  const reason =
    question?.kind === 'wrongHub' ? 'another hub answers than that of its buffer; nothing is sent' : linkReason;
  const state = `${edge}: link ${link} for ${ageText(Date.now() - linkSinceMs)}${reason ? `: ${reason}` : ''}`;
  if (question !== null) {
    const next = `If the hub that answers is right as it is: tributary link accept-hub --config ${config}`;
    return `${state}\n\n${questionText(question)}\n\n${next}`;
  }
  if (hub === null) return `${state}\n\nThe buffer belongs to no hub yet.`;
  return `${state}\n\n${table(HUB_HEADS, [hubRow('hub of the buffer', hub, hubTerm)])}`;
}

const HUB_HEADS = ['', 'CLUSTER', 'LEDGER', 'SHARDS', 'TERM'];
const hubRow = (name: string, hub: HubQuestion['known'], term: number) => [
  name,
  hub?.clusterId ?? null,
  hub?.ledgerTopicId ?? null,
  hub?.shards ?? null,
  term,
];

/** Places named in a text; --json has all. */
const MAX_PLACES = 20;

function questionText({ known, knownTerm, met, metTerm, stakes, lost, kept }: HubQuestion): string {
  const hubs = table(HUB_HEADS, [
    hubRow('hub of the buffer', known, knownTerm),
    hubRow('hub that answers', met, metTerm),
  ]);
  if (stakes === null) return `${hubs}\n\nThe hub has not said yet where it stands: look again in a moment.`;
  const touched = stakes.filter((stake) => stake.lost > 0 || stake.kept > 0);
  const rows = touched
    .slice(0, MAX_PLACES)
    .map((stake) => [`${stake.topic}/${stake.partition}`, stake.kept, stake.lost]);
  const more =
    touched.length > MAX_PLACES ? [`... and ${touched.length - MAX_PLACES} more (--json)`, null, null] : null;
  const places = table(['SOURCE', 'BUFFERED', 'LOST'], [...rows, ...(more ? [more] : []), ['all', kept, lost]]);
  return `${hubs}\n\n${places}`;
}
