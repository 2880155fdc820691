/** What the commands run, imported when it is needed: `--help` loads none of it. */
import type { AgentConfig } from '../agent/config.ts';
import type { HubConfig } from '../hub/config.ts';
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

type Load<T> = () => Promise<T>;
const load = <T>(file: string): Promise<T> => import(file) as Promise<T>;

export const loadAgent: Load<{ runAgent(config: AgentConfig, telemetry: Telemetry): Promise<Running> }> = () =>
  load('../agent/assemble.ts');
export const loadHub: Load<{ runHub(config: HubConfig, telemetry: Telemetry): Promise<Running> }> = () =>
  load('../hub/assemble.ts');
