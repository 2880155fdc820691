/** Asks an agent on this machine, through the socket beside its buffer. */
import { Agent, request } from 'undici';
import { doorPath } from '../agent/control/operator.ts';
import { reasonOf, TributaryError } from '../shared/errors.ts';

const ANSWER_WITHIN_MS = 30_000;

export class AgentClient {
  readonly #path: string;
  readonly #agent: Agent;

  constructor(bufferPath: string) {
    this.#path = doorPath(bufferPath);
    this.#agent = new Agent({ connect: { socketPath: this.#path } });
  }

  /** @throws TributaryError */
  async ask<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const sent = { method, dispatcher: this.#agent, headersTimeout: ANSWER_WITHIN_MS, bodyTimeout: ANSWER_WITHIN_MS };
    let status: number;
    let answer: { reason?: string; hint?: string };
    try {
      const found = await request(`http://agent${path}`, {
        ...sent,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      status = found.statusCode;
      answer = (await found.body.json()) as { reason?: string; hint?: string };
    } catch (error) {
      throw this.#failed('linkDown', reasonOf(error), HINTS[codeOf(error)] ?? HINTS.ENOENT, error);
    }
    if (status === 200) return answer as T;
    throw this.#failed(
      status === 409 ? 'badRequest' : 'internal',
      answer.reason ?? `it answers ${status}`,
      answer.hint,
    );
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  #failed(
    code: 'linkDown' | 'badRequest' | 'internal',
    reason: string,
    hint?: string,
    cause?: unknown,
  ): TributaryError {
    const facts = { code, operation: 'ask the agent', subject: this.#path, reason, retry: 'final', cause } as const;
    return new TributaryError(hint ? { ...facts, hint } : facts);
  }
}

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? '';

const HINTS: Readonly<Record<string, string>> = {
  ENOENT: 'Does the agent run, on this machine and with this file?',
  EACCES: "Only the agent's user and root may ask: sudo -u <the agent's user> tributary link ...",
};
