import { isIP } from 'node:net';

/** Where a server listens. */
export interface ListenAddress {
  /** Without brackets. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

export const listenText = ({ host, port }: ListenAddress): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

const HOST = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/;

/** `127.0.0.1:7080`, `localhost:7080`, `[::1]:7080`. */
export function parseListen(text: string): ListenAddress | { readonly problem: string } {
  const found = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(text);
  if (!found) return { problem: /^\d+$/.test(text) ? 'has no host' : 'is not host:port' };
  const [, v6, name, digits] = found;
  const port = Number(digits);
  if (port > 65_535) return { problem: 'has a port above 65535' };
  if (v6 !== undefined) return isIP(v6) === 6 ? { host: v6, port } : { problem: 'has no IPv6 address in its brackets' };
  if (!name || !HOST.test(name)) return { problem: 'has no host' };
  if (/^[\d.]+$/.test(name) && isIP(name) !== 4) return { problem: 'has a wrong IPv4 address' };
  return { host: name, port };
}

/** True where only this machine can reach it. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

const isAny = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** Whether two servers can't have both addresses. */
export function sameListen(a: ListenAddress, b: ListenAddress): boolean {
  if (a.port !== b.port || a.port === 0) return false;
  const name = (host: string): string => (host === 'localhost' ? '127.0.0.1' : host.toLowerCase());
  return name(a.host) === name(b.host) || isAny(a.host) || isAny(b.host);
}
