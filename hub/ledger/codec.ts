import { TributaryError } from '../../shared/errors.ts';
import type { EdgeId } from '../../shared/identity.ts';
import { limits } from '../../shared/limits.ts';
import type {
  AuditEntry,
  ClaimEntry,
  EdgeEntry,
  GapEntry,
  GenesisEntry,
  IncidentEntry,
  MarkEntry,
  PlaceEntry,
  StreamEntry,
} from './entries.ts';
import { keyText, type LedgerKey, parseKey } from './keys.ts';

/** One change of the ledger; a value of null takes the entry away. */
export type LedgerChange =
  | { readonly kind: 'genesis'; readonly id: ''; readonly value: GenesisEntry }
  | { readonly kind: 'claim'; readonly id: ''; readonly value: ClaimEntry }
  | { readonly kind: 'edge'; readonly id: EdgeId; readonly value: EdgeEntry | null }
  | { readonly kind: 'mark'; readonly id: EdgeId; readonly value: MarkEntry | null }
  | { readonly kind: 'stream'; readonly id: string; readonly edge: EdgeId; readonly value: StreamEntry | null }
  | { readonly kind: 'place'; readonly id: string; readonly edge: EdgeId; readonly value: PlaceEntry | null }
  | { readonly kind: 'incident'; readonly id: string; readonly edge: EdgeId; readonly value: IncidentEntry | null }
  | {
      readonly kind: 'gap';
      readonly id: string;
      readonly edge: EdgeId;
      readonly first: number;
      readonly value: GapEntry | null;
    };

export interface LedgerRecord {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** The kinds that every ledger has, the hub's and the pulls'. */
export type OwnChange = Extract<LedgerChange, { readonly kind: 'genesis' | 'claim' }>;

/** Null: of another kind. @throws as {@link decodeChange} */
export function decodeOwn(record: LedgerRecord, where: string): OwnChange | null {
  const text = record.key.toString('utf8');
  return text === 'genesis' || text === 'claim' ? (decodeChange(record, where) as OwnChange) : null;
}

/** @throws TributaryError `internal` where an entry is over `limits.ledgerEntryBytes`: some list is not bounded */
export function encodeChange(change: LedgerChange): LedgerRecord {
  const key = Buffer.from(keyText(change as LedgerKey), 'utf8');
  if (change.value === null) return { key, value: null };
  const value = Buffer.from(JSON.stringify(change.value), 'utf8');
  if (value.length > limits.ledgerEntryBytes) {
    throw unusable(key.toString(), `its entry has ${value.length} bytes, ${limits.ledgerEntryBytes} are allowed`);
  }
  return { key, value };
}

export function encodeAudit(edge: string, entry: AuditEntry): LedgerRecord {
  return { key: Buffer.from(edge, 'utf8'), value: Buffer.from(JSON.stringify(entry), 'utf8') };
}

/**
 * @throws TributaryError `versionUnsupported` for what a newer version wrote, `internal` for what no hub can have written:
 * an owner must not guess about its only memory
 */
export function decodeChange(record: LedgerRecord, where: string): LedgerChange {
  const text = record.key.toString('utf8');
  const key = parseKey(text);
  if (!key) throw unusable(where, `no known kind of entry has the key "${text.slice(0, 200)}"`);
  if (record.value === null) return { ...key, value: null } as LedgerChange;
  const value = parseJson(record.value, where);
  if (value.v !== 1) throw newer(where, String(value.v));
  if (!hasShape(key.kind, value)) throw unusable(where, `the entry of "${text.slice(0, 200)}" is not complete`);
  return { ...key, value } as unknown as LedgerChange;
}

function parseJson(bytes: Buffer, where: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below, as for any other value that is not an object.
  }
  throw unusable(where, 'it holds a value that is not a JSON object');
}

const SHAPES: Record<LedgerKey['kind'], readonly string[]> = {
  genesis: ['clusterId', 'ledgerTopicId', 'shards'],
  claim: ['owner'],
  edge: ['epochs', 'forks'],
  mark: ['capturedAtMs'],
  stream: ['next', 'tip', 'ring', 'counts', 'target'],
  place: ['open', 'ancestors', 'totals'],
  incident: ['cause', 'target', 'lostFrom', 'next', 'total'],
  gap: ['first', 'last', 'count', 'reasons'],
};
const hasShape = (kind: LedgerKey['kind'], value: Record<string, unknown>): boolean =>
  SHAPES[kind].every((name) => value[name] !== undefined);

const unusable = (where: string, reason: string): TributaryError =>
  new TributaryError({
    code: 'internal',
    operation: 'read ledger',
    subject: where,
    reason,
    hint: 'Only its owners may write to a ledger; look at the record before anything else.',
    retry: 'final',
  });

const newer = (where: string, version: string): TributaryError =>
  new TributaryError({
    code: 'versionUnsupported',
    operation: 'read ledger',
    subject: where,
    reason: `it was written in format ${version}, this version reads format 1`,
    hint: 'Start at least the version that wrote it.',
    retry: 'final',
  });
