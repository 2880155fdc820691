import { request } from 'undici';

export interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly text: string;
}

/** One request on a connection of its own: whoever answers may be stopped and started again in between. */
export async function ask(url: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> {
  const method = body === undefined ? 'GET' : 'POST';
  const answer = await request(url, { method, headers, reset: true, ...(body === undefined ? {} : { body }) });
  const text = await answer.body.text();
  return { ok: answer.statusCode >= 200 && answer.statusCode < 300, status: answer.statusCode, text };
}

/** @throws Error with the answer's text where it is not 2xx */
export async function get<T>(url: string): Promise<T> {
  const { ok, status, text } = await ask(url);
  if (!ok) throw new Error(`GET ${url}: ${status} ${text}`);
  return JSON.parse(text) as T;
}
