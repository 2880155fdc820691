/** What `buffer.topics` says of a topic: the first entry that matches, else the defaults. */
import { topicMatcher } from '../shared/config/topicPattern.ts';
import type { Priority } from '../shared/queues.ts';
import type { TopicConfig } from './config.ts';

export type WhenFull = TopicConfig['whenFull'];

export interface TopicPolicy {
  readonly whenFull: WhenFull;
  /** Null: as long as it takes. */
  readonly maxAgeMs: number | null;
  readonly priority: Priority;
}

export const DEFAULT_POLICY: TopicPolicy = { whenFull: 'block', maxAgeMs: null, priority: 'normal' };

export class TopicPolicies {
  readonly #entries: readonly { readonly matches: (topic: string) => boolean; readonly policy: TopicPolicy }[];
  readonly #known = new Map<string, TopicPolicy>();

  constructor(topics: readonly TopicConfig[] = []) {
    this.#entries = topics.map(({ match, whenFull, maxAge, priority }) => ({
      matches: topicMatcher([match]),
      policy: { whenFull, maxAgeMs: maxAge ?? null, priority },
    }));
  }

  /** Asked of topics that the buffer has a place for, whose number is bounded. */
  of(topic: string): TopicPolicy {
    let policy = this.#known.get(topic);
    if (policy === undefined) {
      policy = this.#entries.find(({ matches }) => matches(topic))?.policy ?? DEFAULT_POLICY;
      this.#known.set(topic, policy);
    }
    return policy;
  }

  /** Whether any topic's records may be evicted, or grow too old. */
  get evictsAny(): boolean {
    return this.#entries.some(({ policy }) => policy.whenFull !== 'block');
  }
  get expiresAny(): boolean {
    return this.#entries.some(({ policy }) => policy.maxAgeMs !== null);
  }
}
