/** `tributary flows`: the pull flows of a hub or a `tributary pull`, and the operations on them. */
import type { Command } from 'commander';
import { parse } from 'yaml';
import type { Done, FlowList, FlowStatus, FlowSummary } from '../../hub/flows/index.ts';
import { parseSize, readText } from '../../shared/config/index.ts';
import { reasonOf, TributaryError } from '../../shared/errors.ts';
import { EXIT } from '../exit.ts';
import { addHubOptions, HubClient, type HubOptions } from '../hubClient.ts';
import { ageText, table } from '../lines.ts';

type Options = HubOptions & { readonly json?: boolean };

/** Where `tributary pull` serves operators, unless it is told otherwise. */
const PULL_URL = 'http://127.0.0.1:8444';

const HELP = `
Ask the hub, or any "tributary pull" of those that share the work: what is said to one is done by all. A flow is named
"source->target": quote it, ">" means something to the shell.

Exit codes of list and show: 0 all is well, 1 it can't be asked, 3 a flow is troubled.

Examples:
  tributary flows
  tributary flows show 'primary->backup'
  tributary flows pause 'primary->backup' orders 3
  tributary flows add flow.yaml
`;

export function registerFlows(program: Command): void {
  const flows = program
    .command('flows')
    .description('look at pull flows, and pause, resume, restart, add and remove them while others run')
    .addHelpText('after', HELP);
  sub(flows, 'list', 'a line for each flow', { isDefault: true }).action(async (options: Options) => {
    await asking(options, async (client) => {
      const list = await client.get<FlowList>('/v1/flows');
      print(options, list, listText(list));
      if (list.flows.some(isTroubled)) process.exitCode = EXIT.found;
    });
  });
  sub(flows, 'show <flow>', 'topics and partitions of a flow, with position, end, lag and trouble')
    .option('--topic <topic>', 'only this one')
    .action(async (flow: string, options: Options & { readonly topic?: string }) => {
      await asking(options, async (client) => {
        const query = options.topic === undefined ? '' : `&topic=${encodeURIComponent(options.topic)}`;
        const status = await client.get<FlowStatus>(`${pathOf(flow)}?limit=20000${query}`);
        print(options, status, statusText(status));
        if (isTroubled(status)) process.exitCode = EXIT.found;
      });
    });
  verbs(flows);
  sub(flows, 'add <file>', 'add a flow: YAML as under "flows:" of hub.yaml, of a flow alone').action(
    async (file: string, options: Options) => {
      const body = flowIn(file);
      await operation(options, 'added', (client) => client.post<Done>('/v1/flows', body));
    },
  );
  sub(flows, 'remove <flow>', 'remove a flow that was added; its positions stay').action(
    async (flow: string, options: Options) => {
      await operation(options, 'removed', (client) => client.send<Done>('DELETE', pathOf(flow)));
    },
  );
  limits(flows);
  sub(
    flows,
    'add-topic <flow> <topic>',
    "copy a topic of the source from now on, whatever the flow's lists say",
  ).action(async (flow: string, topic: string, options: Options) => {
    await operation(options, `${topic} added`, (client) => client.send<Done>('PUT', pathOf(flow, topic)));
  });
  sub(flows, 'remove-topic <flow> <topic>', "copy a topic no more, whatever the flow's lists say").action(
    async (flow: string, topic: string, options: Options) => {
      await operation(options, `${topic} removed`, (client) => client.send<Done>('DELETE', pathOf(flow, topic)));
    },
  );
}

interface Rates extends Options {
  readonly maxBytesPerSecond?: string;
  readonly maxRecordsPerSecond?: string;
}

