/** Options that name a place: a file, an address to listen on, a URL. */
import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TUnsafe } from 'typebox';
import { reasonOf } from '../errors.ts';
import { type ListenAddress, parseListen } from './address.ts';
import { type Doc, leaf } from './option.ts';
import { REFERENCE_PATTERN, textOf, wrong } from './scalar.ts';

export interface PathDoc extends Doc {
  /** The file must be there and readable; otherwise only the name is read. */
  readonly mustExist?: boolean;
}

/** An absolute path; relative ones are taken from the configuration file's folder. */
export function path(doc: PathDoc): TUnsafe<string> {
  return leaf<string>('path', { type: 'string', minLength: 1 }, doc, (node, context) => {
    const found = textOf(node);
    if (typeof found !== 'string') return found;
    if (found === '') return { problem: 'is empty', allowed: 'write the path of a file' };
    const file = resolve(context.folder, found);
    const refused = doc.mustExist ? unreadable(file) : null;
    return refused ? { problem: refused, allowed: 'name a file that this user can read' } : { value: file };
  });
}

function unreadable(file: string): string | null {
  try {
    if (!statSync(file).isFile()) return `${file} is not a file`;
    accessSync(file, constants.R_OK);
    return null;
  } catch (error) {
    return `can't read it (${reasonOf(error)})`;
  }
}

/** `host:port` to listen on. */
export function listen(doc: Doc): TUnsafe<ListenAddress> {
  const json = { type: 'string', pattern: `^(\\[[0-9A-Fa-f:.]+\\]|[^:\\s]+):\\d{1,5}$|${REFERENCE_PATTERN}` };
  return leaf<ListenAddress>('host:port', json, doc, (node) => {
    const allowed = 'write host:port, such as 127.0.0.1:7080, 0.0.0.0:7080 or [::1]:7080 (port 0: any free one)';
    const found = textOf(node);
    if (typeof found !== 'string') return { ...found, allowed };
    const address = parseListen(found);
    return 'problem' in address ? wrong(node, address.problem, allowed) : { value: address };
  });
}

/** An http or https address without path, query or credentials. */
export function url(doc: Doc): TUnsafe<string> {
  const json = { type: 'string', pattern: `^https?://[^/\\s]+/?$|${REFERENCE_PATTERN}` };
  return leaf<string>('URL', json, doc, (node) => {
    const allowed = 'write https://host:port';
    const found = textOf(node);
    if (typeof found !== 'string') return { ...found, allowed };
    const parsed = URL.canParse(found) ? new URL(found) : null;
    if (!parsed || !/^https?:$/.test(parsed.protocol)) return wrong(node, 'is not an http or https URL', allowed);
    if (parsed.username || parsed.password)
      return { problem: 'holds a user name or password', allowed: 'set the token instead' };
    if (parsed.pathname !== '/' || parsed.search || parsed.hash) return wrong(node, 'has a path or query', allowed);
    return { value: parsed.origin };
  });
}
