/**
 * What operators can do to flows that run. Each operation is written into the control topic of the flow's target and done by
 * whoever it concerns; the answer says whether all that are alive have done it.
 */

import { ConfigError } from '../../../shared/config/index.ts';
import { TributaryError } from '../../../shared/errors.ts';
import { type ControlEntry, type ControlLog, keyOf, keysOfFlow, type Scope } from '../control/index.ts';
import type { FlowLimits } from '../copy/index.ts';
import { judgeFlow } from './addedFlow.ts';
import { operationDone } from './events.ts';
import type { FlowSlot } from './flowSlot.ts';
import type { PullRun } from './pullRun.ts';
import { flowTextOf } from './rules.ts';

export type Verb = 'pause' | 'resume' | 'restart';

export interface Asked {
  readonly scope: Scope;
  /** The operator; null: somebody on the same machine. */
  readonly by: string | null;
}

export interface Done {
  readonly flow: string;
  /** Processes that have not said yet that they have done it; empty: it is done. */
  readonly waitingFor: readonly string[];
}

const DONE_WITHIN_MS = 5_000;
/** As many names as an answer lists. */
const NAMED = 20;
/** Flows that operators may add, of one target. */
const MAX_ADDED = 1_000;

export class Operations {
  readonly #run: PullRun;

  constructor(run: PullRun) {
    this.#run = run;
  }

