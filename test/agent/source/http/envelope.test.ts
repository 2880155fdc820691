import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEnvelope } from '../../../../agent/source/http/envelope.ts';
import { membersOf } from '../../../../agent/source/http/jsonMembers.ts';
import { Refusal } from '../../../../agent/source/http/refusal.ts';

const read = (text: string) => readEnvelope(Buffer.from(text, 'utf8'), 7);
const refusal = (text: string): Refusal => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error(`${text} was taken`);
};

describe('values', () => {
  test('a string gives its text, anything else its own bytes', () => {
    expect(read('{"value":"gr\\u00fcn \\"x\\""}').value?.toString()).toBe('grün "x"');
    expect(read('{"value": 12345678901234567890.10 }').value?.toString()).toBe('12345678901234567890.10');
    expect(read('{"value":{"a" : [1, "]}", {"b":2.50}]} , "key":1.0}').value?.toString()).toBe(
      '{"a" : [1, "]}", {"b":2.50}]}',
    );
    expect(read('{"value":true,"key":1.0}').key?.toString()).toBe('1.0');
    expect(read('{"value":[]}').value?.toString()).toBe('[]');
    expect(read('{"val\\u0075e":"\\\\"}').value?.toString()).toBe('\\');
  });

  test('null is a tombstone, base64 any bytes', () => {
    expect(read('{"key":"k","value":null}')).toMatchObject({ value: null, key: Buffer.from('k') });
    expect(read('{"valueBase64":"AP8Q","keyBase64":""}')).toMatchObject({
      value: Buffer.from([0, 255, 16]),
      key: Buffer.alloc(0),
    });
  });

  test('whatever value JSON can say comes back as it was written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', ' ', '\t  '), fc.boolean(), (value, space, last) => {
        const text = JSON.stringify(value);
        const member = `"value"${space}:${space}${text}${space}`;
        const envelope = last ? `{"partition":1,${member}}` : `{${member},"headers":{"a":"}"}}`;
        const expected = value === null ? undefined : typeof value === 'string' ? value : text;
        expect(read(envelope).value?.toString()).toBe(expected);
      }),
    );
  });
});

test('headers keep order and repeats as pairs, timestamps may be ISO-8601', () => {
  const record = read(
    '{"value":1,"headers":[["2","b"],["1",null],["2",{"base64":"AA=="}]],"timestamp":"2024-05-01T10:00:00.5+02:00","partition":3}',
  );
  expect(record.headers.map(([name, value]) => [name.toString(), value])).toEqual([
    ['2', Buffer.from('b')],
    ['1', null],
    ['2', Buffer.from([0])],
  ]);
  expect(record.timestamp).toBe(Date.parse('2024-05-01T08:00:00.500Z'));
  expect(record.partition).toBe(3);
});

test.each([
  ['{"value":1', 'not JSON'],
  ['[1]', 'not a JSON object'],
  ['{"key":"k"}', 'value is missing'],
  ['{"value":1,"Key":"k"}', 'unknown member "Key"'],
  ['{"value":1,"value":2}', 'given twice'],
  ['{"value":1,"valueBase64":"AA=="}', 'both given'],
  ['{"valueBase64":"A"}', 'not base64'],
  ['{"valueBase64":5}', 'not a string'],
  ['{"value":"\\ud800"}', 'surrogate'],
  ['{"value":1,"headers":{"tributary.edge":"x"}}', "Tributary's own"],
  ['{"value":1,"headers":{"a":1}}', 'header "a"'],
  ['{"value":1,"headers":[["a"]]}', 'not a pair'],
  ['{"value":1,"partition":-1}', 'partition "-1"'],
  ['{"value":1,"partition":1.5}', 'partition "1.5"'],
  ['{"value":1,"partition":"1"}', 'not a number'],
  ['{"value":1,"timestamp":"yesterday"}', 'timestamp "yesterday"'],
  ['{"value":1,"timestamp":-5}', 'timestamp "-5"'],
])('%s is refused with its line', (text, why) => {
  const refused = refusal(text);
  expect(refused.message).toContain(why);
  expect(refused.line).toBe(7);
  expect(refused.status).toBe(400);
});

test('members are found where JSON.parse finds them', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), fc.nat(3), (object, indent) => {
      const text = Buffer.from(JSON.stringify(object, null, indent));
      const found = membersOf(text).map(({ name, start, end }) => [
        name,
        JSON.parse(text.toString('utf8', start, end)),
      ]);
      expect(new Map(found as [string, unknown][])).toEqual(new Map(Object.entries(JSON.parse(text.toString()))));
    }),
  );
});
