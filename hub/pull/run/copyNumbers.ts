/**
 * Gives each topic of a flow the number of its copy, where topics that were made again get a copy of their own: written into
 * the control topic before anything is copied there, so that every process, now and later, does the same.
 *
 * What was copied before the flow was told to do so is in the ledger only: a topic of the same name that is there now is
 * another one where the ledger knows its name by another id.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../shared/clock.ts';
import { TributaryError } from '../../../shared/errors.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import { type ControlEntry, type CopyEntry, type FlowRule, keyOf, newestCopy } from '../control/index.ts';
import { type CopyNumbers, numberedTopic, type TakenNames, type TopicShape } from '../sync/index.ts';
import { topicMadeAgain } from './events.ts';

export interface FlowCopiesOptions {
  readonly flow: string;
  /** False: topics keep the numbers that they have, and no others are given. */
  readonly apart: boolean;
  readonly copyName: (topic: string) => string;
  readonly isHeartbeats: (topic: string) => boolean;
  readonly rule: () => Pick<FlowRule, 'copies'>;
  /** Resolves when {@link rule} has it. */
  readonly say: (entries: readonly (readonly [string, ControlEntry])[]) => Promise<void>;
  /** Ids of topics that the ledger has positions of, by their names. */
  readonly copied: () => Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/** Another process may have been quicker with a number: so often another one is looked for. */
const ATTEMPTS = 5;

interface Decision {
  readonly topic: string;
  readonly topicId: string;
  readonly number: number;
  readonly before?: true;
}

export class FlowCopies implements CopyNumbers {
  readonly #options: FlowCopiesOptions;
  #copied: ReadonlyMap<string, ReadonlySet<string>> | null = null;

  constructor(options: FlowCopiesOptions) {
    this.#options = options;
  }

  /** One that nothing was said of goes where the last one of its name went. */
  of(topic: string, topicId: string): number | null {
    const { copies } = this.#options.rule();
    return copies.get(topic)?.get(topicId) ?? newestCopy(copies, topic);
  }

  /** The copy's name, where it is not the policy's own; null: it is. */
  nameOf(topic: string): string | null {
    const number = newestCopy(this.#options.rule().copies, topic) ?? 1;
    return number === 1 ? null : this.#options.copyName(numberedTopic(topic, number));
  }

  async decide(topics: readonly TopicShape[], taken: TakenNames): Promise<void> {
    if (!this.#options.apart) return;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const open = topics.filter((topic) => this.#isOpen(topic));
      if (open.length === 0) return;
      // As of the start: what was copied since, was said.
      this.#copied ??= await this.#options.copied();
      const decisions = open.flatMap((topic) => this.#decisions(topic, taken));
      await this.#options.say(decisions.map((one) => this.#entry(one)));
      for (const { topic, topicId, number } of decisions) this.#tell(topic, topicId, number);
    }
    const [left] = topics.filter((topic) => this.#isOpen(topic));
    if (left) throw undecided(this.#options.flow, left.name);
  }

  #isOpen({ name, topicId }: TopicShape): boolean {
    return !this.#options.isHeartbeats(name) && this.#options.rule().copies.get(name)?.get(topicId) === undefined;
  }

  #decisions({ name: topic, topicId }: TopicShape, taken: TakenNames): Decision[] {
    const newest = newestCopy(this.#options.rule().copies, topic);
    const copied = this.#copied?.get(topic) ?? new Set<string>();
    if (copied.has(topicId)) return [{ topic, topicId, number: newest ?? 1, before: true }];
    const [another] = copied;
    if (newest !== null) return [{ topic, topicId, number: this.#free(topic, newest + 1, taken) }];
    if (another === undefined) return [{ topic, topicId, number: 1 }];
    const first: Decision = { topic, topicId: another, number: 1, before: true };
    return [first, { topic, topicId, number: this.#free(topic, 2, taken) }];
  }

  /** A number whose name no other topic has on either side; Kafka takes a dot and an underscore for the same. */
  #free(topic: string, from: number, { source, target }: TakenNames): number {
    const same = (names: ReadonlySet<string>): Set<string> =>
      new Set([...names].map((name) => name.replaceAll('.', '_')));
    const [sources, targets] = [same(source), same(target)];
    for (let number = from; ; number += 1) {
      const name = numberedTopic(topic, number);
      const copy = this.#options.copyName(name);
      if (!sources.has(name.replaceAll('.', '_')) && !targets.has(copy.replaceAll('.', '_'))) return number;
    }
  }

  #entry({ topic, topicId, number, before }: Decision): readonly [string, CopyEntry] {
    const { flow, clock } = this.#options;
    const said = { v: 1, kind: 'copy', atMs: clock.now(), by: null } as const;
    const entry = { ...said, flow, topic, topicId, number, ...(before ? { before } : {}) };
    return [keyOf.copy(randomUUID(), topic, flow), entry];
  }

  /** By the process whose word it was; by two, where both have said the same at the same moment. */
  #tell(topic: string, topicId: string, number: number): void {
    const { flow, telemetry, rule, copyName } = this.#options;
    if (number === 1 || rule().copies.get(topic)?.get(topicId) !== number) return;
    telemetry.emit(topicMadeAgain, { flow, topic, topicId, copy: copyName(numberedTopic(topic, number)) });
  }
}

const undecided = (flow: string, topic: string): TributaryError =>
  new TributaryError({
    code: 'conflict',
    operation: 'name copy',
    subject: `${topic} in ${flow}`,
    reason: 'other processes give numbers to topics of that name at the same time',
    retry: 'retryable',
  });
