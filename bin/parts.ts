/** What the commands run, imported when it is needed: `--help` loads none of it. */
import type { AgentConfig } from '../agent/config.ts';
import type { HubConfig } from '../hub/config.ts';
import type { KafkaSettings } from '../shared/kafka/settings.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';

/** A role that is up. */
export interface Running {
  /** Takes no more, finishes what is under way, lets go of everything. */
  close(): Promise<void>;
  /** For the `ready` line: addresses where it listens, say. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Settles when the role ends by itself: rejects with the reason. */
  readonly ended?: Promise<void>;
}

export interface VerifyOptions {
  readonly kafka: KafkaSettings;
  readonly ledgerTopic: string;
  readonly edges: readonly string[];
  readonly topics: readonly string[];
}
export interface VerifyOutcome {
  /** True: every stream is contiguous, in order, without a repeat, as the ledger says. */
  readonly sound: boolean;
  /** For people: a table, and the exact ranges of what was found. */
  readonly text: string;
  /** The same for programs. */
  readonly report: unknown;
}

type Load<T> = () => Promise<T>;
const load = <T>(file: string): Promise<T> => import(file) as Promise<T>;

export const loadAgent: Load<{ runAgent(config: AgentConfig, telemetry: Telemetry): Promise<Running> }> = () =>
  load('../agent/assemble.ts');
export const loadHub: Load<{ runHub(config: HubConfig, telemetry: Telemetry): Promise<Running> }> = () =>
  load('../hub/assemble.ts');
export const loadVerify: Load<{ runVerify(options: VerifyOptions): Promise<VerifyOutcome> }> = () =>
  load('../hub/verify-central.ts');
