import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { bodyBytesHeld } from './events.ts';

/** Memory for request bodies. Whoever has none left is refused before a byte is read. */
export interface BudgetSettings {
  /** Name of the lane that it is for, in metrics: `data` or `control`. */
  readonly lane: 'data' | 'control';
  readonly totalBytes: number;
  readonly perEdgeBytes: number;
  /** What an edge is always told that it may send: enough to find out that there is room again. */
  readonly minCreditBytes: number;
}

/** What a request costs beside its body. It bounds the number of requests that one edge can have under way. */
export const REQUEST_OVERHEAD_BYTES = 16 * 1024;

export interface Reservation {
  /** Gives the bytes back; only the first call counts. */
  release(): void;
}

export class BodyBudget {
  readonly #settings: BudgetSettings;
  readonly #telemetry: Telemetry;
  /** Bytes held by each edge that holds any. */
  readonly #held = new Map<string, number>();
  #total = 0;

  constructor(settings: BudgetSettings, telemetry: Telemetry) {
    this.#settings = settings;
    this.#telemetry = telemetry;
  }

  get lane(): BudgetSettings['lane'] {
    return this.#settings.lane;
  }

  get heldBytes(): number {
    return this.#total;
  }

  /** Takes `bytes` for `edge`, or says whose limit is reached. */
  reserve(edge: string, bytes: number): Reservation | 'edge' | 'total' {
    const wanted = bytes + REQUEST_OVERHEAD_BYTES;
    const held = this.#held.get(edge) ?? 0;
    if (held + wanted > this.#settings.perEdgeBytes) return 'edge';
    if (this.#total + wanted > this.#settings.totalBytes) return 'total';
    this.#move(edge, wanted);
    let released = false;
    return {
      release: () => {
        if (released) return;
        released = true;
        this.#move(edge, -wanted);
      },
    };
  }

  /**
   * How many bytes `edge` may have unanswered, those that are here already included: what it holds and its share of
   * what is free, within its own limit.
   */
  creditBytes(edge: string): number {
    const { perEdgeBytes, totalBytes, minCreditBytes } = this.#settings;
    const held = this.#held.get(edge) ?? 0;
    const others = this.#held.size - (held > 0 ? 1 : 0);
    const share = Math.floor((totalBytes - this.#total) / (others + 1));
    return Math.max(minCreditBytes, Math.min(perEdgeBytes, held + share));
  }

  #move(edge: string, bytes: number): void {
    const held = (this.#held.get(edge) ?? 0) + bytes;
    if (held === 0) this.#held.delete(edge);
    else this.#held.set(edge, held);
    this.#total += bytes;
    this.#telemetry.emit(bodyBytesHeld, { lane: this.#settings.lane, bytes: this.#total });
  }
}
