/**
 * The pull ledger: what each copied partition has reached. A compacted topic of the target cluster (`tributary.pulls`), one
 * partition a shard, written only by the shard's owner. It is not the hub's ledger: a shard has one transaction at a time,
 * and a flow of a million records a second must not delay edges' receipts.
 *
 * Format: key = UTF-8 text, value = JSON with `v: 1`, or null (tombstone).
 *
 *   genesis                                       who this ledger is; partition 0 only, never changed
 *   claim                                         the owner; the offset of this record is its term
 *   flow/<source>-><target>/<topic>/<partition>   a partition's position
 *
 * shard = first 4 bytes of SHA-256(`<source>-><target>/<topic>/<partition div 8>`), big-endian, mod the number of shards. Eight
 * partitions of a topic stay together, as Produce takes one batch a partition and request: a shard with one partition of a
 * topic would send many small requests (measured: 4 partitions in 4 shards reach 0.65 of the rate of 4 in one, at 1.6 of its CPU).
 */
import { createHash } from 'node:crypto';
import { TributaryError } from '../../../shared/errors.ts';
import { isTopicName } from '../../../shared/identity.ts';
import { limits } from '../../../shared/limits.ts';
import type { LedgerRecord } from '../../ledger/codec.ts';
import type { ClaimEntry, GenesisEntry } from '../../ledger/entries.ts';
import type { FlowName } from './settings.ts';

/**
 * Offsets that were not copied because the source does not have them any more (`retention`), that it took back and gave
 * again (`truncated`: from `to` on records were copied a second time, with other content), or another topic's (`recreated`).
 */
export interface PullGap {
  readonly cause: 'retention' | 'truncated' | 'recreated';
  readonly from: number;
  readonly to: number;
  readonly atMs: number;
}

export interface PullPosition {
  readonly v: 1;
  /** Of the source. */
  readonly topicId: string;
  readonly next: number;
  /** Of the last batch that was looked at; -1: none yet. */
  readonly leaderEpoch: number;
  readonly target: {
    readonly topic: string;
    readonly topicId: string;
    readonly partition: number;
    /** -1: nothing was written there yet. */
    readonly lastOffset: number;
  };
  /** The newest ones. */
  readonly gaps: readonly PullGap[];
  /** All that there were. */
  readonly gapCount: number;
  /** Offsets lost to retention, all together. */
  readonly lostOffsets: number;
  /** Where its exact map begins, and the segment that was written last; absent: it has none. */
  readonly map?: { readonly since: number; readonly segment: number };
}

export type PullChange =
  | { readonly kind: 'genesis'; readonly value: GenesisEntry }
  | { readonly kind: 'claim'; readonly value: ClaimEntry }
  | { readonly kind: 'flow'; readonly id: string; readonly value: PullPosition | null };

export const GAPS_KEPT = 16;
const PARTITIONS_TOGETHER = 8;

export const flowText = ({ source, target }: FlowName): string => `${source}->${target}`;

export const positionId = (flow: FlowName, topic: string, partition: number): string =>
  `${flowText(flow)}/${topic}/${partition}`;

export function shardOfPosition(flow: FlowName, topic: string, partition: number, shards: number): number {
  const together = positionId(flow, topic, Math.floor(partition / PARTITIONS_TOGETHER));
  return createHash('sha256').update(together).digest().readUInt32BE(0) % shards;
}

export function withGap(position: PullPosition, gap: PullGap): PullPosition {
  return {
    ...position,
    gaps: [...position.gaps, gap].slice(-GAPS_KEPT),
    gapCount: position.gapCount + 1,
    lostOffsets: position.lostOffsets + (gap.cause === 'retention' ? gap.to - gap.from : 0),
  };
}

export function encodePull(change: PullChange): LedgerRecord {
  const key = Buffer.from(change.kind === 'flow' ? `flow/${change.id}` : change.kind, 'utf8');
  if (change.value === null) return { key, value: null };
  const value = Buffer.from(JSON.stringify(change.value), 'utf8');
  if (value.length <= limits.ledgerEntryBytes) return { key, value };
  throw unusable(String(key), `its entry has ${value.length} bytes, ${limits.ledgerEntryBytes} are allowed`);
}

/** @throws TributaryError `versionUnsupported`, `internal`: a position must not be guessed */
export function decodePull({ key, value }: LedgerRecord, where: string): PullChange {
  const text = key.toString('utf8');
  const id = text.startsWith('flow/') ? text.slice(5) : null;
  if (id !== null ? !isPositionId(id) : text !== 'genesis' && text !== 'claim') {
    throw unusable(where, `no known kind of entry has the key "${text.slice(0, 200)}"`);
  }
  if (value === null && id !== null) return { kind: 'flow', id, value: null };
  const entry = value === null ? null : parse(value);
  if (entry === null) throw unusable(where, 'it holds a value that is not a JSON object');
  if (entry.v !== 1) throw newer(where, String(entry.v));
  if (id === null) return { kind: text, value: entry } as unknown as PullChange;
  if (!Number.isSafeInteger(entry.next) || typeof entry.topicId !== 'string' || typeof entry.target !== 'object') {
    throw unusable(where, `the entry of "${text.slice(0, 200)}" is not complete`);
  }
  const { gaps = [], gapCount = 0, lostOffsets = 0, ...rest } = entry;
  return { kind: 'flow', id, value: { ...rest, gaps, gapCount, lostOffsets } as unknown as PullPosition };
}

/** Aliases may hold anything, a slash too; topics and numbers do not. */
function isPositionId(id: string): boolean {
  const [partition = '', topic = '', ...flow] = id.split('/').reverse();
  return /^\d{1,10}$/.test(partition) && isTopicName(topic) && flow.length > 0;
}

function parse(bytes: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

const unusable = (where: string, reason: string): TributaryError =>
  new TributaryError({
    code: 'internal',
    operation: 'read pull ledger',
    subject: where,
    reason,
    hint: 'Only pulls may write to this topic; look at the record before anything else.',
    retry: 'final',
  });

const newer = (where: string, version: string): TributaryError =>
  new TributaryError({
    code: 'versionUnsupported',
    operation: 'read pull ledger',
    subject: where,
    reason: `it was written in format ${version}, this version reads format 1`,
    hint: 'Start at least the version that wrote it.',
    retry: 'final',
  });
