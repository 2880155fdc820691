import type { tributary } from '../../proto/generated/tributary.js';
import { count, FieldFault } from './check.ts';
import { type Extensible, keep } from './unknowns.ts';

export const CONTENT_TYPE = 'application/x-tributary';

/** The versions of the envelope that this program speaks. */
export const PROTOCOL = { min: 1, max: 1 } as const;

export interface Versions extends Extensible {
  readonly min: number;
  readonly max: number;
}

/** The highest version that both sides speak, or null. */
export function negotiate(theirs: Versions, ours: Versions = PROTOCOL): number | null {
  const version = Math.min(theirs.max, ours.max);
  return version >= Math.max(theirs.min, ours.min) ? version : null;
}

/** Whether a message that states this version can be understood. */
export const isSpoken = (version: number): boolean => version >= PROTOCOL.min && version <= PROTOCOL.max;

export function parseVersions(message: tributary.v1.IVersions): Versions {
  const min = count('min', message.min);
  const max = count('max', message.max);
  if (min < 1) throw new FieldFault('min', 'is 0');
  if (max < min) throw new FieldFault('max', `${max} is below min ${min}`);
  return keep(message, { min, max });
}

/** A message's own version. */
export function parseVersion(value: number | null | undefined): number {
  const version = count('version', value);
  if (version < 1) throw new FieldFault('version', 'is 0');
  return version;
}
