/** `tributary edge`: one edge, and the operator's word about its held epochs. */
import type { Command } from 'commander';
import type { EdgeStatus } from '../../hub/fleet/schemas.ts';
import { isEdgeId, isEpoch } from '../../shared/identity.ts';
import { addHubOptions, HubClient, type HubOptions } from '../hubClient.ts';
import { ageText, table } from '../lines.ts';

type Options = HubOptions & { readonly json?: boolean };

const WHY = `
An epoch is held when nobody can say whether its records were delivered before: a blank replacement of a known edge, or
an image so old that its history is gone. "accept" takes its records from now on; "reject" never does.
`;

export function registerEdge(program: Command): void {
  const edge = program.command('edge').description('look at one edge, and decide about its held epochs');
  addHubOptions(edge.command('show <edge>').description('epochs, forks and streams of an edge'))
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  tributary edge show store-217\n')
    .action(async (name: string, options: Options, command: Command) => {
      checkName(name, command);
      await withClient(options, async (client) => {
        const status = await client.get<EdgeStatus>(`/v1/edges/${name}`);
        print(options, status, edgeText(status));
      });
    });
  for (const decision of ['accept', 'reject'] as const) {
    addHubOptions(edge.command(`${decision} <edge> <epoch>`).description(`${decision} a held epoch`))
      .option('--json', 'print JSON')
      .addHelpText('after', `${WHY}\nExample:\n  tributary edge ${decision} store-217 5f0c9d3a7b1e4c2d8a6f9b01\n`)
      .action(async (name: string, epoch: string, options: Options, command: Command) => {
        checkName(name, command);
        if (!isEpoch(epoch)) command.error(`error: "${epoch}" is not an epoch: 24 hex digits`);
        await withClient(options, async (client) => {
          const path = `/v1/edges/${name}/epochs/${epoch}`;
          const decided = await client.post<{ state: string; reason: string }>(path, { decision });
          print(
            options,
            decided,
            `epoch ${epoch} of ${name} is ${decided.state}${decided.reason ? `: ${decided.reason}` : ''}`,
          );
        });
      });
  }
}

function checkName(name: string, command: Command): void {
  if (!isEdgeId(name)) command.error(`error: "${name}" is not an edge name: lower-case letters, digits and "-"`);
}

async function withClient(options: Options, act: (client: HubClient) => Promise<void>): Promise<void> {
  const client = new HubClient(options);
  try {
    await act(client);
  } finally {
    await client.close();
  }
}

function print({ json }: Options, data: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(data, null, 2)}\n` : `${text}\n`);
}

type Incident = NonNullable<EdgeStatus['places'][number]['streams'][number]['incident']>;

const LOST_HOW = {
  deleted: 'was deleted',
  replaced: 'was deleted and made again',
  truncated: 'has lost the end of its log',
} as const;

function incidentText({ cause, topic, partition, lostFrom, next, atMs }: Incident, nowMs: number): string {
  const where = `${topic}/${partition} ${LOST_HOW[cause]}, seen ${ageText(nowMs - atMs)} ago`;
  const what = `delivered records below ${next} are gone${lostFrom > 0 ? `, those from offset ${lostFrom} on` : ''}`;
  return `${where}: ${what}. Replay them; "tributary verify" says which are missing`;
}

function edgeText(status: EdgeStatus): string {
  const { edge, state, nowMs, lastContactMs, epochs, places, placesLeftOut, forks } = status;
  const contact = lastContactMs === null ? 'not heard of' : `heard of ${ageText(nowMs - lastContactMs)} ago`;
  const parts = [`${edge}: ${state}, ${contact}`];
  const epochRows = epochs.map((epoch) => [
    epoch.epoch,
    epoch.state,
    `${ageText(nowMs - epoch.sinceMs)} ago`,
    epoch.reason,
  ]);
  if (epochRows.length > 0) parts.push(table(['EPOCH', 'STATE', 'SINCE', 'REASON'], epochRows));
  const rows = places.flatMap(({ topic, partition, lane, captured, buffered, streams }) =>
    streams.map((stream) => [
      `${topic}/${partition}${lane === 'main' ? '' : `/${lane}`}`,
      `${stream.target.topic}/${stream.target.partition}`,
      stream.state,
      stream.next,
      stream.delivered,
      stream.deadLettered,
      stream.gapped,
      captured,
      buffered,
    ]),
  );
  const headings = ['SOURCE', 'TARGET', 'STREAM', 'NEXT', 'DELIVERED', 'DEAD LETTERS', 'GAPS', 'CAPTURED', 'BUFFERED'];
  parts.push(rows.length > 0 ? table(headings, rows) : 'The ledger has no stream of this edge yet.');
  if (placesLeftOut > 0) parts.push(`... and ${placesLeftOut} more places (--json has what the hub sent)`);
  for (const { topic, partition, streams } of places) {
    for (const { epoch, incident } of streams) {
      if (incident) parts.push(`${topic}/${partition}, epoch ${epoch}: ${incidentText(incident, nowMs)}`);
    }
  }
  for (const fork of forks) {
    parts.push(
      `fork ${ageText(nowMs - fork.atMs)} ago: ${fork.topic}/${fork.partition}, epoch ${fork.epoch}: ${fork.cause}`,
    );
  }
  return parts.join('\n\n');
}
