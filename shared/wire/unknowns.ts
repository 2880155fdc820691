/**
 * Fields of a newer version. They are kept on the decoded object under a symbol and written again when it is encoded, so
 * that a message may pass through a part that is older than both ends. A copy made with `{...message}` keeps them.
 */
export const UNKNOWNS: unique symbol = Symbol('unknown fields');
/** Those of the message inside, where two nested messages are one object here: a parcel and its content. */
export const INNER_UNKNOWNS: unique symbol = Symbol('unknown fields inside');

type Kind = typeof UNKNOWNS | typeof INNER_UNKNOWNS;

export interface Extensible {
  readonly [UNKNOWNS]?: readonly Uint8Array[];
  readonly [INNER_UNKNOWNS]?: readonly Uint8Array[];
}

interface Message {
  $unknowns?: Uint8Array[];
}

/** Decoding: `value`, with the unknown fields of `message`. */
export function keep<T extends object>(message: Message, value: T, kind: Kind = UNKNOWNS): T {
  const found = message.$unknowns;
  return found === undefined ? value : { ...value, [kind]: found };
}

/** Encoding: `message` (owned by the caller), with the unknown fields of `value`. */
export function restore<T extends object>(value: object, message: T, kind: Kind = UNKNOWNS): T {
  const found = (value as Extensible)[kind];
  return found === undefined ? message : Object.assign(message, { $unknowns: found });
}
