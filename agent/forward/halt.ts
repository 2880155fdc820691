import type { HubIdentity } from '../../shared/wire/index.ts';

/** How a hub shows that it has lost what it had confirmed: in a stream, or by answering at a term that was over long ago. */
export type Behind =
  | { readonly kind: 'hubBehind'; readonly stream: string; readonly settledNext: number; readonly expected: number }
  | { readonly kind: 'hubBehind'; readonly knownTerm: number; readonly term: number };

export type HaltCause =
  | { readonly kind: 'wrongHub'; readonly known: HubIdentity | null; readonly met: HubIdentity; readonly term: number }
  | Behind;

/** Sending must stop, and going on is not for the agent to decide. */
export class LinkHalt extends Error {
  override readonly name = 'LinkHalt';
  readonly halt: HaltCause;
  constructor(halt: HaltCause) {
    super(halt.kind);
    this.halt = halt;
  }
}
