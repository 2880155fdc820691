import { describe, expect, it } from 'vitest';
import { UPLOAD_SETTINGS, Uploads } from '../../../hub/receive/uploads.ts';
import type { EdgeId } from '../../../shared/identity.ts';
import { ProcessTelemetry } from '../../../shared/telemetry/telemetry.ts';
import { type Part, uploadIdOf } from '../../../shared/wire/index.ts';

const body = Buffer.from('0123456789');
const part = (edge: string, offset: number, text: string, whole = body): Part => ({
  version: 1,
  edge: edge as EdgeId,
  upload: uploadIdOf(whole),
  offset,
  total: whole.length,
  content: Buffer.from(text),
});

function opened(totalBytes = 25) {
  const clock = { ms: 0, now: () => clock.ms, monotonicMs: () => clock.ms };
  return {
    clock,
    uploads: new Uploads(clock, new ProcessTelemetry({ destination: { write: () => undefined } }), {
      ...UPLOAD_SETTINGS,
      totalBytes,
    }),
  };
}

describe('shipments in parts', () => {
  it('are whole with the last part; a part that does not follow is passed over', () => {
    const { uploads } = opened();
    expect(uploads.take(part('a', 0, ''))).toEqual({ received: 0, retryAfterMs: 0, whole: null });
    expect(uploads.take(part('a', 0, '01234')).received).toBe(5);
    expect(uploads.take(part('a', 7, '789')).received).toBe(5);
    expect(uploads.take(part('a', 0, '01234')).received).toBe(5);
    expect(uploads.take(part('a', 5, '56789')).whole).toEqual(body);
    uploads.done('a' as EdgeId, false);
    expect(uploads.heldBytes).toBe(0);
  });

  it('that could not be taken are kept, and taken again without their bytes', () => {
    const { uploads } = opened();
    expect(uploads.take(part('a', 0, '0123456789')).whole).toEqual(body);
    uploads.done('a' as EdgeId, true);
    expect(uploads.take(part('a', 0, '')).received).toBe(10);
    expect(uploads.take(part('a', 10, '')).whole).toEqual(body);
  });

  it('with other bytes than their name says are dropped', () => {
    const { uploads } = opened();
    expect(uploads.take(part('a', 0, '0123456780'))).toEqual({ received: 0, retryAfterMs: 0, whole: null });
    expect(uploads.heldBytes).toBe(0);
  });

  it('are bounded all together: others wait, and take the place of those that are idle', () => {
    const { uploads, clock } = opened();
    uploads.take(part('a', 0, '01'));
    uploads.take(part('b', 0, '01'));
    expect(uploads.take(part('c', 0, '01')).retryAfterMs).toBe(UPLOAD_SETTINGS.retryAfterMs);
    expect(uploads.heldBytes).toBe(20);
    clock.ms = UPLOAD_SETTINGS.idleMs - 1;
    uploads.take(part('b', 2, '23'));
    clock.ms = UPLOAD_SETTINGS.idleMs;
    expect(uploads.take(part('c', 0, '01')).received).toBe(2);
    expect(uploads.take(part('b', 4, '45')).received).toBe(6);
    expect(uploads.take(part('a', 2, '23')).received).toBe(0);
  });

  it('of one edge: the newest', () => {
    const { uploads } = opened();
    const other = Buffer.from('abcdefghij');
    uploads.take(part('a', 0, '01'));
    expect(uploads.take(part('a', 0, 'ab', other)).received).toBe(2);
    expect(uploads.heldBytes).toBe(10);
    expect(uploads.take(part('a', 2, '23')).received).toBe(0);
  });
});
