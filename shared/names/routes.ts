/**
 * Where a stream lands in central Kafka: the only place where target topic names are made or taken apart.
 *
 * A route is a template and three settings. `{edge}.{topic}` (the default) gives each edge topics of its own, as
 * MirrorMaker 2 names remote topics: a record keeps its source partition. Without `{edge}` edges share topics, and a
 * stream sticks to the partition hash(edge, source partition) mod n. Either way everything of one source partition
 * lands in one partition. {@link Routes.target} is pure: the ledger keeps what it said when a stream was opened.
 *
 * No stream reaches a topic that is Tributary's or Kafka's own: an edge called `tributary` with a topic `ledger` would
 * otherwise write into the ledger.
 */
import { createHash } from 'node:crypto';
import { TributaryError } from '../errors.ts';
import { type EdgeId, isEdgeId, isTopicName, type StreamId } from '../identity.ts';
import { type GroupSettings, Groups } from './groups.ts';
import { fill, matcher, parseTemplate, type Template } from './template.ts';

/** What happens to a batch whose bytes Kafka will never take: the dead-letter topic, or the agent's quarantine. */
export type OnRefused = 'deadLetter' | 'quarantine';

export interface RouteSettings {
  /** Template with `{topic}` and, as wanted, `{edge}` and `{group}`. */
  readonly topic: string;
  /** `source`: as many as the source topic has; only for routes with `{edge}`. */
  readonly partitions: 'source' | number;
  /** -1: the cluster's default. */
  readonly replicationFactor: number;
  readonly onRefused?: OnRefused;
}

export interface RoutesSettings {
  readonly default: RouteSettings;
  /** Which edges are in which group, for `{group}`. */
  readonly groups?: GroupSettings;
  /** Topics that no stream may be written to, by exact name: the ledger, the audit and the dead-letter topic. */
  readonly reserved?: readonly string[];
}

export interface Target {
  readonly topic: string;
  readonly partition: number;
  /** How many partitions the topic is made with, when it has to be made: always more than {@link partition}. */
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly onRefused: OnRefused;
}

/** The part of a shipped stream that a route looks at. */
export interface RoutedStream extends StreamId {
  /** Partitions of the source topic; 0 where unknown. */
  readonly sourcePartitions: number;
}

export class Routes {
  readonly #settings: RouteSettings;
  readonly #template: Template;
  readonly #matcher: RegExp;
  readonly #groups: Groups;
  readonly #reserved: ReadonlySet<string>;

  /** @throws TributaryError `configInvalid` */
  constructor(settings: RoutesSettings) {
    this.#settings = settings.default;
    this.#template = parseTemplate(settings.default.topic);
    this.#matcher = matcher(this.#template);
    this.#groups = new Groups(settings.groups ?? {});
    this.#reserved = new Set(settings.reserved ?? []);
    checkRoute(settings.default, this.#template, this.#groups);
  }

  /** True where edges share target topics. */
  get shared(): boolean {
    return !this.#template.uses.has('edge');
  }

  /** @throws TributaryError `topicNotCreatable`, final: this stream has no topic that Kafka would take. */
  target(stream: RoutedStream): Target {
    const { partitions, replicationFactor, onRefused } = this.#settings;
    const topic = this.#topicOf(stream);
    const place = this.#placeIn(stream, partitions);
    return { topic, ...place, replicationFactor, onRefused: onRefused ?? 'deadLetter' };
  }

  /** Edge, group and source topic of a target topic's name, as far as the template holds them; null for other names. */
  parse(topic: string): { readonly edge: EdgeId | null; readonly group: string | null; readonly topic: string } | null {
    const found = this.#matcher.exec(topic)?.groups;
    if (!found?.topic || !isTopicName(topic) || this.#isReserved(topic)) return null;
    const edge = found.edge !== undefined && isEdgeId(found.edge) ? found.edge : null;
    return { edge, group: found.group ?? null, topic: found.topic };
  }

  #topicOf(stream: RoutedStream): string {
    const needsGroup = this.#template.uses.has('group');
    const group = needsGroup ? this.#groups.of(stream.edge) : '';
    if (group === null) throw noTopic(stream, `edge ${stream.edge} is in no group, and the route needs {group}`);
    const topic = fill(this.#template, { edge: stream.edge, group, topic: stream.topic });
    if (topic.length > 249) throw noTopic(stream, `${topic} has ${topic.length} characters, Kafka takes 249`);
    if (!isTopicName(topic)) throw noTopic(stream, `${JSON.stringify(topic)} is not a topic name`);
    if (this.#isReserved(topic)) throw noTopic(stream, `${topic} is not a topic for records`);
    return topic;
  }

  #isReserved(topic: string): boolean {
    return topic.startsWith('__') || this.#reserved.has(topic);
  }

  #placeIn(stream: RoutedStream, partitions: 'source' | number): { partition: number; partitions: number } {
    if (partitions === 'source') {
      return { partition: stream.partition, partitions: Math.max(stream.sourcePartitions, stream.partition + 1) };
    }
    const at = this.shared ? hash(`${stream.edge}/${stream.partition}`) : stream.partition;
    return { partition: at % partitions, partitions };
  }
}

/** First 4 bytes of SHA-256, big-endian, as for shards. */
const hash = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE(0);

function checkRoute(route: RouteSettings, template: Template, groups: Groups): void {
  const { partitions, replicationFactor } = route;
  if (partitions === 'source' && !template.uses.has('edge')) {
    throw invalid(route, 'edges share its topics, so `partitions` must be a number');
  }
  if (partitions !== 'source' && !(Number.isInteger(partitions) && partitions >= 1 && partitions <= 100_000)) {
    throw invalid(route, '`partitions` must be `source` or a number from 1 to 100000');
  }
  if (replicationFactor !== -1 && !(Number.isInteger(replicationFactor) && replicationFactor >= 1)) {
    throw invalid(route, '`replicationFactor` must be -1 (the cluster decides) or at least 1');
  }
  if (template.uses.has('group') && groups.isEmpty)
    throw invalid(route, 'it has {group}, but no groups are configured');
}

function invalid(route: RouteSettings, reason: string): TributaryError {
  const subject = JSON.stringify(route.topic);
  return new TributaryError({ code: 'configInvalid', operation: 'read route', subject, reason, retry: 'final' });
}

function noTopic(stream: RoutedStream, reason: string): TributaryError {
  return new TributaryError({
    code: 'topicNotCreatable',
    operation: 'name target topic',
    subject: `${stream.edge}, topic ${stream.topic}`,
    reason,
    hint: 'Change the route, or leave this topic out at the edge.',
    retry: 'final',
  });
}
