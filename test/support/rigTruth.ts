/**
 * The independent judge: what clients were told was accepted, against what kafkajs reads (`read_committed`) in central
 * Kafka. It has never heard of epochs, sequences or tips.
 */
import { consumeAll } from './kafka.ts';

/** Everything that is wrong; empty lists where nothing is. */
export interface Verdict {
  /** Accepted, and not in central Kafka. */
  readonly lost: readonly string[];
  readonly twice: readonly string[];
  /** Behind one that its client sent later. */
  readonly disorder: readonly string[];
  /** There, and nobody was told that it was accepted. */
  readonly unexplained: readonly string[];
}

/** Enough to recognise a value in a failure's text. */
export const short = (value: string): string => value.slice(0, 40);

export const SOUND: Verdict = { lost: [], twice: [], disorder: [], unexplained: [] };

export class Truth {
  readonly #target: (edge: string, topic: string) => string;
  /** By target topic: values in the order of their acceptance, by client. */
  readonly #accepted = new Map<string, Map<string, string[]>>();

  constructor(target: (edge: string, topic: string) => string) {
    this.#target = target;
  }

  /** `client`: whose order counts; one that sends to one partition, one request after the other. Values are unique. */
  accepted(edge: string, topic: string, client: string, values: readonly string[]): void {
    const target = this.#target(edge, topic);
    const clients = this.#accepted.get(target) ?? new Map<string, string[]>();
    this.#accepted.set(target, clients);
    const known = clients.get(client) ?? [];
    known.push(...values);
    clients.set(client, known);
  }

  async judge(): Promise<Verdict> {
    const verdict = { lost: [], twice: [], disorder: [], unexplained: [] };
    for (const [target, clients] of this.#accepted) await judgeTopic(target, clients, verdict);
    return verdict;
  }
}

type Lists = { [K in keyof Verdict]: string[] };

async function judgeTopic(target: string, clients: ReadonlyMap<string, readonly string[]>, lists: Lists) {
  const seen = new Map<string, number>();
  const positions = new Map<string, number>();
  for (const [at, { value }] of (await consumeAll(target)).entries()) {
    const text = String(value);
    seen.set(text, (seen.get(text) ?? 0) + 1);
    if (!positions.has(text)) positions.set(text, at);
  }
  const known = new Set<string>();
  for (const values of clients.values()) {
    let highest = -1;
    for (const value of values) {
      known.add(value);
      const at = positions.get(value);
      if (at === undefined) lists.lost.push(short(value));
      else if (at < highest) lists.disorder.push(short(value));
      else highest = at;
      if ((seen.get(value) ?? 0) > 1) lists.twice.push(short(value));
    }
  }
  for (const value of seen.keys()) if (!known.has(value)) lists.unexplained.push(short(value));
}
