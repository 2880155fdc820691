/** Exit codes, and how an error is told to a person. */
import { CommanderError } from 'commander';
import { ConfigError } from '../shared/config/mistake.ts';
import { reasonOf, TributaryError } from '../shared/errors.ts';

export const EXIT = { ok: 0, failure: 1, badUsage: 2, found: 3 } as const;

export const EXIT_HELP = `
Exit codes (every command):
  0  it worked, and what was looked at is well
  1  it failed: something could not be reached, read or started, or there was nothing to prove (verify)
  2  wrong configuration or usage
  3  it worked and found something: an unhealthy edge (status), a record that is missing, repeated or misplaced (verify),
     a hub that waits for your word (link), a row that is not what was written (buffer)
`;

/** Tells about an error, in one clear message, and gives the exit code. */
export function tell(
  error: unknown,
  options: { readonly debug: boolean; readonly write: (text: string) => void },
): number {
  // Commander has told about its own already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badUsage;
  options.write(`${textOf(error)}\n`);
  if (options.debug && error instanceof Error) options.write(`${error.stack ?? ''}\n`);
  if (error instanceof TributaryError && error.code === 'configInvalid') return EXIT.badUsage;
  return EXIT.failure;
}

function textOf(error: unknown): string {
  if (error instanceof ConfigError) {
    const { mistakes } = error;
    const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`;
    return [...error.lines(), `tributary: ${count} in the configuration; nothing was started`].join('\n');
  }
  if (error instanceof TributaryError) return `tributary: ${error.message}`;
  return `tributary: ${reasonOf(error)} (this was not expected; --debug shows where)`;
}
