import type { HubIdentity } from '../../shared/wire/index.ts';

export type HaltCause =
  | { readonly kind: 'wrongHub'; readonly known: HubIdentity | null; readonly met: HubIdentity | null }
  | { readonly kind: 'hubBehind'; readonly stream: string; readonly settledNext: number; readonly expected: number };

/** Sending must stop, and going on is not for the agent to decide. */
export class LinkHalt extends Error {
  override readonly name = 'LinkHalt';
  readonly halt: HaltCause;
  constructor(halt: HaltCause) {
    super(halt.kind);
    this.halt = halt;
  }
}
