import {
  type EdgeId,
  type Epoch,
  isEdgeId,
  isEpoch,
  isLane,
  isTopicName,
  type Place,
  placeKey,
  type StreamId,
} from '../../shared/identity.ts';

/** `<edge>/<lane>/<partition>/<topic>` */
export const edgePlaceKey = (edge: EdgeId, place: Place): string => `${edge}/${placeKey(place)}`;

/** A ledger key taken apart. `id` is what `ShardState` holds the entry under. */
export type LedgerKey =
  | { readonly kind: 'genesis' | 'claim'; readonly id: '' }
  | { readonly kind: 'edge' | 'mark'; readonly id: EdgeId }
  | { readonly kind: 'stream' | 'place' | 'incident'; readonly id: string; readonly edge: EdgeId }
  | { readonly kind: 'gap'; readonly id: string; readonly edge: EdgeId; readonly first: number };

/** The text of a key in the topic. */
export function keyText(key: LedgerKey): string {
  if (key.kind === 'gap') return `gap/${key.id}/${key.first}`;
  return key.id === '' ? key.kind : `${key.kind}/${key.id}`;
}

/** Null where it is not a key of this format. */
export function parseKey(text: string): LedgerKey | null {
  if (text === 'genesis' || text === 'claim') return { kind: text, id: '' };
  const slash = text.indexOf('/');
  if (slash < 0) return null;
  const kind = text.slice(0, slash);
  const id = text.slice(slash + 1);
  if (kind === 'edge' || kind === 'mark') return isEdgeId(id) ? { kind, id } : null;
  if (kind === 'stream' || kind === 'incident') return withEdge(kind, id, parseStreamKey(id)?.edge);
  if (kind === 'place') return withEdge(kind, id, parsePlaceKey(id)?.edge);
  return kind === 'gap' ? gapKey(id) : null;
}

function withEdge(kind: 'stream' | 'place' | 'incident', id: string, edge: EdgeId | undefined): LedgerKey | null {
  return edge === undefined ? null : { kind, id, edge };
}

function gapKey(text: string): LedgerKey | null {
  const at = text.lastIndexOf('/');
  const id = text.slice(0, Math.max(at, 0));
  const first = Number(text.slice(at + 1));
  const edge = parseStreamKey(id)?.edge;
  return edge !== undefined && Number.isSafeInteger(first) && first >= 0 ? { kind: 'gap', id, edge, first } : null;
}

/** The reverse of `streamKey`. */
export function parseStreamKey(id: string): StreamId | null {
  const [edge = '', epoch = '', ...place] = id.split('/');
  const parsed = parsePlace(place);
  return isEdgeId(edge) && isEpoch(epoch) && parsed ? { edge, epoch: epoch as Epoch, ...parsed } : null;
}

/** The reverse of {@link edgePlaceKey}. */
export function parsePlaceKey(id: string): (Place & { edge: EdgeId }) | null {
  const [edge = '', ...place] = id.split('/');
  const parsed = parsePlace(place);
  return isEdgeId(edge) && parsed ? { edge, ...parsed } : null;
}

function parsePlace(parts: string[]): Place | null {
  const [lane = '', partition = '', topic = ''] = parts;
  const number = Number(partition);
  const good = parts.length === 3 && isLane(lane) && /^\d{1,10}$/.test(partition) && isTopicName(topic);
  return good ? { lane, partition: number, topic } : null;
}
