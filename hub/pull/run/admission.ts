/**
 * Before a process takes shards of a target: does it know what those know that have them? One with nothing in common is
 * refused; one whose report may be that of a process that has died is waited for, until it is old or heard of again.
 */
import { TributaryError } from '../../../shared/errors.ts';
import { Waiter } from '../../../shared/waiter.ts';
import type { ControlLog } from '../control/index.ts';
import { startGoesOn, startWaits } from './events.ts';
import { type Neighbour, strangersOf } from './neighbours.ts';
import type { PullRun } from './pullRun.ts';

const LOOK_EVERY_MS = 1_000;
/** As many names as a reason lists. */
const NAMED = 10;

export class Admission {
  /** Rejects where it is refused (`configInvalid`), or was closed before. */
  readonly settled: Promise<void>;
  readonly #run: PullRun;
  readonly #control: ControlLog;
  readonly #waiter = new Waiter();
  #closed = false;
  #state: 'judging' | 'joined' | 'refused' = 'judging';

  constructor(run: PullRun, control: ControlLog) {
    this.#run = run;
    this.#control = control;
    this.settled = this.#judge();
    this.settled.catch(() => {});
  }

  get state(): 'judging' | 'joined' | 'refused' {
    return this.#state;
  }

  /** Something was read from the control topic. */
  heard(): void {
    this.#waiter.wake();
  }

  async #judge(): Promise<void> {
    const { alias } = this.#control;
    await this.#control.ready;
    const { clock, reports, telemetry } = this.#run;
    const own = this.#run.knows(alias);
    // Who can't write there is seen by nobody, and sees the others all the same.
    if (own.size > 0) await reports.say(alias).catch(() => {});
    let sinceMs: number | null = null;
    for (;;) {
      if (this.#closed) throw ended(alias);
      const strangers = strangersOf(own, reports.ownOrder(alias), reports.neighbours(alias));
      const living = strangers.find(({ confirmed }) => confirmed);
      if (living) {
        this.#state = 'refused';
        if (living.name !== this.#run.instance) await reports.leave(alias);
        throw refused(this.#run.ledgerTopic, alias, own, living);
      }
      if (strangers.length === 0) break;
      if (sinceMs === null) {
        const processes = strangers.map(({ name }) => name).join(', ');
        telemetry.emit(startWaits, { target: alias, processes, flows: listed(strangers[0]!.knows) });
      }
      sinceMs ??= clock.monotonicMs();
      await this.#waiter.wait(LOOK_EVERY_MS);
    }
    this.#state = 'joined';
    if (sinceMs !== null) telemetry.emit(startGoesOn, { target: alias, afterMs: clock.monotonicMs() - sinceMs });
    reports.soon();
  }

  close(): void {
    this.#closed = true;
    this.#waiter.wake();
  }
}

const listed = (flows: ReadonlySet<string>): string => {
  const names = [...flows].sort();
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${names.slice(0, NAMED).join(', ')}${more}`;
};

function refused(ledger: string, alias: string, own: ReadonlySet<string>, other: Neighbour): TributaryError {
  const where = other.url === null ? '' : ` (${other.url})`;
  return new TributaryError({
    code: 'configInvalid',
    operation: 'share the work of a target',
    subject: `${ledger} in ${alias}`,
    reason:
      `the process "${other.name}"${where} runs with this ledger and a file that has none of the flows of this one: it copies ` +
      `${listed(other.knows)}, this one ${listed(own)}; each would leave out what the other copies`,
    hint: 'Give this process a ledger of its own (tributary pull --ledger NAME; ledger.flows in hub.yaml), or write all flows into one file for all processes, each with a --name of its own.',
    retry: 'final',
  });
}

const ended = (alias: string): TributaryError =>
  new TributaryError({
    code: 'closed',
    operation: 'share the work of a target',
    subject: alias,
    reason: 'the process is stopping',
    retry: 'final',
  });
