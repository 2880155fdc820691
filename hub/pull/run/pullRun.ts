import { type Clock, systemClock } from '../../../shared/clock.ts';
import type { Check } from '../../../shared/telemetry/checks.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import type { FlowSettings, PullSettings } from '../config/index.ts';
import { PullShards } from '../copy/index.ts';
import { PullClusters } from './clusters.ts';
import { FlowRun, type FlowSnapshot } from './flowRun.ts';
import { loopsOf } from './refusals.ts';
import { flowTextOf } from './rules.ts';

export interface PullRunOptions {
  readonly settings: PullSettings;
  /** Unique among the processes that share the work. */
  readonly instance: string;
  readonly telemetry: Telemetry;
  readonly clock?: Clock;
}

const LEDGER_TOPIC = 'tributary.pulls';
const DEAD_LETTER_TOPIC = 'tributary.pulls.deadletter';
const SHARDS = 12;

/** All flows of one configuration. */
export class PullRun {
  readonly #options: PullRunOptions;
  readonly #clusters: PullClusters;
  readonly #shards = new Map<string, PullShards>();
  readonly #flows = new Map<string, FlowRun>();

  private constructor(options: PullRunOptions) {
    this.#options = options;
    this.#clusters = new PullClusters(`tributary-pull-${options.instance}`, options.telemetry);
  }

  /** At once. @throws TributaryError `configInvalid` */
  static open(options: PullRunOptions): PullRun {
    const run = new PullRun(options);
    for (const flow of options.settings.flows) run.#open(flow);
    return run;
  }

  flows(): FlowSnapshot[] {
    return [...this.#flows.values()].map((flow) => flow.snapshot());
  }

  /** Every shard that was given to this process is served, and every flow copies. */
  checks(): Check[] {
    return [
      () => {
        const waiting = this.flows().flatMap(({ flow, parts }) =>
          Object.entries(parts).flatMap(([part, state]) =>
            state.kind === 'open' ? [] : [`${flow} ${part}: ${'reason' in state ? state.reason : state.kind}`],
          ),
        );
        const [first] = waiting;
        return { name: 'flows', ok: first === undefined, ...(first === undefined ? {} : { reason: first }) };
      },
    ];
  }

  #open(settings: FlowSettings): void {
    const { telemetry, clock = systemClock } = this.#options;
    const loops = loopsOf(settings, this.#options.settings);
    const parts = { clusters: this.#clusters, shards: () => this.#shardsOf(settings), loops, telemetry, clock };
    this.#flows.set(flowTextOf(settings), FlowRun.open(settings, parts));
  }

  #shardsOf({ target, clients }: FlowSettings): PullShards {
    const known = this.#shards.get(target);
    if (known) return known;
    const { instance, telemetry, clock = systemClock } = this.#options;
    const shards = PullShards.open(
      { cluster: this.#clusters.of(clients.target.producer), clock, telemetry },
      { topic: LEDGER_TOPIC, shards: SHARDS, replicationFactor: -1, deadLetterTopic: DEAD_LETTER_TOPIC, instance },
    );
    this.#shards.set(target, shards);
    return shards;
  }

  /** Ends after the transactions under way; positions are in the ledger. */
  async close(): Promise<void> {
    await Promise.all([...this.#flows.values()].map((flow) => flow.close()));
    await Promise.all([...this.#shards.values()].map((shards) => shards.close()));
    await this.#clusters.close();
  }
}
