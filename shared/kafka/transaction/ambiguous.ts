/** Ends of a transaction that its caller can't go on from, and what is known of their cause. */
import { type ErrorFacts, TributaryError } from '../../errors.ts';

/** A partition of which nobody knows what its log holds now. */
export interface Unanswered {
  readonly topic: string;
  readonly partition: number;
  /** The broker that did not answer; null: it answered, and what it said did not settle the matter. */
  readonly node: number | null;
}

/** Fenced by another producer. */
export class Fenced extends Error {}

/** The transaction is broken, or a request was not answered. */
export class Ambiguous extends Error {
  readonly unanswered: readonly Unanswered[];
  constructor(message: string, options: { cause?: unknown; unanswered?: readonly Unanswered[] } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.unanswered = options.unanswered ?? [];
  }
}

/** `outcomeUnknown`, with the partitions that it is known to be about; none where it is the transaction's own end. */
export class OutcomeUnknown extends TributaryError {
  readonly unanswered: readonly Unanswered[];
  constructor(facts: Omit<ErrorFacts, 'code' | 'retry'>, unanswered: readonly Unanswered[]) {
    super({ ...facts, code: 'outcomeUnknown', retry: 'retried' });
    this.unanswered = unanswered;
  }
}

const NAMED = 5;

export function unansweredText(unanswered: readonly Unanswered[]): string {
  const names = unanswered.slice(0, NAMED).map(({ topic, partition }) => `${topic}/${partition}`);
  const more = unanswered.length - names.length;
  const nodes = [...new Set(unanswered.flatMap(({ node }) => node ?? []))].join(', ');
  return `broker ${nodes} did not answer for ${names.join(', ')}${more > 0 ? ` and ${more} more partitions` : ''}`;
}
