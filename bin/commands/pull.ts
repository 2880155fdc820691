/** `tributary pull`: whole clusters, as MirrorMaker 2's file or hub.yaml says. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { PullFile } from '../pullFile.ts';

interface PullFlags {
  readonly clusters?: readonly string[];
  readonly print?: 'yaml' | 'properties' | true;
  readonly plan?: boolean;
  readonly name?: string;
  readonly ledger?: string;
  readonly listen?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly operators?: string;
  readonly telemetry?: string;
  readonly log: 'debug' | 'info' | 'warn' | 'error';
}

const HELP = `
The file is the one of connect-mirror-maker.sh, or YAML with "clusters:" and "flows:". Lines that do nothing here are named
on stderr. It runs in the foreground and logs JSON lines on stderr; SIGTERM or SIGINT: it finishes what is under way and
exits with 0. Several processes with the same file and ledger share the work; each needs a name of its own.

At --listen operators see the flows and change them while they run ("tributary flows", docs/operating-pulls.md); without it
that is 127.0.0.1:8444, where it is free. Any other address than this machine's needs --tls-cert, --tls-key and --operators.

Examples:
  tributary pull mm2.properties                           run its flows
  tributary pull mm2.properties --plan                    what would be made or changed on the targets
  tributary pull mm2.properties --print yaml > pull.yaml  the same, as YAML
`;

export function registerPull(program: Command): void {
  program
    .command('pull <file>')
    .description("pull whole clusters, as MirrorMaker 2's file or hub.yaml says")
    .option('--clusters <alias...>', 'only flows into these clusters')
    .addOption(
      new Option('--print [as]', 'print the file in the other form and end; secrets as references').choices([
        'yaml',
        'properties',
      ]),
    )
    .option('--plan', 'print what would be made or changed on the targets, and end')
    .option('--name <name>', "this process's name among those that share the work (default: host name)")
    .option(
      '--ledger <topic>',
      'topic on each target that has the positions; those with the same one share the work',
      topicName,
    )
    .option(
      '--listen <host:port>',
      'where operators are served; "off": nowhere (default: 127.0.0.1:8444, where it is free)',
    )
    .option('--tls-cert <file>', 'PEM file with the certificate for --listen')
    .option('--tls-key <file>', 'PEM file with its private key')
    .option('--operators <file>', "YAML file with operators' tokens, as operators.tokens of the hub")
    .option('--telemetry <host:port>', 'where /metrics, /healthz, /readyz and /flows are shown')
    .addOption(new Option('--log <level>', 'log level').choices(['debug', 'info', 'warn', 'error']).default('info'))
    .addHelpText('after', HELP)
    .action(async (file: string, flags: PullFlags, command: Command) => {
      if (flags.print === true) {
        command.error(
          'error: --print needs to know in which form: tributary pull FILE --print yaml, or --print properties',
        );
        return;
      }
      const { loadPull, remarkLines } = await import('../pullFile.ts');
      const pull = loadPull(file, flags.clusters);
      for (const line of remarkLines(file, pull)) process.stderr.write(`${line}\n`);
      if (flags.print) await print(pull, flags.print);
      else if (flags.plan) await plan(pull);
      else await run(pull, flags);
    });
}

async function print(pull: PullFile, as: 'yaml' | 'properties'): Promise<void> {
  const { toProperties, toYaml } = await import('../../hub/pull/config/index.ts');
  process.stdout.write((as === 'yaml' ? toYaml : toProperties)(pull.settings).text);
}

async function plan({ settings }: PullFile): Promise<void> {
  const { planPull } = await import('../../hub/assemblePull.ts');
  process.stdout.write(await planPull(settings));
}

async function run({ settings }: PullFile, flags: PullFlags): Promise<void> {
  const { runRole } = await import('../role.ts');
  const { name = null, ledger: ledgerTopic, clusters: targets = [], log } = flags;
  const listen = flags.telemetry === undefined ? null : await listenAddress('--telemetry', flags.telemetry);
  const api = await apiOf(flags);
  await runRole({ role: 'pull' }, log, async (telemetry) => {
    const { runPull } = await import('../../hub/assemblePull.ts');
    return runPull({ settings, name, listen, api, ledgerTopic, targets }, telemetry);
  });
}

const DEFAULT_LISTEN = { host: '127.0.0.1', port: 8_444 };

async function apiOf({ listen, tlsCert, tlsKey, operators }: PullFlags) {
  if (listen === 'off') return null;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new InvalidArgumentError('--tls-cert and --tls-key need each other');
  }
  const address = listen === undefined ? DEFAULT_LISTEN : await listenAddress('--listen', listen);
  return {
    listen: address,
    byDefault: listen === undefined,
    tls: tlsCert !== undefined && tlsKey !== undefined ? { cert: tlsCert, key: tlsKey } : undefined,
    operatorTokensPath: operators,
  };
}

function topicName(text: string): string {
  if (/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,230}$/.test(text)) return text;
  throw new InvalidArgumentError('write a topic name of letters, digits, ".", "_", "-".');
}

async function listenAddress(option: string, text: string): Promise<{ host: string; port: number }> {
  const { parseListen } = await import('../../shared/config/address.ts');
  const address = parseListen(text);
  if ('host' in address) return address;
  throw new InvalidArgumentError(`${option} ${address.problem}: ${text}`);
}
