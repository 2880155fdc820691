export interface ForwarderSettings {
  /** A record may wait so long in the tail for others, while the link is free. */
  readonly lingerMs: number;
  /** Backoff, of the link and of one stream: the bound after the first failure, and the highest bound. */
  readonly firstBackoffMs: number;
  readonly maxBackoffMs: number;
  /** After `refused`, `wrongHub` and `hubBehind`: from this to twice as long. */
  readonly slowRetryMs: number;
  readonly connectTimeoutMs: number;
  /** Longest wait for the next answer, beside what the bytes under way need at the measured rate. */
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
  firstBackoffMs: 500,
  maxBackoffMs: 30_000,
  slowRetryMs: 30_000,
  connectTimeoutMs: 10_000,
  answerTimeoutMs: 30_000,
  stuckAfterMs: 30_000,
  unhealthyAfterMs: 60_000,
  staleTermMs: 60_000,
  creditRetryMs: 2_000,
  markMs: 10_000,
  idleMarkMs: 60_000,
  closeGraceMs: 5_000,
};
