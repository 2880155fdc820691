import { describe, expect, test } from 'vitest';
import { type FetchPartition, SessionState } from '../../../shared/kafka/index.ts';

const part = (partition: number, offset = 0, topicId = 'id-t'): FetchPartition => ({
  topic: 't',
  topicId,
  partition,
  offset,
  currentLeaderEpoch: -1,
  maxBytes: 1,
});
const good = { errorCode: 0, sessionId: 7 };

describe('SessionState', () => {
  test('says everything first, then only what has changed, and what goes', () => {
    const state = new SessionState();
    const [a, b, c] = [part(0), part(1), part(2)];
    expect(state.prepare([a, b])).toEqual({ session: { id: 0, epoch: 0, forgotten: [] }, partitions: [a, b] });
    expect(state.answered(good)).toBe(true);
    expect(state.prepare([a, b])).toEqual({ session: { id: 7, epoch: 1, forgotten: [] }, partitions: [] });
    expect(state.answered(good)).toBe(true);
    const moved = part(0, 5);
    expect(state.prepare([moved, c])).toEqual({ session: { id: 7, epoch: 2, forgotten: [b] }, partitions: [moved, c] });
    expect(state.answered(good)).toBe(true);
    expect(state.prepare([moved])).toEqual({ session: { id: 7, epoch: 3, forgotten: [c] }, partitions: [] });
  });

  test('a topic that was made again: the old one goes, the new one comes', () => {
    const state = new SessionState();
    const [old, young] = [part(0), part(0, 0, 'id-u')];
    state.prepare([old]);
    state.answered(good);
    expect(state.prepare([young])).toMatchObject({ session: { forgotten: [old] }, partitions: [young] });
    expect(state.nameOf('id-u')).toBe('t');
  });

  test('begins anew where the broker has forgotten it, and where another answers; not twice', () => {
    for (const answer of [
      { errorCode: 70, sessionId: 0 },
      { errorCode: 71, sessionId: 0 },
      { errorCode: 0, sessionId: 8 },
    ]) {
      const state = new SessionState();
      const a = part(0);
      state.prepare([a]);
      state.answered(good);
      state.prepare([a]);
      expect(state.answered(answer)).toBe(answer.errorCode === 0);
      expect(state.prepare([a])).toEqual({ session: { id: 0, epoch: 0, forgotten: [] }, partitions: [a] });
      expect(state.answered({ errorCode: 70, sessionId: 0 })).toBe(true);
    }
  });

  test('a broker that keeps no session is asked in full each time', () => {
    const state = new SessionState();
    const a = part(0);
    for (let i = 0; i < 3; i += 1) {
      expect(state.prepare([a])).toEqual({ session: { id: 0, epoch: 0, forgotten: [] }, partitions: [a] });
      expect(state.answered({ errorCode: 0, sessionId: 0 })).toBe(true);
    }
  });
});
