import type { Secret } from '../../../shared/config/secret.ts';
import type { Pem } from './settings.ts';

/** PEM text; where it is the whole of a file, that file, so that both ways to say it end the same. */
export function pemOf(text: Secret): Pem {
  const path = /^\$\{file:([^}]+)\}$/.exec(text.reference ?? '')?.[1];
  return path === undefined ? { pem: text } : { path };
}
