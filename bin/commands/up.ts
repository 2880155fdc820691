import { sep } from 'node:path';
import type { Command } from 'commander';

interface Options {
  readonly fresh?: boolean;
  readonly dir: string;
  readonly json?: boolean;
  readonly centralBrokers?: string[];
  readonly edgeBrokers?: string[];
  readonly every: number;
}

const list = (text: string): string[] => text.split(',').map((part) => part.trim());

export function registerUp(program: Command): void {
  program
    .command('up')
    .description(
      'run a whole small system on this machine: a central and an edge Kafka, a hub, three agents, real input',
    )
    .option('--fresh', 'begin anew: remove what earlier runs left')
    .option('--dir <folder>', 'folder for data, logs and configuration', '.tributary')
    .option('--central-brokers <host:port,...>', 'use this central Kafka', list)
    .option('--edge-brokers <host:port,...>', "use this Kafka as the edge's", list)
    .option('--every <seconds>', 'seconds between the status lines', Number, 5)
    .option('--json', 'print each line as JSON')
    .addHelpText(
      'after',
      `
Brokers that are not named are started: with Docker, or with Java 17 and Maven. Ctrl-C stops everything; the next
start goes on from there. Where everything listens is in <folder>/up.json.

Example:
  tributary up --fresh
`,
    )
    .action(async (options: Options) => {
      const { runUp } = await import('../../deploy/dev/up.ts');
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
      // Paths as they can be typed here.
      const here = `${process.cwd()}${sep}`;
      const print = (text: string): void => {
        const line = text.replaceAll(here, '');
        process.stdout.write(
          options.json ? `${JSON.stringify({ time: new Date().toISOString(), line })}\n` : `${line}\n`,
        );
      };
      await runUp({
        dir: options.dir,
        signal: stop.signal,
        print,
        everySeconds: options.every,
        ...(options.fresh ? { fresh: true } : {}),
        ...(options.centralBrokers ? { centralBrokers: options.centralBrokers } : {}),
        ...(options.edgeBrokers ? { edgeBrokers: options.edgeBrokers } : {}),
      });
    });
}
