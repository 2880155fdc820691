/** OAUTHBEARER tokens: the client credentials grant of RFC 6749, as Kafka's own clients ask for them; or a file. */
import { readFile } from 'node:fs/promises';
import { request } from 'undici';
import type { Clock } from '../clock.ts';
import { reasonOf, TributaryError } from '../errors.ts';

export interface TokenEndpoint {
  readonly endpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | null;
}

/** A token is used for so much of its life, as Kafka's clients do. */
const USED_SHARE = 0.8;
const ANSWER_WITHIN_MS = 10_000;
const MAX_ANSWER_BYTES = 256 * 1024;

/** Read again each time: whoever renews the token writes the file. */
export const tokenFromFile = (path: string) => async (): Promise<string> => {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw refused(path, reasonOf(error));
  }
};

/** One token for all connections, asked for again when most of its life is over. */
export function tokenFromEndpoint(from: TokenEndpoint, clock: Pick<Clock, 'monotonicMs'>): () => Promise<string> {
  let held: { readonly token: Promise<string>; untilMs: number } | null = null;
  return () => {
    if (held && clock.monotonicMs() < held.untilMs) return held.token;
    const answer = ask(from);
    const asked = { token: answer.then(({ token }) => token), untilMs: Number.POSITIVE_INFINITY };
    held = asked;
    const askedMs = clock.monotonicMs();
    answer.then(
      ({ lifeMs }) => {
        asked.untilMs = askedMs + lifeMs * USED_SHARE;
      },
      () => {
        if (held === asked) held = null;
      },
    );
    return asked.token;
  };
}

async function ask(from: TokenEndpoint): Promise<{ readonly token: string; readonly lifeMs: number }> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...(from.scope ? { scope: from.scope } : {}) });
  const basic = Buffer.from(`${from.clientId}:${from.clientSecret}`).toString('base64');
  let status: number;
  let text: string;
  try {
    const answer = await request(from.endpoint, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        authorization: `Basic ${basic}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: form.toString(),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    status = answer.statusCode;
    text = await answer.body.text();
  } catch (error) {
    throw refused(from.endpoint, reasonOf(error));
  }
  if (status !== 200) throw refused(from.endpoint, `it answered ${status}`);
  if (text.length > MAX_ANSWER_BYTES) throw refused(from.endpoint, 'its answer is too long');
  return tokenIn(from.endpoint, text);
}

function tokenIn(endpoint: string, text: string): { token: string; lifeMs: number } {
  const answer = json(text);
  const token = answer.access_token;
  if (typeof token !== 'string' || token === '') throw refused(endpoint, 'its answer has no access_token');
  const seconds = Number(answer.expires_in);
  return { token, lifeMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 0 };
}

function json(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const refused = (subject: string, reason: string): TributaryError =>
  new TributaryError({
    code: 'unauthorized',
    operation: 'get an OAUTHBEARER token',
    subject,
    reason,
    hint: 'Check the token endpoint, client id and client secret.',
    retry: 'retryable',
  });
