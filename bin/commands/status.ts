/** `tributary status`: the fleet as a table. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { EdgeList, EdgeSummary, HubStatus } from '../../hub/fleet/schemas.ts';
import type { FlowList } from '../../hub/flows/index.ts';
import { EXIT } from '../exit.ts';
import { addHubOptions, HubClient, type HubOptions } from '../hubClient.ts';
import { ageText, sizeText, table } from '../lines.ts';
import { listText as flowsText, isTroubled } from './flows.ts';
import { showLocal } from './statusLocal.ts';

interface Options extends HubOptions {
  readonly local?: boolean;
  readonly config?: string;
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly every: number;
}

/** More edges than any fleet has; a hub that never ends its pages stops here. */
const MAX_PAGES = 1_000;

export function registerStatus(program: Command): void {
  addHubOptions(
    program
      .command('status')
      .description('show every edge: link, what was captured, delivered, buffered, what is missing'),
  )
    .option('--local', 'the agent on this machine instead of the hub: its buffer, its link and what becomes of them')
    .option('-c, --config <file>', "the agent's configuration, with --local", 'agent.yaml')
    .option('--watch', 'show it again and again')
    .option('--every <seconds>', 'seconds between, with --watch', Number, 2)
    .option('--json', 'print JSON; with --watch one line each time')
    .addHelpText(
      'after',
      `
CAPTURED = DELIVERED + BUFFERED + GAPS is one report of the agent, some seconds old. IN LEDGER is what the hub has written
into central Kafka by now, so it may be ahead of DELIVERED. BUFFER is the size of the buffer's file, OLDEST how long its
oldest record has been waiting, CONTACT when the hub heard of the agent. Below the table stands what is not well.

Exit codes: 0 every edge is well, 1 the hub can't be asked, 3 some edge is not well: offline, its link is stuck or refused
or waits for your word, an epoch is held, its numbers do not add up, or central Kafka has lost
records of it; or a flow of this hub is troubled ("tributary flows").

Examples:
  tributary status --watch
  tributary status --local --config agent.yaml
  TRIBUTARY_TOKEN=... tributary status --hub https://hub.example:8443 --json
`,
    )
    .action(async (options: Options) => {
      if (options.local) {
        process.exitCode = await showLocal(options.config ?? 'agent.yaml', options.json === true);
        return;
      }
      const client = new HubClient(options);
      try {
        process.exitCode = options.watch ? await watch(client, options) : await show(client, options);
      } finally {
        await client.close();
      }
    });
}

/** Null: this hub pulls nothing. */
async function fetchFlows(client: HubClient): Promise<FlowList | null> {
  const { flows } = await client.get<HubStatus>('/v1/hub');
  return flows === true ? client.get<FlowList>('/v1/flows') : null;
}

interface Look {
  readonly data: EdgeList & { readonly flows?: FlowList['flows'] };
  readonly text: string;
  readonly well: boolean;
}

async function look(client: HubClient): Promise<Look> {
  const [edges, flows] = await Promise.all([fetchAll(client), fetchFlows(client)]);
  const well = edges.edges.every((edge) => complaints(edge).length === 0);
  if (flows === null) return { data: edges, text: statusText(edges), well };
  const data = { ...edges, flows: flows.flows };
  return { data, text: `${statusText(edges)}\n\n${flowsText(flows)}`, well: well && !flows.flows.some(isTroubled) };
}

async function show(client: HubClient, { json }: Options): Promise<number> {
  const { data, text, well } = await look(client);
  process.stdout.write(json ? `${JSON.stringify(data, null, 2)}\n` : `${text}\n`);
  return well ? EXIT.ok : EXIT.found;
}