function limits(flows: Command): void {
  sub(
    flows,
    'limit <flow> [topic]',
    'rates of a flow, or of a topic ("*": each by itself), from now on; without any: none',
  )
    .option('--max-bytes-per-second <size>', 'such as 10MiB, of all processes together')
    .option('--max-records-per-second <count>', 'of all processes together')
    .action(async (flow: string, topic: string | undefined, options: Rates, command: Command) => {
      const rate = { maxBytesPerSecond: bytesIn(options, command), maxRecordsPerSecond: recordsIn(options, command) };
      const some = rate.maxBytesPerSecond !== null || rate.maxRecordsPerSecond !== null;
      await operation(options, some ? 'limited' : 'not limited', async (client) => {
        const now = (await client.get<FlowStatus>(`${pathOf(flow)}?limit=1`)).limits ?? {};
        const body =
          topic === undefined ? { ...now, flow: rate } : { ...now, topics: { ...now.topics, [topic]: rate } };
        return client.send<Done>('PUT', `${pathOf(flow)}/limits`, body);
      });
    });
  sub(flows, 'unlimit <flow>', 'rates as the flow was written').action(async (flow: string, options: Options) => {
    await operation(options, 'limited as it was written', (client) =>
      client.send<Done>('DELETE', `${pathOf(flow)}/limits`),
    );
  });
}

function bytesIn({ maxBytesPerSecond: text }: Rates, command: Command): number | null {
  if (text === undefined) return null;
  const bytes = parseSize(text);
  if ('value' in bytes && bytes.value >= 1) return bytes.value;
  return command.error(`error: "${text}" is not a size such as 10MiB`);
}

function recordsIn({ maxRecordsPerSecond: text }: Rates, command: Command): number | null {
  if (text === undefined) return null;
  if (!/^[1-9]\d{0,12}$/.test(text)) return command.error(`error: "${text}" is not a number of records`);
  return Number(text);
}

const SAMPLES: Readonly<Record<string, string>> = {
  '<flow>': "'primary->backup'",
  '<topic>': 'orders',
  '[topic]': 'orders',
  '[partition]': '3',
  '<file>': 'flow.yaml',
};

function sub(flows: Command, usage: string, says: string, options: { isDefault?: boolean } = {}): Command {
  const example = usage.split(' ').map((word) => SAMPLES[word] ?? word);
  if (example[0] === 'limit') example.push('--max-bytes-per-second 10MiB');
  return addHubOptions(flows.command(usage, options).description(says), PULL_URL)
    .option('--json', 'print JSON')
    .addHelpText('after', `\nExample:\n  tributary flows ${example.join(' ')}\n`);
}

function verbs(flows: Command): void {
  const verb = (name: string, says: string): Command => sub(flows, `${name} <flow> [topic] [partition]`, says);
  verb('pause', 'fetch nothing more of it until somebody resumes it, over restarts too').action(
    async (flow: string, topic: string | undefined, partition: string | undefined, options: Options) => {
      await operation(options, 'paused', (client) =>
        client.post<Done>(`${pathOf(flow, topic, partition)}/pause`, undefined),
      );
    },
  );
  verb('resume', 'go on with it')
    .option(
      '--accept',
      'what partitions have stopped for (a topic made again, a target that lost records) is taken as it is',
    )
    .action(
      async (
        flow: string,
        topic: string | undefined,
        partition: string | undefined,
        options: Options & { readonly accept?: boolean },
      ) => {
        const body = { accept: options.accept ?? false };
        await operation(options, 'resumed', (client) =>
          client.post<Done>(`${pathOf(flow, topic, partition)}/resume`, body),
        );
      },
    );
  verb('restart', 'begin anew from what is committed').action(
    async (flow: string, topic: string | undefined, partition: string | undefined, options: Options) => {
      await operation(options, 'restarted', (client) =>
        client.post<Done>(`${pathOf(flow, topic, partition)}/restart`, undefined),
      );
    },
  );
}

function pathOf(flow: string, topic?: string, partition?: string): string {
  const parts = [encodeURIComponent(flow)];
  if (topic !== undefined) parts.push('topics', encodeURIComponent(topic));
  if (partition !== undefined) parts.push('partitions', encodeURIComponent(partition));
  return `/v1/flows/${parts.join('/')}`;
}

async function asking(options: Options, act: (client: HubClient) => Promise<void>): Promise<void> {
  const client = new HubClient(options, PULL_URL);
  try {
    await act(client);
  } finally {
    await client.close();
  }
}

