/**
 * The command line: `tributary`. Each command is a file in bin/commands that registers itself; what a command runs is
 * imported when it runs, so that `--help` and `config check` need none of it.
 *
 * Data goes to stdout, everything else to stderr. Exit codes are in bin/exit.ts and in `--help`.
 */
import './launched.ts';
import { tell } from './exit.ts';
import { makeProgram } from './program.ts';

const program = makeProgram();
try {
  await program.parseAsync();
} catch (error) {
  const debug = Boolean(program.opts<{ debug?: boolean }>().debug);
  process.exitCode = tell(error, { debug, write: (text) => process.stderr.write(text) });
}
