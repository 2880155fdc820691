/**
 * Quotas (KIP-219): a broker answers at once, says how long its client is to be silent, and reads nothing from that connection
 * meanwhile. What is sent anyway lies there and may run into its time-out, so a connection waits ({@link RawConnection}), and
 * whoever has more to send than one request sends one at a time while a broker throttles.
 */
import type { Telemetry } from '../telemetry/telemetry.ts';
import { kafkaThrottled, kafkaThrottledAgain, kafkaThrottleOver } from './events.ts';

interface Spell {
  readonly sinceMs: number;
  /** Until when the broker wanted silence last. */
  untilMs: number;
}

/** So long after the last silence a broker that does not ask for another one counts as no longer throttling. */
const CALM_MS = 5_000;

/** What a cluster's brokers have asked for; by broker and request. */
export class Throttles {
  readonly #telemetry: Telemetry | null;
  readonly #spells = new Map<string, Spell>();

  constructor(telemetry: Telemetry | null) {
    this.#telemetry = telemetry;
  }

  /** Of each answer that can say it; 0: go on. */
  heard(broker: string, api: string, ms: number): void {
    const key = `${broker} ${api}`;
    const spell = this.#spells.get(key);
    const now = performance.now();
    if (ms > 0) {
      const event = spell ? kafkaThrottledAgain : kafkaThrottled;
      if (spell) spell.untilMs = now + ms;
      else this.#spells.set(key, { sinceMs: now, untilMs: now + ms });
      this.#telemetry?.emit(event, { broker, api, ms });
    } else if (spell && now > spell.untilMs + CALM_MS) {
      this.#spells.delete(key);
      this.#telemetry?.emit(kafkaThrottleOver, { broker, api, afterMs: Math.round(now - spell.sinceMs) });
    }
  }

  /** Whether a broker throttles such requests now or did a moment ago. */
  lately(broker: string, api: string): boolean {
    const spell = this.#spells.get(`${broker} ${api}`);
    return spell !== undefined && performance.now() < spell.untilMs + CALM_MS;
  }
}
