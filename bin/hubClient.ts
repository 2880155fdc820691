/** Asks a hub's fleet API. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { Agent, request } from 'undici';
import { reasonOf, TributaryError } from '../shared/errors.ts';
import { upFile } from './upFile.ts';

export interface HubOptions {
  readonly hub?: string;
  readonly token?: string;
  readonly ca?: string;
}

/** What is wrong with what was sent. */
interface Sent {
  readonly path: string;
  readonly problem: string;
  readonly allowed?: string;
}

const BAD = new Set([400, 404, 409, 413]);
const ANSWER_WITHIN_MS = 10_000;
const DEFAULT_HUB = 'http://127.0.0.1:8443';

export function addHubOptions(command: Command, fallback: string = DEFAULT_HUB): Command {
  return command
    .option('--hub <url>', `the hub; by default that of "tributary up" in this folder, else ${fallback}`)
    .option('--token <token>', "an operator's token; better set TRIBUTARY_TOKEN, which other users can't see")
    .option('--ca <file>', "PEM file with the authorities that the hub's certificate is checked against");
}

export class HubClient {
  readonly url: string;
  readonly #token: string | undefined;
  readonly #agent: Agent;

  constructor(options: HubOptions, fallback: string = DEFAULT_HUB) {
    this.url = (options.hub ?? upFile()?.hubUrl ?? fallback).replace(/\/+$/, '');
    if (!URL.canParse(this.url) || !/^https?:/.test(this.url)) {
      throw new TributaryError({
        code: 'configInvalid',
        operation: 'read --hub',
        subject: this.url,
        reason: 'it is not an http or https URL',
        hint: 'Write https://host:port.',
        retry: 'final',
      });
    }
    this.#token = options.token ?? process.env.TRIBUTARY_TOKEN;
    this.#agent = new Agent({ connect: options.ca ? { ca: readCa(options.ca) } : {} });
  }

  async get<T>(path: string): Promise<T> {
    return this.#ask<T>('GET', path);
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    return this.#ask<T>('POST', path, JSON.stringify(body));
  }

  async send<T>(method: 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
    return this.#ask<T>(method, path, body === undefined ? undefined : JSON.stringify(body));
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }

  async #ask<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: string): Promise<T> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (this.#token) headers.authorization = `Bearer ${this.#token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const timeouts = { headersTimeout: ANSWER_WITHIN_MS, bodyTimeout: ANSWER_WITHIN_MS };
    let status: number;
    let text: string;
    try {
      const sent = { method, headers, dispatcher: this.#agent, ...timeouts, ...(body === undefined ? {} : { body }) };
      const answer = await request(`${this.url}${path}`, sent);
      status = answer.statusCode;
      text = await answer.body.text();
    } catch (error) {
      throw this.#failed(reasonOf(error), 'Is the hub running there? Name it with --hub.', 'linkDown', error);
    }
    const parsed = parseJson(text);
    if (status >= 200 && status < 300 && parsed !== undefined) return parsed as T;
    throw this.#refused(status, parsed);
  }

  #refused(status: number, parsed: unknown): TributaryError {
    const { message, hint } = (parsed ?? {}) as { message?: string; hint?: string | null };
    const reason = message
      ? `it answered ${status}: ${message.replace(/\.$/, '')}`
      : `it answered ${status}, not as a hub does`;
    if (status === 401 || status === 403) {
      return this.#failed(reason, "Set TRIBUTARY_TOKEN to an operator's token.", 'unauthorized');
    }
    const { mistakes = [] } = (parsed ?? {}) as { mistakes?: readonly Sent[] };
    const all = mistakes.map(
      ({ path, problem, allowed }) => `${path ? `${path} ` : ''}${problem}${allowed ? `; ${allowed}` : ''}`,
    );
    // The message says it already.
    const said =
      (message?.includes(hint ?? '') ? undefined : hint) ?? (all.length > 0 ? `${all.join('. ')}.` : undefined);
    return this.#failed(
      mistakes.length > 0 ? `it answered ${status}` : reason,
      said,
      BAD.has(status) ? 'badRequest' : 'internal',
    );
  }

  #failed(
    reason: string,
    hint: string | undefined,
    code: 'linkDown' | 'unauthorized' | 'badRequest' | 'internal',
    cause?: unknown,
  ) {
    const facts = { code, operation: 'ask the hub', subject: this.url, reason, retry: 'final', cause } as const;
    return new TributaryError(hint ? { ...facts, hint } : facts);
  }
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new TributaryError({
      code: 'configInvalid',
      operation: 'read --ca',
      subject: file,
      reason: reasonOf(error),
      retry: 'final',
      cause: error,
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
