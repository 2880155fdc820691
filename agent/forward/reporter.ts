/** What the link does, as cursors and window show it while there is contact. */
import type { Cursors } from './cursors.ts';
import type { LinkStatus } from './linkStatus.ts';
import type { Window } from './window.ts';

export interface ReporterParts {
  readonly status: LinkStatus;
  readonly cursors: Cursors;
  readonly window: Window;
}

export class Reporter {
  readonly #parts: ReporterParts;
  /** What streams waited for when some last did: one that is tried again just now does not wait. */
  #trouble = '';

  constructor(parts: ReporterParts) {
    this.#parts = parts;
  }

  /** `spared`: rows could go, and the budget lets them wait, for this reason. */
  report(spared: string | null): void {
    const { status, cursors, window } = this.#parts;
    const waits = [...cursors.waiting].filter(({ wait }) => wait?.kind !== 'behind');
    if (window.shipments === 0 && spared !== null) {
      status.works({ kind: 'budget', reason: spared });
      status.progress();
    } else if (window.shipments === 0 && waits.length === 0) {
      status.works({ kind: 'idle' });
      status.progress();
    } else if (window.shipments === 0 && waits.every(({ wait }) => wait?.kind === 'held')) {
      status.works({ kind: 'held', epochs: [...new Set(waits.map(({ epoch }) => epoch))].slice(0, 3) });
    } else if (['idle', 'held', 'budget'].includes(status.state.kind)) {
      status.works({ kind: 'up' });
    }
    if (waits.length > 0)
      this.#trouble = waits
        .slice(0, 3)
        .map(({ name, wait }) => `${name}: ${wait?.reason}`)
        .join('; ');
    status.watch(() => this.#trouble || 'no answer');
  }
}
