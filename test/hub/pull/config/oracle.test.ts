/** Ours against the real MirrorMaker 2 of Kafka's jars: names, types, defaults, Java's grammar, and which line counts where. */
import fc from 'fast-check';
import { beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { classify } from '../../../../hub/pull/config/classify.ts';
import { securityProperties, tuningProperties } from '../../../../hub/pull/config/clientProperties.ts';
import { type Entry, Findings, type Layer } from '../../../../hub/pull/config/file.ts';
import { FLOW_ONLY, flowProperties } from '../../../../hub/pull/config/flowProperties.ts';
import { readMm2 } from '../../../../hub/pull/config/index.ts';
import { clientLayer, flowLayer } from '../../../../hub/pull/config/layers.ts';
import type { Property } from '../../../../hub/pull/config/property.ts';
import { workerProperties } from '../../../../hub/pull/config/workerProperties.ts';
import { parseProperties } from '../../../../shared/config/javaProperties.ts';
import { type Answers, ask } from './oracle/oracle.ts';
import { SAMPLES } from './oracle/samples.ts';

const SEED = 20_261_124;

/** Lines with every scope that a name can have. */
const NAMES = [
  ...['topics', 'replication.factor', 'tasks.max', 'use.defaults.from', 'consumer.poll.timeout.ms', 'unknown.name'],
  ...[
    'replication.policy.separator',
    'replication.policy.extra',
    'offset.storage.topic',
    'ssl.protocol',
    'sasl.mechanism',
  ],
  ...['bootstrap.servers', 'consumer.bootstrap.servers', 'consumer.fetch.max.bytes', 'producer.sasl.mechanism'],
  ...['admin.ssl.protocol', 'source.consumer.fetch.max.bytes', 'target.producer.acks', 'source.cluster.ssl.protocol'],
  ...['target.cluster.unknown', 'target.admin.bootstrap.servers', 'emit.checkpoints.enabled', 'key.converter.extra'],
];
const line = fc
  .tuple(
    fc.constantFrom('', '', 'A.', 'B.', 'A->B.', 'B->A.'),
    fc.constantFrom(...NAMES),
    fc.integer({ min: 1, max: 9 }),
  )
  .map(([scope, name, value]) => `${scope}${name} = ${value}`);
const generatedFiles = fc
  .sample(fc.array(line, { maxLength: 25 }), { numRuns: 40, seed: SEED })
  .map((lines) =>
    ['clusters = A, B', 'A.bootstrap.servers = a:1', 'B.bootstrap.servers = b:1', ...lines]
      .join('\n')
      .replaceAll(/^((?:A->B\.|B->A\.)?emit\.\w+\.enabled) = \d$/gm, '$1 = true'),
  );
const files = [...Object.values(SAMPLES), ...generatedFiles];

const piece = fc.constantFrom(...'ab=: \t#!\\\n\r\fu0e9é', '\\u0041', '\\\n', '\r\n', '\\\r\n  ', '\\t', '\\:');
const texts = fc.sample(fc.array(piece, { maxLength: 30 }), { numRuns: 3_000, seed: SEED }).map((all) => all.join(''));

let answers: Answers | string;
beforeAll(async () => {
  answers = await ask(
    files.map((text) => Buffer.from(text, 'latin1')),
    texts.map((text) => Buffer.from(text, 'latin1')),
  );
}, 180_000);

function real(context: TestContext): Answers {
  return typeof answers === 'string' ? context.skip(answers) : answers;
}

function layerOf(text: string): Layer {
  const entries = parseProperties(text).entries.map(({ value, ...place }): [string, Entry] => [
    place.key,
    { ...place, value, raw: value, reference: null, translated: null, substituted: false },
  ]);
  return new Map(entries);
}

describe('the tables', () => {
  const told = (properties: readonly Property[]) =>
    properties.flatMap(({ name, type, default: preset, use }) => (use.kind === 'none' ? [] : [{ name, type, preset }]));

  /** Kafka writes a list with `,` between; what has no default is null. */
  const asReal = (defs: Answers['defs'], names: readonly string[], name: string) => {
    const key = names.map((def) => defs[def]?.[name]).find(Boolean);
    return key ? { name, type: key.type.toLowerCase(), preset: key.default } : { name, missing: true };
  };

  test('have the real types and defaults, and nothing that is not there', (context) => {
    const { defs } = real(context);
    const connectors = ['source', 'checkpoint', 'heartbeat', 'filterTopic', 'filterGroup', 'filterConfigProperty'];
    // A property of every source connector, which Connect declares and not MirrorMaker 2.
    const flows = told(flowProperties).filter(({ name }) => name !== 'offsets.storage.topic');
    for (const [ours, among] of [
      [flows, connectors],
      [told(securityProperties), ['client']],
      [told(tuningProperties), ['consumer', 'producer', 'admin']],
    ] as const) {
      expect(ours.length).toBeGreaterThan(9);
      expect(ours).toEqual(ours.map(({ name }) => asReal(defs, among, name)));
    }
  });

  test('know every name that Kafka knows, wherever it may stand', (context) => {
    const { defs } = real(context);
    const names = (def: string): string[] => Object.keys(defs[def]!);
    const lines = [
      ...['source', 'checkpoint', 'heartbeat']
        .flatMap(names)
        .filter((name) => !name.startsWith('ssl.') && !/^sasl|^security/.test(name))
        .map((name) => `A->B.${name}`),
      ...['source', 'checkpoint', 'heartbeat', 'maker'].flatMap(names).filter((name) => name !== 'clusters'),
      ...['consumer', 'producer', 'admin'].flatMap((kind) =>
        names(kind).flatMap((name) => [`A.${kind}.${name}`, `A->B.${kind}.${name}`, `A->B.source.${kind}.${name}`]),
      ),
      ...names('worker').map((name) => `A.${name}`),
      ...names('client').flatMap((name) => [`A.${name}`, name, `A->B.source.cluster.${name}`]),
      ...['filterTopic', 'filterGroup', 'filterConfigProperty'].flatMap(names).map((name) => `A->B.${name}`),
    ];
    const findings = new Findings();
    classify(layerOf(lines.map((name) => `${name}=`).join('\n')), ['A', 'B'], findings);
    expect(lines.length).toBeGreaterThan(1_000);
    expect(findings.remarks.filter(({ kind }) => kind === 'unknown').map(({ path }) => path)).toEqual([]);
  });

  test('of workers name nothing that is not there', (context) => {
    const { worker } = real(context).defs;
    expect(workerProperties.map(({ name }) => name).filter((name) => !worker?.[name])).toEqual([]);
  });

  test('names that count on a flow only are unknown to the connectors', (context) => {
    const { defs } = real(context);
    const connectors = ['source', 'checkpoint', 'heartbeat'].flatMap((def) => Object.keys(defs[def]!));
    expect(connectors.filter((name) => FLOW_ONLY.has(name))).toEqual([]);
  });
});

/** A backslash alone at the very end is an entry without a name to Java, sometimes. */
function named(entries: Readonly<Record<string, string>> | null): Record<string, string> | null {
  if (!entries) return null;
  const { '': _, ...others } = entries;
  return others;
}

test("Java's grammar", (context) => {
  const { loaded } = real(context);
  expect(loaded.filter((one) => one === null).length).toBeGreaterThan(10);
  texts.forEach((text, i) => {
    const { entries, problems } = parseProperties(text);
    const ours = problems.length > 0 ? null : Object.fromEntries(entries.map(({ key, value }) => [key, value]));
    expect(named(ours), JSON.stringify(text)).toEqual(named(loaded[i]!));
  });
});

describe('layers', () => {
  /** What MirrorMaker 2 makes up by itself. */
  const MADE_UP = ['name', 'connector.class', 'source.cluster.alias', 'target.cluster.alias'];
  const filled = (value: string): string => value.replaceAll('${env:PATH}', process.env.PATH ?? '');
  const FORCED = ['client.id', 'enable.auto.commit', 'auto.offset.reset'];

  test('which pairs there are, and what each connector is told', (context) => {
    let pairs = 0;
    real(context).files.forEach(({ pairs: all }, i) => {
      for (const [pair, { connector }] of Object.entries(all)) {
        const [source = '', target = ''] = pair.split('->');
        const ours = [...flowLayer(layerOf(files[i]!), source, target)].map(([name, { value }]) => [name, value]);
        const wanted = Object.entries(connector).filter(([name]) => !MADE_UP.includes(name));
        const enabled = { enabled: 'false', ...Object.fromEntries(ours) };
        expect(enabled, `${pair} of file ${i}`).toEqual(Object.fromEntries(wanted));
        pairs += 1;
      }
    });
    expect(pairs).toBeGreaterThan(60);
  });

  test('what each client is told', (context) => {
    real(context).files.forEach(({ pairs }, i) => {
      for (const [pair, { clients }] of Object.entries(pairs)) {
        const [source = '', target = ''] = pair.split('->');
        const flow = flowLayer(layerOf(files[i]!), source, target);
        for (const [role, props] of Object.entries(clients)) {
          const [side, kind] = role.split('.') as ['source', 'consumer'];
          const ours = Object.fromEntries(
            [...clientLayer(flow, side, kind)].map(([name, { value }]) => [name, filled(value)]),
          );
          const wanted = Object.entries(props).filter(([name]) => !FORCED.includes(name) || ours[name] === props[name]);
          const told = Object.entries(ours).filter(([name]) => name !== 'client.id');
          expect(Object.fromEntries(told), `${role} of ${pair} of file ${i}`).toEqual(
            Object.fromEntries(wanted.filter(([name]) => name !== 'client.id')),
          );
        }
      }
    });
  });

  test('the same pairs run', (context) => {
    const { files: all } = real(context);
    Object.values(SAMPLES).forEach((text, i) => {
      const { settings } = readMm2(Buffer.from(text), { file: 'x', env: { PATH: 'rack' } });
      expect(settings.flows.map(({ source, target }) => `${source}->${target}`).sort()).toEqual(
        Object.keys(all[i]!.pairs).sort(),
      );
    });
  });

  test("where MirrorMaker 2's positions are", (context) => {
    const { files: all } = real(context);
    Object.values(SAMPLES).forEach((text, i) => {
      const { settings } = readMm2(Buffer.from(text), { file: 'x', env: { PATH: 'rack' } });
      for (const { source, target, mm2OffsetsTopic } of settings.flows) {
        expect(mm2OffsetsTopic).toBe(all[i]!.pairs[`${source}->${target}`]!.worker['offset.storage.topic']);
      }
    });
  });
});
