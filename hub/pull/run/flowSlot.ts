/** A flow's place in the process: what it should be, and the run of it, which ends and begins again as operators want. */

import { type FlowSettings, fingerprint } from '../config/index.ts';
import type { FlowRule, Scope } from '../control/index.ts';
import type { FlowParts, FlowSnapshot } from './flowRun.ts';
import { FlowRun } from './flowRun.ts';

/** `file`: it stands in the configuration. `added`: somebody has added it to those that run. */
export type FlowOrigin = 'file' | 'added';

export class FlowSlot {
  readonly origin: FlowOrigin;
  readonly settings: FlowSettings;
  readonly #print: string;
  readonly #parts: FlowParts;
  #rule: FlowRule;
  #run: FlowRun | null;
  #turns: Promise<void> = Promise.resolve();
  #closed = false;

  /** After `before` has ended: two runs of one flow would be in each other's way. */
  constructor(
    origin: FlowOrigin,
    settings: FlowSettings,
    rule: FlowRule,
    parts: Omit<FlowParts, 'rule'>,
    before: Promise<void> | null,
  ) {
    this.origin = origin;
    this.settings = settings;
    this.#print = fingerprint(settings);
    this.#rule = rule;
    this.#parts = { ...parts, rule: () => this.#rule };
    this.#run = before === null ? FlowRun.open(settings, this.#parts) : null;
    if (before) this.#turns = before.then(() => this.#open());
  }

  get rule(): FlowRule {
    return this.#rule;
  }

  isOf(origin: FlowOrigin, settings: FlowSettings): boolean {
    return this.origin === origin && this.#print === fingerprint(settings);
  }

  /** Null while it ends or begins. */
  snapshot(): FlowSnapshot | null {
    return this.#run?.snapshot() ?? null;
  }

  ruled(rule: FlowRule): void {
    const before = this.#rule;
    const differ = (of: (one: FlowRule) => unknown): boolean => JSON.stringify(of(before)) !== JSON.stringify(of(rule));
    const topics = differ((one) => [[...one.topics].sort(), [...one.copies].map(([name, ids]) => [name, [...ids]])]);
    const limits = differ((one) => one.limits);
    this.#rule = rule;
    this.#run?.ruleChanged({ topics, limits });
  }

  restart({ topic, partition }: Scope): void {
    if (topic !== undefined) {
      this.#run?.copier?.restart(topic, partition);
      return;
    }
    this.#turns = this.#turns.then(async () => {
      await this.#end();
      this.#open();
    });
  }

  accept({ topic, partition }: Scope): void {
    this.#run?.copier?.accept(topic, partition);
  }

  #open(): void {
    if (!this.#closed) this.#run = FlowRun.open(this.settings, this.#parts);
  }

  async #end(): Promise<void> {
    const run = this.#run;
    this.#run = null;
    await run?.close();
  }

  /** Positions are in the ledger. */
  close(): Promise<void> {
    this.#closed = true;
    this.#turns = this.#turns.then(() => this.#end());
    return this.#turns;
  }
}
