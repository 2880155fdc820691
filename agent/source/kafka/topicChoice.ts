/** Which topics a source reads. */
import { TributaryError } from '../../../shared/errors.ts';

export interface TopicChoice {
  /** What to ask the cluster for: names, or null for all topics where an expression has to see them. */
  readonly ask: readonly string[] | null;
  /** Topics that were named outright, so that their absence can be said. */
  readonly named: readonly string[];
  chooses(topic: string, internal: boolean): boolean;
}

/**
 * Topics with a leading `__` and Kafka's internal ones are never chosen by an expression, only by their name.
 * @throws TributaryError `configInvalid` for an expression that does not compile
 */
export function topicChoice(topics: readonly string[], exclude: readonly string[]): TopicChoice {
  const wanted = split(topics);
  const left = split(exclude);
  const excluded = (topic: string): boolean => left.names.has(topic) || left.expressions.some((e) => e.test(topic));
  return {
    ask: wanted.expressions.length > 0 ? null : [...wanted.names],
    named: [...wanted.names].filter((topic) => !excluded(topic)),
    chooses: (topic, internal) => {
      if (excluded(topic)) return false;
      if (wanted.names.has(topic)) return true;
      return !internal && !topic.startsWith('__') && wanted.expressions.some((e) => e.test(topic));
    },
  };
}

function split(patterns: readonly string[]): { names: ReadonlySet<string>; expressions: readonly RegExp[] } {
  const names = new Set<string>();
  const expressions: RegExp[] = [];
  for (const pattern of patterns) {
    if (pattern.length > 2 && pattern.startsWith('/') && pattern.endsWith('/')) expressions.push(compile(pattern));
    else names.add(pattern);
  }
  return { names, expressions };
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern.slice(1, -1)})$`);
  } catch (cause) {
    throw new TributaryError({
      code: 'configInvalid',
      operation: 'choose topics',
      subject: pattern,
      reason: 'it is not a regular expression',
      retry: 'final',
      cause,
    });
  }
}
