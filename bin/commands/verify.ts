/** `tributary verify`: proof, from the central topics and the ledger alone. */
import type { Command } from 'commander';
import type { VerifyOptions } from '../../hub/prove/run.ts';
import { EXIT } from '../exit.ts';
import { upFile } from '../upFile.ts';

interface Options {
  readonly config?: string;
  readonly brokers?: string[];
  readonly ledger: string;
  readonly deadLetter: string;
  readonly ignoreExpired?: boolean;
  readonly edge?: string[];
  readonly topic?: string[];
  readonly json?: boolean;
}

const split = (text: string): string[] => text.split(',').map((part) => part.trim());
const collect = (text: string, before: string[] = []): string[] => [...before, text];

export function registerVerify(program: Command): void {
  program
    .command('verify')
    .description('prove that what is in central Kafka is complete, once and in order, by the topics and the ledger')
    .option('-c, --config <file>', "the hub's configuration: where central Kafka is and what the ledger is called")
    .option(
      '--brokers <host:port,...>',
      'central Kafka, without a configuration; by default that of "tributary up"',
      split,
    )
    .option('--ledger <topic>', 'the ledger, with --brokers', 'tributary.ledger')
    .option('--dead-letter <topic>', 'the dead-letter topic, with --brokers', 'tributary.dead-letter')
    .option('--ignore-expired', "don't call missing what the topics' retention has removed")
    .option('--edge <name>', 'only this edge; can be given again', collect)
    .option('--topic <name>', 'only this target topic; can be given again', collect)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Reads with read_committed and changes nothing; a hub may run meanwhile. Exit codes: 0 everything is there, once, in order;
1 it could not be read, or there is nothing to prove: the ledger has no stream (of this edge or topic);
3 something is missing, repeated, misplaced or not what its headers say: the exact ranges are printed.

Examples:
  tributary verify
  tributary verify --config hub.yaml --edge store-217 --json
`,
    )
    .action(async (options: Options, command: Command) => {
      const target = await targetOf(options, command);
      const { runVerify } = await import('../../hub/prove/run.ts');
      const { verdict, text, report } = await runVerify({
        ...target,
        edges: options.edge ?? [],
        topics: options.topic ?? [],
        ignoreExpired: options.ignoreExpired ?? false,
        ...(process.stderr.isTTY ? { onProgress: showProgress } : {}),
      });
      process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : `${text}\n`);
      process.exitCode = EXIT_OF[verdict];
    });
}

/** What proves nothing must not look like a proof to a script. */
const EXIT_OF = { proven: EXIT.ok, notProven: EXIT.found, nothing: EXIT.failure } as const;

function showProgress(read: number, expected: number): void {
  process.stderr.write(`\r${read} of ${expected} records read${read >= expected ? '\n' : ''}`);
}

type Target = Pick<VerifyOptions, 'kafka' | 'ledgerTopic' | 'deadLetterTopic'>;

async function targetOf(options: Options, command: Command): Promise<Target> {
  if (options.config !== undefined) {
    const { hubOptions } = await import('../../hub/config.ts');
    const { loadConfig } = await import('../../shared/config/index.ts');
    const { kafkaSettings } = await import('../../shared/config/kafkaOptions.ts');
    const { kafka, ledger, deadLetter } = loadConfig(hubOptions, options.config);
    return {
      kafka: kafkaSettings(kafka, 'tributary-verify'),
      ledgerTopic: ledger.topic,
      deadLetterTopic: deadLetter.topic,
    };
  }
  const brokers = options.brokers ?? upFile()?.centralBrokers;
  if (!brokers || brokers.length === 0) {
    return command.error('error: say where central Kafka is, with --config or --brokers');
  }
  const kafka = { brokers, clientId: 'tributary-verify' };
  return { kafka, ledgerTopic: options.ledger, deadLetterTopic: options.deadLetter };
}
