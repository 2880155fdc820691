/** What the tests of pull flows share: flows over the run's one Kafka, which is source and target at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, createTopics, deleteTopics } from '../../shared/kafka/index.ts';
import type { EventType } from '../../shared/telemetry/event.ts';
import { ProcessTelemetry, type Telemetry } from '../../shared/telemetry/telemetry.ts';

/** Events by name, in their order; metrics move as usual. */
export class HeardTelemetry implements Telemetry {
  readonly heard: { readonly name: string; readonly facts: Readonly<Record<string, unknown>> }[] = [];
  readonly #real = new ProcessTelemetry({ destination: { write: () => {} } });
  readonly registry = this.#real.registry;

  emit<F>(type: EventType<F>, facts: F): void {
    this.#real.emit(type, facts);
    this.heard.push({ name: type.name, facts: facts as Readonly<Record<string, unknown>> });
  }

  of(name: string): Readonly<Record<string, unknown>>[] {
    return this.heard.filter((one) => one.name === name).map(({ facts }) => facts);
  }
}

/** Makes topics by their exact names and waits for their leaders; answers how to delete them. */
export async function madeTopics(
  cluster: Cluster,
  topics: readonly { name: string; partitions?: number; configs?: Record<string, string> }[],
): Promise<() => Promise<void>> {
  const wanted = topics.map((topic) => ({ partitions: 1, replicationFactor: 1, ...topic }));
  for (const { name, errorCode, errorMessage } of await createTopics(cluster, wanted)) {
    if (errorCode !== 0) throw new Error(`topic ${name}: ${errorMessage}`);
  }
  await until('leaders', async () => {
    const found = await cluster.metadata(wanted.map(({ name }) => name));
    return [...found.topics.values()].every((t) => t.errorCode === 0 && t.partitions.every((p) => p.leader >= 0));
  });
  return async () => {
    await deleteTopics(
      cluster,
      wanted.map(({ name }) => name),
    );
  };
}

export async function until(what: string, holds: () => Promise<boolean>, withinMs = 15_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
    await sleep(50);
  }
}
