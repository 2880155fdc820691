/** `tributary pull`: whole clusters, as MirrorMaker 2's file or hub.yaml says. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { PullFile } from '../pullFile.ts';

interface PullFlags {
  readonly clusters?: readonly string[];
  readonly print?: 'yaml' | 'properties';
  readonly plan?: boolean;
  readonly name?: string;
  readonly telemetry?: string;
  readonly log: 'debug' | 'info' | 'warn' | 'error';
}

const HELP = `
The file is the one of connect-mirror-maker.sh, or YAML with "clusters:" and "flows:". Lines that do nothing here are named
on stderr. It runs in the foreground and logs JSON lines on stderr; SIGTERM or SIGINT: it finishes what is under way and
exits with 0. Several processes with the same file share the work.

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
      new Option('--print <as>', 'print the file in the other form and end; secrets as references').choices([
        'yaml',
        'properties',
      ]),
    )
    .option('--plan', 'print what would be made or changed on the targets, and end')
    .option('--name <name>', "this process's name among those that share the work (default: host name)")
    .option('--telemetry <host:port>', 'where /metrics, /healthz, /readyz and /flows are shown')
    .addOption(new Option('--log <level>', 'log level').choices(['debug', 'info', 'warn', 'error']).default('info'))
    .addHelpText('after', HELP)
    .action(async (file: string, flags: PullFlags) => {
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

async function run({ settings }: PullFile, { name, telemetry: listen, log }: PullFlags): Promise<void> {
  const { runRole } = await import('../role.ts');
  const address = listen === undefined ? null : await listenAddress(listen);
  await runRole({ role: 'pull' }, log, async (telemetry) => {
    const { runPull } = await import('../../hub/assemblePull.ts');
    return runPull({ settings, name: name ?? null, listen: address }, telemetry);
  });
}

async function listenAddress(text: string): Promise<{ host: string; port: number }> {
  const { parseListen } = await import('../../shared/config/address.ts');
  const address = parseListen(text);
  if ('host' in address) return address;
  throw new InvalidArgumentError(`--telemetry ${address.problem}: ${text}`);
}
