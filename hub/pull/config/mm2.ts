/** A MirrorMaker 2 properties file, whole: text in, settings out, with everything that is to be said about it. */
import { resolve } from 'node:path';

import { parseProperties } from '../../../shared/config/javaProperties.ts';
import { byPlace, ConfigError, type Mistake } from '../../../shared/config/mistake.ts';
import { classify } from './classify.ts';
import { ClientReader, readClient } from './client.ts';
import { type Entry, Findings, type Layer } from './file.ts';
import { readFlow } from './flow.ts';
import { clusterClientLayer } from './layers.ts';
import { wrongMaterial } from './material.ts';
import { listOf } from './property.ts';
import { type Env, fillIn, type Providers, readProviders } from './providers.ts';
import { CLIENT_KINDS, type Clients, type FlowSettings, type PullSettings, type Remark } from './settings.ts';

export interface Loaded {
  readonly settings: PullSettings;
  readonly remarks: readonly Remark[];
}

export interface Mm2Options {
  /** For messages. */
  readonly file: string;
  readonly env?: Env;
  /** `--clusters`: only flows into these; none: all. */
  readonly targets?: readonly string[];
}

const ALIAS = /^[A-Za-z0-9._-]{1,200}$/;

/**
 * @param bytes read as Java does, ISO-8859-1
 * @throws ConfigError with every mistake; then nothing of it counts
 */
export function readMm2(bytes: Buffer, { file, env = process.env, targets = [] }: Mm2Options): Loaded {
  const parsed = parseProperties(bytes.toString('latin1'));
  const findings = new Findings();
  for (const { line, column, ...wrong } of parsed.problems) findings.mistake({ key: '', line, column }, wrong);
  const encoded = bytes.findIndex((byte) => byte > 0x7e);
  if (encoded >= 0) {
    const line = bytes
      .subarray(0, encoded)
      .toString('latin1')
      .split(/\r\n|\n|\r/).length;
    findings.remark(
      'changed',
      { key: '', line, column: 1 },
      'is read as ISO-8859-1, as Java does; write \\uXXXX for what is not ASCII',
    );
  }
  const layer = layerOf(parsed.entries, env, findings);
  const settings = settingsOf(layer, targets, findings);
  const remarks = [...findings.remarks].sort(byPlace);
  const mistakes = findings.mistakes.map((mistake) => withTypo(mistake, remarks)).sort(byPlace);
  if (mistakes.length > 0 || !settings) throw new ConfigError(file, mistakes);
  return { settings, remarks };
}

/** The last of equal keys counts. */
/** What is missing may be there under a name that is nearly right. */
function withTypo(mistake: Mistake, remarks: readonly Remark[]): Mistake {
  const near = remarks.find(({ says }) => says.endsWith(`did you mean ${mistake.path}?`));
  return near ? { ...mistake, problem: `${mistake.problem} (line ${near.line} has ${near.path})` } : mistake;
}

function layerOf(entries: ReturnType<typeof parseProperties>['entries'], env: Env, findings: Findings): Layer {
  const raw = new Map<string, (typeof entries)[number]>();
  for (const entry of entries) {
    const earlier = raw.get(entry.key);
    if (earlier) findings.remark('changed', earlier, `does nothing: line ${entry.line} has the same key`);
    raw.set(entry.key, entry);
  }
  const providers = providersOf(raw, findings);
  const layer: Layer = new Map();
  for (const entry of raw.values()) {
    const own = entry.key.startsWith('config.providers');
    const filled = own
      ? { value: entry.value, reference: null, translated: null, substituted: false }
      : fillIn(entry.value, providers, env, (wrong) => findings.mistake(entry, wrong));
    layer.set(entry.key, { key: entry.key, raw: entry.value, line: entry.line, column: entry.column, ...filled });
  }
  return layer;
}

function providersOf(
  raw: ReadonlyMap<string, { value: string; key: string; line: number; column: number }>,
  findings: Findings,
): Providers {
  const get = (key: string) => {
    const entry = raw.get(key);
    return entry
      ? { value: entry.value, report: (wrong: { problem: string }) => findings.mistake(entry, wrong) }
      : null;
  };
  const declared = get('config.providers');
  return declared ? readProviders(listOf(declared.value), get, declared) : new Map();
}

function settingsOf(layer: Layer, targets: readonly string[], findings: Findings): PullSettings | null {
  const clusters = layer.get('clusters');
  const aliases = [...new Set(listOf(clusters?.value ?? ''))];
  if (!clusters || aliases.length === 0) {
    findings.mistake(clusters ?? { key: 'clusters', line: 0, column: 0 }, {
      problem: 'is missing',
      allowed: 'write clusters = A, B',
    });
    return null;
  }
  for (const alias of aliases) {
    if (!ALIAS.test(alias))
      findings.mistake(clusters, {
        problem: `has "${alias}"`,
        allowed: 'an alias has letters, digits, ".", "_", "-": it becomes part of topic names',
      });
  }
  for (const target of targets) {
    if (!aliases.includes(target))
      findings.mistake(clusters, {
        problem: `has no "${target}"`,
        allowed: `--clusters names some of ${aliases.join(', ')}`,
      });
  }
  classify(layer, aliases, findings);
  const settings: PullSettings = {
    clusters: Object.fromEntries(aliases.map((alias) => [alias, clusterOf(layer, alias, findings, clusters)])),
    flows: flowsOf(layer, aliases, targets, findings, clusters),
  };
  if (findings.mistakes.length === 0) checkMaterial(settings, layer, clusters, findings);
  return settings;
}

/** Every ordered pair that copies or writes heartbeats. */
function flowsOf(
  layer: Layer,
  aliases: readonly string[],
  targets: readonly string[],
  findings: Findings,
  clusters: Entry,
): FlowSettings[] {
  const pairs = aliases.flatMap((source) =>
    aliases.filter((target) => target !== source).map((target) => ({ source, target })),
  );
  return pairs
    .filter(({ target }) => targets.length === 0 || targets.includes(target))
    .map(({ source, target }) => readFlow(layer, source, target, findings, clusters))
    .filter(({ enabled, heartbeats }) => enabled || heartbeats.enabled);
}

function clusterOf(layer: Layer, alias: string, findings: Findings, clusters: Entry): Clients {
  const [consumer, producer, admin] = CLIENT_KINDS.map((kind) =>
    readClient(new ClientReader(clusterClientLayer(layer, alias, kind), findings, { ...clusters, key: alias })),
  ) as [Clients['admin'], Clients['admin'], Clients['admin']];
  return { consumer, producer, admin };
}

/** Told at the line that names the file, or holds the text. */
function checkMaterial(settings: PullSettings, layer: Layer, clusters: Entry, findings: Findings): void {
  for (const { of, path, problem } of wrongMaterial(settings)) {
    const inline = of === 'truststore' ? 'ssl.truststore.certificates' : 'ssl.keystore.key';
    const at = [...layer.values()].find(({ key, value }) =>
      path === null ? key.endsWith(inline) : key.endsWith(`ssl.${of}.location`) && resolve(value.trim()) === path,
    );
    findings.mistake(at ?? clusters, { problem, allowed: 'check the file, its type and its password' });
  }
}
