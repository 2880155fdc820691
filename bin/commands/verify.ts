/** `tributary verify`: proof, from the central topics and the ledger alone. */
import type { Command } from 'commander';
import { hubOptions } from '../../hub/config.ts';
import { loadConfig } from '../../shared/config/index.ts';
import { kafkaSettings } from '../../shared/config/kafkaOptions.ts';
import { EXIT } from '../exit.ts';
import { loadVerify, type VerifyOptions } from '../parts.ts';
import { upFile } from '../upFile.ts';

interface Options {
  readonly config?: string;
  readonly brokers?: string[];
  readonly ledger: string;
  readonly edge: string[];
  readonly topic: string[];
  readonly json?: boolean;
}

const split = (text: string): string[] => text.split(',').map((part) => part.trim());
const collect = (text: string, before: string[]): string[] => [...before, text];

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
    .option('--edge <name>', 'only this edge; can be given again', collect, [])
    .option('--topic <name>', 'only this target topic; can be given again', collect, [])
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Reads with read_committed and changes nothing. Exit codes: 0 everything is there, once, in order; 1 it could not be read;
3 something is missing, repeated, misplaced or not what its headers say: the exact ranges are printed.

Examples:
  tributary verify
  tributary verify --config hub.yaml --edge store-217 --json
`,
    )
    .action(async (options: Options, command: Command) => {
      const target = targetOf(options, command);
      const { runVerify } = await loadVerify();
      const { sound, text, report } = await runVerify({ ...target, edges: options.edge, topics: options.topic });
      process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : `${text}\n`);
      process.exitCode = sound ? EXIT.ok : EXIT.found;
    });
}

function targetOf(options: Options, command: Command): Pick<VerifyOptions, 'kafka' | 'ledgerTopic'> {
  if (options.config !== undefined) {
    const config = loadConfig(hubOptions, options.config);
    return { kafka: kafkaSettings(config.kafka, 'tributary-verify'), ledgerTopic: config.ledger.topic };
  }
  const brokers = options.brokers ?? upFile()?.centralBrokers;
  if (!brokers || brokers.length === 0) {
    return command.error('error: say where central Kafka is, with --config or --brokers');
  }
  return { kafka: { brokers, clientId: 'tributary-verify' }, ledgerTopic: options.ledger };
}
