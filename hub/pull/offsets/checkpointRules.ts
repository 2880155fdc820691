/** Which checkpoints follow from a group's offsets in the source. */
import type { ReplicationPolicy } from '../../../shared/names/index.ts';
import type { Place } from '../maps/index.ts';
import type { Checkpoint } from './checkpoint.ts';
import { MAX_STRING_BYTES } from './fields.ts';

/** What a group has committed. */
export interface SourceOffset {
  readonly topic: string;
  readonly partition: number;
  /** -1: nothing. */
  readonly offset: number;
  readonly metadata: string;
}

/** Where an offset of the source lies in the target: from offset syncs, or from exact maps of what was copied. */
export interface Translator {
  /** Null: nothing is known of the partition. -1: it lies too far back to say. */
  translate(topic: string, partition: number, upstream: number): number | null;
}

/** Exact maps of what was copied; see `../maps/`. */
export interface ExactMaps {
  /** Reads what was written since. */
  catchUp(): Promise<void>;
  /** Null: nothing is known of it. `atLeast`: everything that is known of was in front. */
  translate(topic: string, partition: number, upstream: number): Place | null;
  /** The topic that what is known of a partition leads into; null: that is not known. */
  targetOf(topic: string, partition: number): string | null;
}

/** By the map where it reaches, else by offset syncs. Neither goes too far, so the further one counts where both are rough. */
export const exactFirst = (exact: Pick<ExactMaps, 'translate'>, syncs: Translator): Translator => ({
  translate: (topic, partition, upstream) => {
    const place = exact.translate(topic, partition, upstream);
    if (place?.kind === 'exact') return place.offset;
    const rough = syncs.translate(topic, partition, upstream);
    return place ? Math.max(place.offset, rough ?? -1) : rough;
  },
});

/**
 * For topics that were made again and have a copy of their own: what is known may still be of the one before, and offsets mean
 * something else there. Only what is known to be of this copy counts.
 */
export const ofOwnCopy = (
  translator: Translator,
  { copyOf, exact }: { readonly copyOf?: CheckpointRules['copyOf']; readonly exact?: Pick<ExactMaps, 'targetOf'> },
): Translator => ({
  translate: (topic, partition, upstream) => {
    const copy = copyOf?.(topic) ?? null;
    const known = copy === null || exact?.targetOf(topic, partition) === copy;
    return known ? translator.translate(topic, partition, upstream) : null;
  },
});

export interface CheckpointRules {
  readonly policy: ReplicationPolicy;
  readonly sourceAlias: string;
  readonly targetAlias: string;
  /** The flow's topic filter. */
  readonly acceptsTopic: (topic: string) => boolean;
  readonly translator: Translator;
  /** The copy of a topic that does not have the policy's name; null: it has. */
  readonly copyOf?: (topic: string) => string | null;
}

/** Why an offset makes no checkpoint. */
export type Skipped = 'topicNotAccepted' | 'noOffset' | 'noSync' | 'tooOld' | 'notNewer';

/**
 * `last`: the newest checkpoint of a partition, as it is called in the target. A checkpoint goes forward in the target,
 * unless the group went back in the source: then it follows.
 */
export function checkpointsOf(
  rules: CheckpointRules,
  group: string,
  offsets: readonly SourceOffset[],
  last: (topic: string, partition: number) => Checkpoint | undefined,
): { emit: Checkpoint[]; skipped: Partial<Record<Skipped, number>> } {
  const emit: Checkpoint[] = [];
  const skipped: Partial<Record<Skipped, number>> = {};
  for (const offset of offsets) {
    const outcome = checkpointOf(rules, group, offset, last);
    if (typeof outcome === 'string') skipped[outcome] = (skipped[outcome] ?? 0) + 1;
    else emit.push(outcome);
  }
  return { emit, skipped };
}

function checkpointOf(
  rules: CheckpointRules,
  group: string,
  { topic, partition, offset, metadata }: SourceOffset,
  last: (topic: string, partition: number) => Checkpoint | undefined,
): Checkpoint | Skipped {
  if (!rules.acceptsTopic(topic)) return 'topicNotAccepted';
  if (offset < 0) return 'noOffset';
  const downstream = rules.translator.translate(topic, partition, offset);
  if (downstream === null) return 'noSync';
  if (downstream < 0) return 'tooOld';
  const target = rules.copyOf?.(topic) ?? nameInTarget(rules, topic);
  const before = last(target, partition);
  if (before && offset >= before.upstream && downstream <= before.downstream) return 'notNewer';
  return { group, topic: target, partition, upstream: offset, downstream, metadata: kept(metadata) };
}

/** A topic that came from the target is known there by its own name: so a group can go back. */
export function nameInTarget(
  { policy, sourceAlias, targetAlias }: Pick<CheckpointRules, 'policy' | 'sourceAlias' | 'targetAlias'>,
  topic: string,
): string {
  if (policy.topicSource(topic) === targetAlias) return policy.originalTopic(topic);
  return policy.formatRemoteTopic(sourceAlias, topic);
}

/** Better a checkpoint without its metadata than none: the format can't hold more. */
const kept = (metadata: string): string => (Buffer.byteLength(metadata) <= MAX_STRING_BYTES ? metadata : '');

/** A group is looked at where its name is accepted and it has an offset on an accepted topic. */
export function concerns(
  acceptsGroup: (group: string) => boolean,
  acceptsTopic: (topic: string) => boolean,
  group: string,
  offsets: readonly SourceOffset[],
): boolean {
  return acceptsGroup(group) && offsets.some(({ topic }) => acceptsTopic(topic));
}
