import {
  type Destinations,
  decideEpoch,
  type EpochDecision,
  type Exclusion,
  type Fact,
  recordIncidents,
  registerLineage,
  type Sequenced,
  type Sequencing,
  type ShardState,
  Staging,
  sequenceShipment,
  type Write,
} from '../sequence/index.ts';
import type { DeadRange, Job } from './jobs.ts';

/** A group of jobs, sequenced: what one transaction has to write, and what is answered once it has committed. */
export interface Plan {
  readonly staging: Staging;
  readonly facts: readonly Fact[];
  readonly writes: readonly { readonly job: number; readonly write: Write }[];
  /** Jobs that sequencing itself failed on: a fault of this program; the others go on without them. */
  readonly failed: ReadonlyMap<Job, Error>;
  /** Answers one job. */
  readonly answer: (index: number, dead: readonly DeadRange[]) => void;
}

export interface PlanInput {
  readonly state: ShardState;
  readonly jobs: readonly Job[];
  readonly destinations: Destinations;
  readonly exclusions: ReadonlyMap<string, Exclusion>;
  readonly nowMs: number;
}

/** Sequences the jobs one after the other over the same staging. */
export function planGroup(input: PlanInput): Plan {
  const failed = new Map<Job, Error>();
  for (;;) {
    const jobs = input.jobs.map((job) => (failed.has(job) ? null : job));
    const plan = attempt(input, jobs, failed);
    if (plan) return plan;
  }
}

/** Null: a job failed half-way, so that what was staged can't be used; it is in `failed` now. */
function attempt(input: PlanInput, jobs: readonly (Job | null)[], failed: Map<Job, Error>): Plan | null {
  const staging = new Staging(input.state);
  const facts: Fact[] = [];
  const { destinations, exclusions, nowMs } = input;
  const context: Sequencing = { staging, destinations, exclusions, nowMs, facts };
  const writes: { job: number; write: Write }[] = [];
  const answers: ((dead: readonly DeadRange[]) => void)[] = [];
  for (const [index, job] of jobs.entries()) {
    if (!job) continue;
    try {
      answers[index] = sequenceJob(context, job, (write) => writes.push({ job: index, write }));
    } catch (error) {
      failed.set(job, error instanceof Error ? error : new Error(String(error)));
      return null;
    }
  }
  return { staging, facts, writes, failed, answer: (index, dead) => answers[index]?.(dead) };
}

function sequenceJob(
  context: Sequencing,
  job: Job,
  write: (write: Write) => void,
): (dead: readonly DeadRange[]) => void {
  switch (job.kind) {
    case 'shipment': {
      const sequenced: Sequenced = sequenceShipment(context, job.shipment);
      sequenced.writes.forEach(write);
      return (dead) => job.resolve({ sequenced, dead });
    }
    case 'lineage': {
      const decisions: readonly EpochDecision[] = registerLineage(context, job.edge, job.lineage);
      return () => job.resolve(decisions);
    }
    case 'incidents':
      recordIncidents(context, job.found);
      return () => job.resolve();
    case 'decision': {
      const decision = decideEpoch(context, job.edge, job.epoch, job.decision);
      return () => job.resolve(decision);
    }
  }
}
