import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { EXAMPLES, referencePage, schemaOf } from '../../bin/configRoles.ts';
import { ROLES } from '../../bin/roleNames.ts';
import { jsonSchema } from '../../shared/config/index.ts';
import { ROOT } from './cli.ts';

describe.each(ROLES)('%s', (role) => {
  test('docs/reference is what the declarations say; "node bin/tributary.js config docs" writes it anew', () => {
    expect(readFileSync(join(ROOT, 'docs', 'reference', `${role}.md`), 'utf8')).toBe(referencePage(role));
  });

  // The schema is checked as an editor sees it: plain JSON, against the file as written.
  const schema = JSON.parse(JSON.stringify(jsonSchema(schemaOf(role), { title: role }))) as object;

  test('the JSON Schema takes the example of the documentation', () => {
    expect(Value.Errors(schema, parse(EXAMPLES[role]))).toEqual([]);
  });

  test('the JSON Schema refuses what the reader refuses', () => {
    const right = parse(EXAMPLES[role]) as Record<string, unknown>;
    const wrong: Record<string, unknown>[] = [
      { ...right, unknown: 1 },
      { ...right, telemetry: { log: 'loud' } },
      { ...right, telemetry: { listen: '9464' } },
      role === 'agent' ? { ...right, buffer: { path: 'b', maxBytes: '20 gigs' } } : { ...right, ledger: { shards: 0 } },
      role === 'agent' ? { ...right, sources: [{}] } : { ...right, kafka: { brokers: [] } },
      role === 'agent' ? { ...right, edge: 'A.b' } : { ...right, kafka: {} },
    ];
    for (const value of wrong) expect(Value.Check(schema, value), JSON.stringify(value)).toBe(false);
  });

  test('the JSON Schema leaves out nothing that must be said, and asks for nothing that need not be', () => {
    const { required } = schema as { required: string[] };
    expect(required).toEqual(role === 'agent' ? ['edge', 'hub', 'buffer', 'sources'] : ['kafka', 'listen']);
  });
});