  /** @throws ConfigError with every mistake; TributaryError `conflict` */
  async add(config: unknown, by: string | null): Promise<Done> {
    const { settings, mistakes } = judgeFlow(config, this.#run.settings.clusters);
    if (!settings) throw new ConfigError('the flow', mistakes);
    const flow = flowTextOf(settings);
    const control = this.#run.controls.get(settings.target);
    if (!control) {
      const problem = 'is not one of the clusters that this process was limited to';
      throw new ConfigError('the flow', [{ path: 'target', line: 0, column: 0, problem }]);
    }
    await this.#known(control);
    if (this.#run.slots.has(flow) || control.state.has(keyOf.flow(flow))) {
      throw conflict('add flow', flow, 'there is such a flow already', 'Remove it first, or change it in its file.');
    }
    const added = [...control.state.values()].filter(({ kind }) => kind === 'flow').length;
    if (added >= MAX_ADDED)
      throw conflict('add flow', flow, `${added} flows were added already`, 'Write flows into the file.');
    const entry = { ...this.#said(by), kind: 'flow', flow, config: config as Record<string, unknown> } as const;
    return this.#write(control, flow, 'added', '', by, [[keyOf.flow(flow), entry]]);
  }

  /** Its positions stay in the ledger: added again, it goes on. @throws TributaryError `notFound`, `conflict` */
  async remove(flow: string, by: string | null): Promise<Done> {
    const control = await this.#controlOf(flow);
    if (!control.state.has(keyOf.flow(flow))) {
      throw conflict(
        'remove flow',
        flow,
        'it is in the file that this process was started with',
        'Take it out of the file, or pause it.',
      );
    }
    const keys = keysOfFlow(control.state, flow);
    return this.#write(
      control,
      flow,
      'removed',
      '',
      by,
      keys.map((key) => [key, null]),
    );
  }

  /** @throws TributaryError `notFound`, `conflict` */
  async pause({ scope, by }: Asked): Promise<Done> {
    const control = await this.#checked(scope);
    const entry = { ...this.#said(by), kind: 'pause', scope } as const;
    return this.#write(control, scope.flow, 'paused', whatOf(scope), by, [[keyOf.pause(scope), entry]]);
  }

  /** @param accept also what partitions have stopped for is taken as it is. @throws TributaryError `notFound`, `conflict` */
  async resume({ scope, by }: Asked, accept: boolean): Promise<Done> {
    const control = await this.#checked(scope);
    const { flow, topic, partition } = scope;
    const above = [...(topic === undefined ? [] : [{ flow }]), ...(partition === undefined ? [] : [{ flow, topic }])];
    const held = above.find((one) => control.state.has(keyOf.pause(one)));
    if (held)
      throw conflict(
        'resume',
        `${flow}${whatOf(scope)}`,
        `${'topic' in held ? 'its topic' : 'the flow'} is paused as a whole`,
        'Resume that.',
      );
    const writes: [string, ControlEntry | null][] = [[keyOf.pause(scope), null]];
    if (accept) writes.push([keyOf.word(scope), { ...this.#said(by), kind: 'word', word: 'accept', scope }]);
    return this.#write(
      control,
      flow,
      accept ? 'resumed, what it stopped for accepted' : 'resumed',
      whatOf(scope),
      by,
      writes,
    );
  }

  /** @throws TributaryError `notFound` */
  async restart({ scope, by }: Asked): Promise<Done> {
    const control = await this.#checked(scope);
    const entry = { ...this.#said(by), kind: 'word', word: 'restart', scope } as const;
    return this.#write(control, scope.flow, 'restarted', whatOf(scope), by, [[keyOf.word(scope), entry]]);
  }

  /** A topic is copied from now on, or not any more, whatever the flow's lists say. @throws TributaryError `notFound` */
  async want(
    { flow, topic }: { readonly flow: string; readonly topic: string },
    wanted: boolean,
    by: string | null,
  ): Promise<Done> {
    const control = await this.#controlOf(flow);
    const entry = { ...this.#said(by), kind: 'topic', flow, topic, wanted } as const;
    const what = wanted ? 'topic added' : 'topic removed';
    return this.#write(control, flow, what, `: ${topic}`, by, [[keyOf.topic(flow, topic), entry]]);
  }

  /** Rates from now on, for all processes together; null: as the flow was written. @throws TributaryError `notFound` */
  async limit(flow: string, limits: FlowLimits | null, by: string | null): Promise<Done> {
    const control = await this.#controlOf(flow);
    const entry = limits === null ? null : ({ ...this.#said(by), kind: 'limits', flow, limits } as const);
    const what = limits === null ? 'limits taken back' : 'limits set';
    return this.#write(control, flow, what, '', by, [[keyOf.limits(flow), entry]]);
  }

  /** @throws TributaryError `notFound`, naming the flows that there are */
  slotOf(flow: string): FlowSlot | null {
    const slot = this.#run.slots.get(flow);
    if (slot) return slot;
    if (this.#run.unable.has(flow)) return null;
    throw unknown('find flow', flow, 'flow', [...this.#run.slots.keys(), ...this.#run.unable.keys()]);
  }

  #said(by: string | null) {
    return { v: 1, atMs: this.#run.clock.now(), by } as const;
  }

  async #controlOf(flow: string): Promise<ControlLog> {
    const target = this.slotOf(flow)?.settings.target;
    const control = [...this.#run.controls.values()].find(({ alias }) =>
      target === undefined ? flow.endsWith(`->${alias}`) : alias === target,
    );
    if (!control) throw unknown('find flow', flow, 'flow', [...this.#run.slots.keys()]);
    await this.#known(control);
    return control;
  }

  /** What was said before has to be known, or a conflict would not be seen. */
  async #known(control: ControlLog): Promise<void> {
    const timer = Promise.withResolvers<never>();
    const late = setTimeout(() => timer.reject(notYet(control.topic)), DONE_WITHIN_MS);
    await Promise.race([control.ready, timer.promise]).finally(() => clearTimeout(late));
  }

  async #checked({ flow, topic, partition }: Scope): Promise<ControlLog> {
    const control = await this.#controlOf(flow);
    if (topic === undefined) return control;
    const copy = this.slotOf(flow)?.snapshot()?.copy;
    if (!copy) throw notYet(`the topics of ${flow}`);
    const members = copy.partitions.filter((one) => one.topic === topic);
    if (members.length === 0) {
      throw unknown('find topic', `${topic} in ${flow}`, 'topic', [
        ...new Set(copy.partitions.map((one) => one.topic)),
      ]);
    }
    if (partition !== undefined && !members.some((one) => one.partition === partition)) {
      throw unknown(
        'find partition',
        `${topic}/${partition} in ${flow}`,
        'partition',
        members.map((one) => String(one.partition)),
      );
    }
    return control;
  }

  async #write(
    control: ControlLog,
    flow: string,
    operation: string,
    what: string,
    by: string | null,
    writes: readonly (readonly [string, ControlEntry | null])[],
  ): Promise<Done> {
    let offset = -1;
    for (const [key, entry] of writes) offset = await control.append(key, entry);
    this.#run.telemetry.emit(operationDone, { flow, operation, what, by: by ?? 'somebody on this machine' });
    return { flow, waitingFor: await this.#run.reports.done(control.alias, offset, DONE_WITHIN_MS) };
  }
}

const whatOf = ({ topic, partition }: Scope): string =>
  topic === undefined ? '' : partition === undefined ? `: ${topic}` : `: ${topic}/${partition}`;

function conflict(operation: string, subject: string, reason: string, hint: string): TributaryError {
  return new TributaryError({ code: 'conflict', operation, subject, reason, hint, retry: 'final' });
}

function unknown(operation: string, subject: string, what: string, known: readonly string[]): TributaryError {
  const names = known.slice(0, NAMED).join(', ');
  const more = known.length > NAMED ? ` and ${known.length - NAMED} more` : '';
  const hint = known.length === 0 ? `There is no ${what} yet.` : `There are: ${names}${more}.`;
  return new TributaryError({
    code: 'notFound',
    operation,
    subject,
    reason: `there is no such ${what}`,
    hint,
    retry: 'final',
  });
}

const notYet = (subject: string): TributaryError =>
  new TributaryError({
    code: 'overloaded',
    operation: 'read',
    subject,
    reason: 'it is not known yet',
    hint: 'Ask again in a moment.',
    retry: 'retryable',
  });
