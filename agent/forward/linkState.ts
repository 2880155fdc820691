import type { HubIdentity } from '../../shared/wire/index.ts';
import type { FaultKind } from './fault.ts';
import type { Behind } from './halt.ts';

interface Since {
  /** Wall clock, for people. */
  readonly sinceMs: number;
}

/** How it stands between this agent and its hub. */
export type LinkState = Since &
  (
    | { readonly kind: 'starting' }
    /** Connected, and something is under way or was until now. */
    | { readonly kind: 'up' }
    /** In contact, and nothing is left to send. */
    | { readonly kind: 'idle' }
    /** In contact, and what could be sent waits: the budget is used up, or it is not its hour. */
    | { readonly kind: 'budget'; readonly reason: string }
    /** No contact, or the hub can't now. */
    | { readonly kind: 'down'; readonly cause: FaultKind; readonly reason: string; readonly nextAttemptMs: number }
    /** In contact, with something to send, and for a while nothing was confirmed. */
    | { readonly kind: 'stuck'; readonly reason: string }
    /** Token, edge or version: somebody must change something. Nothing is lost, it is tried again slowly. */
    | { readonly kind: 'refused'; readonly reason: string; readonly nextAttemptMs: number }
    /** Another hub than the one that this buffer belongs to. Nothing is sent. */
    | {
        readonly kind: 'wrongHub';
        readonly known: HubIdentity | null;
        readonly met: HubIdentity | null;
        readonly nextAttemptMs: number;
      }
    /** The hub's ledger is behind what it has confirmed. Nothing is sent until the operator's word. */
    | Behind
    /** The hub waits for the operator to accept these epochs, and there is nothing else to send. */
    | { readonly kind: 'held'; readonly epochs: readonly string[] }
    /** The buffer failed; the process is about to end. */
    | { readonly kind: 'failed'; readonly reason: string }
    | { readonly kind: 'closed' }
  );
export type LinkKind = LinkState['kind'];
export const LINK_KINDS: readonly LinkKind[] = [
  'starting',
  'up',
  'idle',
  'budget',
  'down',
  'stuck',
  'refused',
  'wrongHub',
  'hubBehind',
  'held',
  'failed',
  'closed',
];

/** A clause for people; empty where there is nothing to say. */
export function describe(state: LinkState): string {
  switch (state.kind) {
    case 'budget':
    case 'down':
    case 'stuck':
    case 'refused':
    case 'failed':
      return state.reason;
    case 'wrongHub':
      return `this buffer belongs to hub ${hubText(state.known)}, the address leads to ${hubText(state.met)}`;
    case 'hubBehind':
      return 'stream' in state
        ? `the hub expects ${state.stream} at ${state.expected}, below ${state.settledNext} that it had confirmed`
        : `the hub answers at term ${state.term}, and term ${state.knownTerm} was seen`;
    case 'held':
      return `the hub waits for its operator to accept epoch ${state.epochs.join(', ')}`;
    default:
      return '';
  }
}

export const hubText = (hub: HubIdentity | null): string =>
  hub === null ? 'unknown' : `${hub.clusterId}/${hub.ledgerTopicId} with ${hub.shards} shards`;

export interface Health {
  readonly ok: boolean;
  /** A clause; empty where `ok`. */
  readonly reason: string;
}

/** States that end with the operator's word, or when the right hub is back. */
export const WAITS_FOR_WORD = 'it waits for your word: tributary link show';

/**
 * Without a link an agent buffers, and that is its work. It is unhealthy when a backlog does not move for a while, and
 * when somebody has to decide.
 */
export function healthOf(state: LinkState, backlog: boolean, unmovedMs: number, unhealthyAfterMs: number): Health {
  if (state.kind === 'failed') return { ok: false, reason: state.reason };
  if (state.kind === 'wrongHub' || state.kind === 'hubBehind') {
    return { ok: false, reason: `${state.kind}: ${describe(state)}; ${WAITS_FOR_WORD}` };
  }
  if (['up', 'idle', 'budget', 'closed'].includes(state.kind)) return { ok: true, reason: '' };
  if (!backlog || unmovedMs < unhealthyAfterMs) return { ok: true, reason: '' };
  const seconds = Math.round(unmovedMs / 1000);
  return {
    ok: false,
    reason: `${state.kind}: ${describe(state) || 'no contact'}; nothing was delivered for ${seconds} s`,
  };
}