async function operation(options: Options, what: string, act: (client: HubClient) => Promise<Done>): Promise<void> {
  await asking(options, async (client) => {
    const done = await act(client);
    const waits = done.done
      ? ''
      : `; it is written down, and ${done.waitingFor.join(', ')} did not say yet that it is done`;
    print(options, done, `${done.flow}: ${what}${waits}`);
  });
}

function print({ json }: Options, data: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(data, null, 2)}\n` : `${text}\n`);
}

/** A flow, or the one under `flows:`. */
function flowIn(file: string): unknown {
  try {
    const found: unknown = parse(readText(file, 'name a YAML file with one flow, as under "flows:" of hub.yaml'));
    if (typeof found !== 'object' || found === null || !('flows' in found)) return found;
    const { flows } = found;
    if (Array.isArray(flows) && flows.length === 1) return flows[0];
    throw new Error('it has not exactly one flow under flows:');
  } catch (error) {
    if (error instanceof TributaryError) throw error;
    throw new TributaryError({
      code: 'configInvalid',
      operation: 'read flow',
      subject: file,
      reason: reasonOf(error),
      retry: 'final',
      cause: error,
    });
  }
}

export const isTroubled = ({ state }: FlowSummary): boolean => state === 'troubled' || state === 'unable';

const LIST = ['FLOW', 'STATE', 'PARTITIONS', 'COPYING', 'PAUSED', 'WAITING', 'STOPPED', 'LAG', 'RECORDS', 'GAPS'];

/** A table, and a line for each flow that is not well. */
export function listText({ flows, processes }: FlowList): string {
  if (flows.length === 0) return 'No flows.';
  const rows = flows.map((one) => [
    one.flow,
    one.state,
    one.partitions,
    one.copying,
    one.paused,
    one.waiting,
    one.stopped,
    one.lagOffsets,
    one.records,
    one.gaps,
  ]);
  const troubles = flows.flatMap(({ flow, reason }) => (reason === null ? [] : [`${flow}: ${reason}`]));
  const names = [...new Set(processes.map(({ name }) => name))].join(', ');
  return [table(LIST, rows), '', `alive: ${names}`, ...troubles].join('\n');
}

const SHOW = ['TOPIC', 'PARTITION', 'STATE', 'TARGET', 'POSITION', 'END', 'LAG', 'GAPS', 'PROCESS'];

function statusText(status: FlowStatus): string {
  const { flow, state, origin, parts, topics, left, addedTopics, removedTopics } = status;
  const rows = topics.map((one) => [
    one.topic,
    one.partition,
    one.paused ? `${one.state}, paused` : one.state,
    `${one.targetTopic}/${one.targetPartition}`,
    one.position,
    one.end,
    one.lagOffsets,
    one.gapCount,
    one.process,
  ]);
  const lines = [`${flow}: ${state}${origin === 'added' ? ', added while running' : ''}`];
  for (const part of parts) {
    if (part.state !== 'open')
      lines.push(`${part.name}: ${part.state}${part.reason === null ? '' : `: ${part.reason}`}`);
  }
  if (addedTopics.length > 0) lines.push(`topics added: ${addedTopics.join(', ')}`);
  if (removedTopics.length > 0) lines.push(`topics removed: ${removedTopics.join(', ')}`);
  lines.push('', rows.length > 0 ? table(SHOW, rows) : 'No partitions yet.');
  if (left > 0) lines.push(`... and ${left} more partitions`);
  for (const one of topics) {
    const where = `${one.topic}/${one.partition}`;
    if (one.detail !== null)
      lines.push(`${where}: ${one.detail}, for ${ageText(one.troubledForMs)}${again(one.retryInMs)}`);
    for (const { cause, from, to } of one.gaps) lines.push(`${where}: ${gapText(cause, from, to)}`);
  }
  return lines.join('\n');
}

const gapText = (cause: string, from: number, to: number): string =>
  to > from
    ? `offsets ${from} to ${to - 1} are missing (${cause})`
    : `what was behind offset ${from - 1} is missing, it goes on at ${to} (${cause})`;

const again = (retryInMs: number | null): string =>
  retryInMs === null ? '' : `, tried again in ${ageText(retryInMs)}`;
