import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { isEdgeId } from '../../shared/identity.ts';

const OPERATOR = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

export function registerToken(program: Command): void {
  const token = program.command('token').description('tokens with which edges and operators prove who they are');
  token
    .command('new')
    .description('make a token: printed once, kept nowhere')
    .option('--edge <name>', 'for this edge')
    .option('--operator <name>', 'for this operator')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
The token goes to the edge, into a file that only the agent can read (hub.token: "\${file:...}"). The line goes into the
hub's token file (edges.tokens or operators.tokens), which the hub reads again by itself. The hub never holds the token,
only its hash.

Example:
  tributary token new --edge store-217
`,
    )
    .action(async (options: { edge?: string; operator?: string; json?: boolean }, command: Command) => {
      const name = options.edge ?? options.operator;
      if (name === undefined || (options.edge && options.operator)) {
        return command.error('error: say --edge <name> or --operator <name>');
      }
      if (options.edge ? !isEdgeId(name) : !OPERATOR.test(name)) {
        const rule = options.edge
          ? 'lower-case letters, digits and "-", at most 63'
          : 'letters, digits, ".", "_", "@", "-"';
        return command.error(`error: "${name}" is not a name here: ${rule}`);
      }
      const { hashToken } = await import('../../hub/receive/tokens.ts');
      const secret = randomBytes(32).toString('base64url');
      const line = `${name}: ${hashToken(secret)}`;
      const forHub = options.edge ? 'edges.tokens' : 'operators.tokens';
      const text = `token (this is the only time it is shown):\n${secret}\n\nline for the file of the hub's ${forHub}:\n${line}\n`;
      process.stdout.write(options.json ? `${JSON.stringify({ name, token: secret, line })}\n` : text);
    });
}
