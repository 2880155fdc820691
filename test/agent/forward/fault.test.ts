import { describe, expect, it } from 'vitest';
import { bodyOf, type HttpAnswer, type HubFault, retryAfterMs, unreachable } from '../../../agent/forward/fault.ts';
import { CONTENT_TYPE, digestOf, encodeProblem, type Problem } from '../../../shared/wire/index.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const ok: HttpAnswer = { status: 200, contentType: CONTENT_TYPE, retryAfter: '', body: Buffer.from('x') };

function faultOf(answer: Partial<HttpAnswer>): HubFault {
  try {
    bodyOf({ ...ok, ...answer }, 'https://hub', NOW);
  } catch (error) {
    return error as HubFault;
  }
  throw new Error('it was taken');
}
const problem = (facts: Partial<Problem>): Buffer =>
  encodeProblem({ code: 'internal', message: 'm', retry: 'retryable', retryAfterMs: 0, hub: null, ...facts });

describe('an answer', () => {
  it("is a hub's only with status 200 and its content type", () => {
    expect(bodyOf(ok, 'https://hub', NOW).toString()).toBe('x');
    expect(bodyOf({ ...ok, contentType: `${CONTENT_TYPE.toUpperCase()}; v=1` }, 'h', NOW).toString()).toBe('x');
    expect(faultOf({ contentType: 'text/html; charset=utf-8' }).kind).toBe('notHub');
    expect(faultOf({ contentType: '' }).kind).toBe('notHub');
    expect(faultOf({ status: 302 }).kind).toBe('notHub');
    expect(faultOf({ status: 204 }).kind).toBe('notHub');
    expect(faultOf({ status: 511, contentType: 'text/html' }).message).toContain('captive portal');
  });

  it.each([
    ['unauthorized', 401, 'refused'],
    ['wrongEdge', 403, 'refused'],
    ['versionUnsupported', 400, 'refused'],
    ['wrongHub', 409, 'wrongHub'],
    ['corruptShipment', 400, 'shipmentRefused'],
    ['tooLarge', 413, 'shipmentRefused'],
    ['overloaded', 429, 'unavailable'],
    ['brokerUnavailable', 503, 'unavailable'],
    ['internal', 500, 'unavailable'],
  ] as const)('%s means %s', (code, status, kind) => {
    const fault = faultOf({ status, body: problem({ code, message: 'why' }) });
    expect(fault.kind).toBe(kind);
    expect(fault.error).toMatchObject({ code, reason: 'why' });
  });

  it('401 and 403 of whoever mean that the credential is refused', () => {
    expect(faultOf({ status: 401, contentType: '' }).kind).toBe('refused');
    expect(faultOf({ status: 403, contentType: 'text/html' }).kind).toBe('refused');
  });

  it('that the link has damaged is none', () => {
    const digest = digestOf(ok.body);
    expect(bodyOf({ ...ok, digest }, 'https://hub', NOW).toString()).toBe('x');
    const damaged = faultOf({ digest, body: Buffer.from('y') });
    expect([damaged.kind, damaged.message]).toEqual(['notHub', expect.stringContaining('damaged')]);
  });

  it('a problem that can not be read is an answer of something else', () => {
    expect(faultOf({ status: 503, body: Buffer.from([0xff, 0xff]) }).kind).toBe('notHub');
  });
});

describe('Retry-After', () => {
  it.each([
    ['', 0],
    ['7', 7_000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Thu, 01 Jan 2015 00:00:30 GMT', 0],
    ['-5', 0],
    ['soon', 0],
    ['999999999', 600_000],
  ])('%s', (header, ms) => expect(retryAfterMs(header, NOW)).toBe(ms));

  it('as a date means nothing where the answer does not say what time it is', () => {
    expect(retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', Number.NaN)).toBe(0);
    expect(retryAfterMs('7', Number.NaN)).toBe(7_000);
  });

  it('of header and problem, the longer one counts', () => {
    const body = problem({ code: 'overloaded', retryAfterMs: 1_500 });
    expect(faultOf({ status: 503, retryAfter: '1', body }).retryAfterMs).toBe(1_500);
    expect(faultOf({ status: 503, retryAfter: '2', body }).retryAfterMs).toBe(2_000);
  });
});

it('what is thrown on the way becomes one fault, and stays it', () => {
  const fault = unreachable(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'https://hub');
  expect(fault.kind).toBe('unreachable');
  expect(unreachable(fault, 'x')).toBe(fault);
  expect(unreachable('text', 'x').error.reason).toBe('text');
});