async function watch(client: HubClient, options: Options): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  while (!stop.signal.aborted) {
    const text = await look(client).then(
      ({ data, text: said }) => (options.json ? JSON.stringify(data) : `${client.url}, ${clockText(data)}\n\n${said}`),
      (error: Error) => (options.json ? JSON.stringify({ error: error.message }) : error.message),
    );
    if (process.stdout.isTTY && !options.json) process.stdout.write('\x1b[H\x1b[2J');
    process.stdout.write(`${text}\n`);
    await sleep(Math.max(0.2, options.every) * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  return EXIT.ok;
}

const clockText = ({ nowMs }: EdgeList): string => new Date(nowMs).toISOString();

async function fetchAll(client: HubClient): Promise<EdgeList> {
  const first = await client.get<EdgeList>('/v1/edges');
  const edges = [...first.edges];
  let next = first.next;
  for (let page = 1; next !== null && next !== undefined && page < MAX_PAGES; page++) {
    const more = await client.get<EdgeList>(`/v1/edges?after=${encodeURIComponent(next)}`);
    edges.push(...more.edges);
    next = more.next;
  }
  return { ...first, next: null, edges };
}

const HEADINGS = [
  'EDGE',
  'STATE',
  'LINK',
  'CAPTURED',
  'DELIVERED',
  'BUFFERED',
  'GAPS',
  'IN LEDGER',
  'BUFFER',
  'OLDEST',
  'CONTACT',
  'FORKS',
];

/**
 * The table, and a line for each edge that is not well. Captured to gaps are one report of the agent, so they add
 * up; what the ledger has is newer.
 */
export function statusText({ edges, nowMs }: EdgeList): string {
  if (edges.length === 0) return 'No edges yet: none has a token, and none was heard of.';
  const rows = edges.map((edge) => [
    edge.edge,
    edge.state,
    edge.linkState,
    edge.captured,
    edge.agentDelivered,
    edge.buffered,
    edge.gaps ?? edge.hubGaps,
    edge.delivered,
    sizeText(edge.bufferBytes),
    ageText(edge.buffered === 0 ? null : edge.oldestAgeMs),
    edge.lastContactMs === null ? null : `${ageText(nowMs - edge.lastContactMs)} ago`,
    edge.forks,
  ]);
  const lines = edges.flatMap((edge) => [...complaints(edge), ...notes(edge)].map((text) => `${edge.edge}: ${text}`));
  return [table(HEADINGS, rows), ...(lines.length > 0 ? ['', ...lines] : [])].join('\n');
}

/** An agent that is in contact and all the same does not get its records across. */
const BAD_LINKS = ['stuck', 'refused', 'failed'];
const WAITS_FOR_WORD: Readonly<Record<string, string>> = {
  wrongHub: 'its buffer belongs to another hub than this one',
  hubBehind: "this hub's ledger has lost what it had confirmed to it",
};

/** What is not well with an edge, each a clause. */
export function complaints({ state, linkState, heldEpochs, unaccounted, incidents, edge }: EdgeSummary): string[] {
  const found: string[] = [];
  if (state === 'offline') found.push('offline');
  if (linkState !== null && Object.hasOwn(WAITS_FOR_WORD, linkState)) {
    const look = 'on its machine: "tributary link show --config agent.yaml"';
    found.push(`its link is "${linkState}", it waits for your word: ${WAITS_FOR_WORD[linkState]}; ${look}`);
  } else if (linkState !== null && BAD_LINKS.includes(linkState)) found.push(`its link is "${linkState}"`);
  if (heldEpochs > 0) {
    const what = heldEpochs === 1 ? 'an epoch waits' : `${heldEpochs} epochs wait`;
    found.push(`${what} for your word; see "tributary edge show ${edge}", then "tributary edge accept" or "reject"`);
  }
  if (incidents > 0) {
    const what = incidents === 1 ? 'a stream' : `${incidents} streams`;
    found.push(
      `central Kafka has lost delivered records of ${what}; see "tributary edge show ${edge}", and replay them`,
    );
  }
  if (unaccounted !== null && unaccounted !== 0) {
    found.push(`${unaccounted} records are neither delivered, buffered nor a known gap`);
  }
  return found;
}

/** What is accounted for and still wants a look. */
function notes({ deadLettered }: EdgeSummary): string[] {
  if (deadLettered === 0) return [];
  const what = deadLettered === 1 ? '1 of its delivered records is' : `${deadLettered} of its delivered records are`;
  return [`${what} in the dead-letter topic, as its target does not take them`];
}
