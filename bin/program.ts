import { Command } from 'commander';
import { version } from '../shared/version.ts';
import { registerBuffer } from './commands/buffer.ts';
import { registerConfig } from './commands/config.ts';
import { registerEdge } from './commands/edge.ts';
import { registerFlows } from './commands/flows.ts';
import { registerLink } from './commands/link.ts';
import { registerPull } from './commands/pull.ts';
import { registerRoles } from './commands/roles.ts';
import { registerStatus } from './commands/status.ts';
import { registerToken } from './commands/token.ts';
import { registerUp } from './commands/up.ts';
import { registerVerify } from './commands/verify.ts';
import { EXIT_HELP } from './exit.ts';

const EXAMPLES = `
Examples:
  tributary up                                 a whole small system on this machine
  tributary config check agent.yaml            is this file right?
  tributary agent --config agent.yaml          run an agent in the foreground
`;

/** All commands. They throw; the caller turns that into a message and an exit code. */
export function makeProgram(): Command {
  const program = new Command('tributary')
    .description('Collects Kafka topic data from many edge sites into one central Kafka, exactly once, and proves it.')
    .version(version(), '-V, --version', 'print the version')
    .option('--debug', 'show stacks with errors')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .showHelpAfterError('(--help shows how it is used)')
    .exitOverride()
    .addHelpText('after', EXAMPLES + EXIT_HELP);
  registerUp(program);
  registerRoles(program);
  registerPull(program);
  registerFlows(program);
  registerStatus(program);
  registerVerify(program);
  registerEdge(program);
  registerLink(program);
  registerBuffer(program);
  registerConfig(program);
  registerToken(program);
  return program;
}
