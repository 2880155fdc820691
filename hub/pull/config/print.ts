/** What printing settings needs in both forms: secrets by reference or by a variable to set, never by their text. */
import { basename, dirname } from 'node:path';
import type { Secret } from '../../../shared/config/secret.ts';
import { CLIENT_KINDS, type ClientKind, type ClientSettings, type Clients } from './settings.ts';

export interface Printed {
  readonly text: string;
  /** Environment variables that must be set: they stand for secrets that the first file had in its own text. */
  readonly variables: readonly string[];
}

/** Finds the words for secrets. The same secret gets the same variable. */
export class SecretWords {
  readonly #variables = new Map<string, Secret>();

  /** In words of hub.yaml. @param name what it is: `B sasl password` */
  word(secret: Secret, name: string): string {
    if (secret.reference !== null) return secret.reference;
    const base = name.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
    for (let n = 1; ; n++) {
      const variable = n === 1 ? base : `${base}_${n}`;
      const other = this.#variables.get(variable);
      if (!other || other.reveal() === secret.reveal()) {
        this.#variables.set(variable, secret);
        return `\${env:${variable}}`;
      }
    }
  }

  get variables(): string[] {
    return [...this.#variables.keys()];
  }
}

const REFERENCE = /\$\{(env|file|property):([^}]+)\}/g;

/** References of hub.yaml, as MirrorMaker 2's config providers write them. */
export const asProvider = (text: string): string =>
  text.replace(REFERENCE, (_, kind: string, name: string) => {
    if (kind === 'env') return `\${env:${name}}`;
    return kind === 'property' ? `\${file:${name}}` : `\${directory:${dirname(name)}:${basename(name)}}`;
  });

export const heading = (variables: readonly string[]): string =>
  variables.length === 0
    ? ''
    : `# Secrets are not shown. Set these environment variables to what the other file has: ${variables.join(', ')}\n`;

/** To tell settings apart, secrets and all; the text is compared and never shown. */
export const fingerprint = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (isSecret(part) ? ['secret', part.reveal()] : part));

function isSecret(value: unknown): value is Secret {
  return typeof value === 'object' && value !== null && 'reveal' in value && typeof value.reveal === 'function';
}

/** The client that most kinds share. */
export function sharedClient(clients: Clients): ClientSettings {
  const prints = CLIENT_KINDS.map((kind) => fingerprint(clients[kind]));
  const count = (print: string): number => prints.filter((other) => other === print).length;
  const best = CLIENT_KINDS.map((kind, i) => ({ kind, count: count(prints[i]!) })).sort(
    (a, b) => b.count - a.count,
  )[0]!;
  return clients[best.kind];
}

/** The kinds whose client is another one than `than` has. */
export const differing = (clients: Clients, than: (kind: ClientKind) => ClientSettings): ClientKind[] =>
  CLIENT_KINDS.filter((kind) => fingerprint(clients[kind]) !== fingerprint(than(kind)));
