/** What the view of flows reads, and what it hands operations to. `hub/assemblePull.ts` puts the concrete parts in. */
import type { FlowFacts, Operations } from '../pull/run/index.ts';

export interface FlowsParts {
  /** Of this program. */
  readonly version: string;
  /** This process's name. */
  readonly process: string;
  flows(): readonly FlowFacts[];
  readonly operations: Pick<
    Operations,
    'add' | 'remove' | 'pause' | 'resume' | 'restart' | 'want' | 'limit' | 'slotOf'
  >;
}
