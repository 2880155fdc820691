/** `tributary pull`: whole clusters, as MirrorMaker 2's file or hub.yaml says. */
import { type Command, Option } from 'commander';
import { TributaryError } from '../../shared/errors.ts';
import type { PullFile } from '../pullFile.ts';

/** Runs the flows until a signal comes. */
export type RunPull = (file: string, pull: PullFile) => Promise<void>;

interface PullFlags {
  readonly clusters?: readonly string[];
  readonly print?: 'yaml' | 'properties';
}

export function registerPull(program: Command, run: RunPull | null): void {
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
    .addHelpText(
      'after',
      `
The file is the one of connect-mirror-maker.sh, or YAML with "clusters:" and "flows:". Lines that do nothing here are named
on stderr.

Examples:
  tributary pull mm2.properties --print yaml > pull.yaml
  tributary pull pull.yaml --print properties
`,
    )
    .action(async (file: string, { clusters, print }: PullFlags) => {
      const { loadPull, remarkLines } = await import('../pullFile.ts');
      const pull = loadPull(file, clusters);
      if (print === undefined) {
        if (!run) throw cannotRun(file);
        await run(file, pull);
        return;
      }
      const { toProperties, toYaml } = await import('../../hub/pull/config/index.ts');
      for (const line of remarkLines(file, pull)) process.stderr.write(`${line}\n`);
      process.stdout.write((print === 'yaml' ? toYaml : toProperties)(pull.settings).text);
    });
}

const cannotRun = (file: string): TributaryError =>
  new TributaryError({
    code: 'versionUnsupported',
    operation: 'pull',
    subject: file,
    reason: 'this version reads and prints such files, it does not run them yet',
    hint: 'Use --print yaml or --print properties, or "tributary config check".',
    retry: 'final',
  });
