export interface ForwarderSettings {
  /** A record may wait so long in the tail for others, while the link is free. */
  readonly lingerMs: number;
  /** Backoff of the link: the bound after the first failure (long enough to spread a fleet), and the highest bound, of one stream too. */
  readonly firstBackoffMs: number;
  readonly maxBackoffMs: number;
  /** Of one stream that the hub refuses. */
  readonly firstWaitMs: number;
  /** After `refused`, `wrongHub` and `hubBehind`: from this to twice as long. */
  readonly slowRetryMs: number;
  readonly connectTimeoutMs: number;
  /** Longest wait for the next answer, beside what the bytes under way need at the measured rate; doubled after each time-out. */
  readonly answerTimeoutMs: number;
  /** In contact and with something to send, but nothing confirmed for so long: `stuck`. */
  readonly stuckAfterMs: number;
  /** Nothing delivered for so long, with a backlog: unhealthy. */
  readonly unhealthyAfterMs: number;
  /** Answers at terms that are over, and no others, for so long: `hubBehind`. */
  readonly staleTermMs: number;
  /** How often a hub that gave no credit is asked again. */
  readonly creditRetryMs: number;
  /** Marks: where something was captured, and where nothing was. */
  readonly markMs: number;
  readonly idleMarkMs: number;
  /** How long `close` waits for answers that are under way. */
  readonly closeGraceMs: number;
}

export const FORWARDER_DEFAULTS: ForwarderSettings = {
  lingerMs: 250,
  firstBackoffMs: 2_000,
  firstWaitMs: 500,
  maxBackoffMs: 30_000,
  slowRetryMs: 30_000,
  connectTimeoutMs: 10_000,
  answerTimeoutMs: 12_000,
  stuckAfterMs: 30_000,
  unhealthyAfterMs: 60_000,
  staleTermMs: 60_000,
  creditRetryMs: 2_000,
  markMs: 10_000,
  idleMarkMs: 60_000,
  closeGraceMs: 5_000,
};
