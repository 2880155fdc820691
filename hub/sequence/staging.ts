import type { EdgeId } from '../../shared/identity.ts';
import type { LedgerChange } from '../ledger/codec.ts';
import type {
  AuditEntry,
  EdgeEntry,
  GapEntry,
  IncidentEntry,
  MarkEntry,
  PlaceEntry,
  StreamEntry,
} from '../ledger/entries.ts';
import { keyText, type LedgerKey } from '../ledger/keys.ts';
import { applyChange, type ShardState, withGap } from './state.ts';

/**
 * What one transaction is about to change, laid over the committed state. Reads see both. Nothing reaches the state
 * before {@link publish}, which is called when Kafka has committed; dropping the object is the way to undo.
 */
export class Staging {
  readonly #base: ShardState;
  /** By ledger key, in the order of the first change. */
  readonly #changes = new Map<string, LedgerChange>();
  readonly #gaps = new Map<string, readonly GapEntry[]>();
  readonly #opened = new Map<EdgeId, number>();
  readonly #audits: { edge: EdgeId; entry: AuditEntry }[] = [];

  constructor(base: ShardState) {
    this.#base = base;
  }

  edge(id: EdgeId): EdgeEntry | null {
    return this.#staged('edge', id) ?? this.#base.edges.get(id) ?? null;
  }

  /** An open stream. */
  stream(key: string): StreamEntry | null {
    const change = this.#changes.get(`stream/${key}`);
    if (change?.kind === 'stream') return change.value;
    return this.#base.streams.get(key) ?? null;
  }

  place(key: string): PlaceEntry | null {
    const change = this.#changes.get(`place/${key}`);
    if (change?.kind === 'place') return change.value;
    return this.#base.places.get(key) ?? null;
  }

  gaps(stream: string): readonly GapEntry[] {
    return this.#gaps.get(stream) ?? this.#base.gaps.get(stream) ?? [];
  }

  incident(stream: string): IncidentEntry | null {
    const change = this.#changes.get(`incident/${stream}`);
    if (change?.kind === 'incident') return change.value;
    return this.#base.incidents.get(stream) ?? null;
  }

  /** How many streams of the edge are open. */
  openStreams(edge: EdgeId): number {
    return (this.#base.streamsOf.get(edge)?.size ?? 0) + (this.#opened.get(edge) ?? 0);
  }

  putEdge(id: EdgeId, value: EdgeEntry): void {
    this.#change({ kind: 'edge', id, value });
  }

  putMark(id: EdgeId, value: MarkEntry): void {
    this.#change({ kind: 'mark', id, value });
  }

  putStream(id: string, edge: EdgeId, value: StreamEntry | null): void {
    const delta = (value ? 1 : 0) - (this.stream(id) ? 1 : 0);
    if (delta !== 0) this.#opened.set(edge, (this.#opened.get(edge) ?? 0) + delta);
    this.#change({ kind: 'stream', id, edge, value });
  }

  putPlace(id: string, edge: EdgeId, value: PlaceEntry): void {
    this.#change({ kind: 'place', id, edge, value });
  }

  putGap(id: string, edge: EdgeId, first: number, value: GapEntry | null): void {
    this.#gaps.set(id, withGap(this.gaps(id), first, value));
    this.#change({ kind: 'gap', id, edge, first, value });
  }

  putIncident(id: string, edge: EdgeId, value: IncidentEntry | null): void {
    this.#change({ kind: 'incident', id, edge, value });
  }

  audit(edge: EdgeId, entry: AuditEntry): void {
    this.#audits.push({ edge, entry });
  }

  get isEmpty(): boolean {
    return this.#changes.size === 0 && this.#audits.length === 0;
  }

  /** What the ledger must say for this transaction, one change a key. */
  changes(): LedgerChange[] {
    return [...this.#changes.values()];
  }

  audits(): readonly { edge: EdgeId; entry: AuditEntry }[] {
    return this.#audits;
  }

  /** The transaction has committed: the state follows. */
  publish(): void {
    for (const change of this.#changes.values()) applyChange(this.#base, change);
  }

  #staged(kind: 'edge', id: EdgeId): EdgeEntry | null {
    const change = this.#changes.get(`${kind}/${id}`);
    return change?.kind === kind ? change.value : null;
  }

  #change(change: LedgerChange): void {
    this.#changes.set(keyText(change as LedgerKey), change);
  }
}
