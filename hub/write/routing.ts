import type { ShippedStream } from '../stages.ts';

export interface RouteTarget {
  readonly topic: string;
  readonly partition: number;
  /** How many partitions the topic is made with, or grown to. */
  readonly partitions: number;
  /** -1: the cluster's default. */
  readonly replicationFactor: number;
  /** What becomes of a batch that Kafka will never take: the dead letter topic, or the agent's quarantine. */
  readonly onRefused: 'deadLetter' | 'quarantine';
}

/** Where streams land; `shared/names` makes the real one. Asked when a stream opens, and for its policy. */
export interface Routing {
  /** @throws TributaryError `topicNotCreatable`: this stream has no topic that Kafka would take */
  target(stream: ShippedStream): RouteTarget;
}
