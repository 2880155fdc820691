import { describe, expect, it } from 'vitest';
import { isRetriable, kafkaErrorName } from '../../../shared/kafka/index.ts';
import { judge } from '../../../shared/kafka/transaction/outcome.ts';
import { sequenceAfter } from '../../../shared/kafka/transaction/sequence.ts';

describe('judge', () => {
  it.each([
    [0, 17, 'landed'],
    [10, -1, 'refused'],
    [32, -1, 'refused'],
    [87, -1, 'refused'],
    [29, -1, 'refused'],
    [17, -1, 'refused'],
    [2, -1, 'doubtful'],
    [-1, -1, 'doubtful'],
    [3, -1, 'again'],
    [6, -1, 'again'],
    [19, -1, 'again'],
    [51, -1, 'again'],
    [6, 40, 'maybe'],
    [7, -1, 'maybe'],
    [20, -1, 'maybe'],
    [56, -1, 'maybe'],
    [45, -1, 'behind'],
    [47, -1, 'fenced'],
    [90, -1, 'fenced'],
    [48, -1, 'broken'],
    [120, -1, 'broken'],
    [4_711, -1, 'doubtful'],
  ])('code %i with base offset %i is %s', (code, baseOffset, verdict) => {
    expect(judge(code, baseOffset)).toBe(verdict);
  });
});

describe('error table', () => {
  it('names codes and knows which are retriable', () => {
    expect([kafkaErrorName(10), kafkaErrorName(-1), kafkaErrorName(9_999)]).toEqual([
      'MESSAGE_TOO_LARGE',
      'UNKNOWN_SERVER_ERROR',
      'ERROR_9999',
    ]);
    expect([6, 51, 10, 9_999].map(isRetriable)).toEqual([true, true, false, false]);
  });
});

describe('sequenceAfter', () => {
  it('goes from 2^31-1 to 0', () => {
    expect(sequenceAfter(0, 5)).toBe(5);
    expect(sequenceAfter(2 ** 31 - 1, 1)).toBe(0);
    expect(sequenceAfter(2 ** 31 - 3, 10)).toBe(7);
  });
});
