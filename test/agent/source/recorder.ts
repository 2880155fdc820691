import { Registry } from 'prom-client';
import type { EventType } from '../../../shared/telemetry/event.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';

export interface Emitted {
  readonly name: string;
  readonly facts: Record<string, unknown>;
}

/** Telemetry that keeps every event. */
export class Recorder implements Telemetry {
  readonly registry = new Registry();
  readonly events: Emitted[] = [];

  emit<F>(type: EventType<F>, facts: F): void {
    this.events.push({ name: type.name, facts: facts as Record<string, unknown> });
  }

  named(name: string): Record<string, unknown>[] {
    return this.events.filter((event) => event.name === name).map(({ facts }) => facts);
  }
}
