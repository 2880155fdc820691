/** Each line of a properties file: what it belongs to, and whether it says something that can be honoured. */
import { nearest } from '../../../shared/config/nearest.ts';
import { securityProperties, tuningProperties } from './clientProperties.ts';
import type { Entry, Findings, Layer } from './file.ts';
import { FLOW_ONLY, flowProperties, ownProperties } from './flowProperties.ts';
import { isConnectorName } from './layers.ts';
import { checkValue, type Property } from './property.ts';
import { CLIENT_KINDS } from './settings.ts';
import { restProperties, topProperties, workerProperties } from './workerProperties.ts';

type Table = ReadonlyMap<string, Property>;
const table = (...lists: readonly (readonly Property[])[]): Table =>
  new Map(lists.flat().map((property) => [property.name, property]));

const CLIENT = table(tuningProperties, securityProperties);
const SECURITY = table(securityProperties);
const FLOW = table(securityProperties, flowProperties, ownProperties);
const WORKER = table(workerProperties, restProperties, securityProperties);
const TOP = table(securityProperties, restProperties, topProperties, flowProperties, ownProperties);

function named(list: readonly Property[], name: string): Property {
  const found = list.find((property) => property.name === name);
  if (!found) throw new Error(`${name} is not declared`);
  return found;
}

/** What stands for names with a free part. */
const PROVIDERS = named(topProperties, 'config.providers');
const REST = named(restProperties, 'listeners');
const CONNECT = named(workerProperties, 'config.storage.topic');

const KINDS = CLIENT_KINDS.join('|');
const CLIENT_OF = new RegExp(`^(?:source\\.|target\\.)?(?:${KINDS})\\.(.+)$`);
const CLIENT_OF_CLUSTER = new RegExp(`^(?:${KINDS})\\.(.+)$`);
const CLUSTER_OF_FLOW = /^(?:source|target)\.cluster\.(.+)$/;
/** What MirrorMaker 2 hands to its workers from the top level, whatever follows. */
const FORWARDED =
  /^(offset\.storage|config\.storage|status\.storage|key\.converter|value\.converter|header\.converter|task|worker)/;
const PARTS = /^(transforms|predicates)\./;
const REST_PARTS = /^(listeners\.https|admin\.listeners\.https|rest)\./;

/** What is told about one line: a property, or why there is none. */
type Told =
  | { readonly property: Property }
  | { readonly unknown: string; readonly known: readonly string[]; readonly prefix: string; readonly why?: string };

/** Goes over all lines: types, values that can't be honoured, names without meaning, unknown names. */
export function classify(file: Layer, aliases: readonly string[], findings: Findings): void {
  for (const entry of file.values()) {
    const told = tell(entry.key, aliases);
    if ('property' in told) judge(entry, told.property, findings);
    else unknown(entry, told, findings);
  }
}

function judge(entry: Entry, property: Property, findings: Findings): void {
  if (property.use.kind === 'none') {
    findings.remark('noMeaning', entry, `has nothing to set here: ${property.use.why}`);
    return;
  }
  const wrong = checkValue(property, entry.value);
  if (!wrong) return;
  // What came out of a reference is not shown.
  findings.mistake(entry, entry.substituted ? { ...wrong, problem: `"${entry.raw}" is not right here` } : wrong);
}

function unknown(entry: Entry, told: Exclude<Told, { property: Property }>, findings: Findings): void {
  const { unknown: name, known, prefix, why } = told;
  const near = nearest(name, known);
  const hint = near && near !== name ? `; did you mean ${prefix}${near}?` : '';
  if (name.startsWith('tributary.')) {
    findings.mistake(entry, {
      problem: 'is not a property of Tributary',
      allowed: near ? `did you mean ${prefix}${near}?` : `known: ${ownProperties.map((own) => own.name).join(', ')}`,
    });
    return;
  }
  findings.remark(
    'unknown',
    entry,
    `${why ?? 'is not known, and does nothing, as in MirrorMaker 2'}${why ? '' : hint}`,
  );
}

function tell(key: string, aliases: readonly string[]): Told {
  if (key.includes('->')) return tellFlow(key, aliases);
  const top = TOP.get(key);
  if (top && !(FLOW_ONLY.has(key) && top.use.kind === 'has')) return { property: top };
  if (key.startsWith('config.providers.')) return { property: PROVIDERS };
  // The longest alias, should one begin with another.
  const alias = aliases.filter((one) => key.startsWith(`${one}.`)).sort((a, b) => b.length - a.length)[0];
  if (alias !== undefined) return tellCluster(key.slice(alias.length + 1), alias);
  return tellTop(key, aliases);
}

/** Between names of one or two letters everything is near. */
const nearAlias = (word: string, aliases: readonly string[]): string | null =>
  word.length > 2 ? nearest(word, aliases) : null;

function tellTop(key: string, aliases: readonly string[]): Told {
  const known = [...TOP.keys()].filter((name) => !FLOW_ONLY.has(name));
  const missing = { unknown: key, known, prefix: '' };
  if (FLOW_ONLY.has(key)) return { ...missing, why: `does nothing here, as in MirrorMaker 2; write A->B.${key}` };
  const worker = WORKER.get(key);
  if (worker && FORWARDED.test(key)) return { property: worker };
  if (REST_PARTS.test(key)) return { property: REST };
  if (FORWARDED.test(key)) return { property: CONNECT };
  const part = PARTS.exec(key)?.[1];
  if (part) return { property: FLOW.get(part)! };
  if (CLIENT_OF_CLUSTER.test(key)) {
    const alias = aliases[0] ?? 'A';
    return {
      ...missing,
      why: `does nothing here, as in MirrorMaker 2; write ${alias}.${key}, for the cluster that is meant`,
    };
  }
  const [first = ''] = key.split('.');
  const alias = key.includes('.') ? nearAlias(first, aliases) : null;
  const rest = key.slice(first.length + 1);
  if (alias && (CLIENT.has(rest) || CLIENT_OF_CLUSTER.test(rest))) {
    return { ...missing, why: `does nothing: "${first}" is not in clusters; did you mean ${alias}.${rest}?` };
  }
  return missing;
}

function tellCluster(name: string, alias: string): Told {
  const prefix = `${alias}.`;
  const client = CLIENT_OF_CLUSTER.exec(name)?.[1];
  if (client !== undefined && !WORKER.has(name)) {
    const property = CLIENT.get(client);
    return property ? { property } : { unknown: name, known: clientNames(name), prefix };
  }
  const property = SECURITY.get(name) ?? WORKER.get(name);
  if (property) return { property };
  if (name.startsWith('config.providers')) return { property: PROVIDERS };
  if (FORWARDED.test(name)) return { property: CONNECT };
  if (REST_PARTS.test(name)) return { property: REST };
  if (isConnectorName(name) || FLOW_ONLY.has(name)) {
    const why = `does nothing at a cluster, as in MirrorMaker 2; write ${name} at the top, or A->B.${name}`;
    return { unknown: name, known: [], prefix, why };
  }
  return { unknown: name, known: [...SECURITY.keys(), ...WORKER.keys(), ...clientNames('consumer.')], prefix };
}

/** All names with the same kind of client in front. */
function clientNames(name: string): string[] {
  const front = name.slice(0, name.indexOf('.') + 1);
  return [...CLIENT.keys()].map((one) => front + one);
}

function tellFlow(key: string, aliases: readonly string[]): Told {
  for (const source of aliases) {
    for (const target of aliases) {
      const prefix = `${source}->${target}.`;
      if (source !== target && key.startsWith(prefix)) return tellOfFlow(key.slice(prefix.length), prefix);
    }
  }
  const pair = /^(.*?)->([^.]*)\./.exec(key);
  const known = aliases.flatMap((a) => aliases.filter((b) => b !== a).map((b) => `${a}->${b}`));
  const near = pair && `${pair[1]}${pair[2]}`.length > 4 ? nearest(`${pair[1]}->${pair[2]}`, known) : null;
  const why = `does nothing: it names no two of the clusters${near ? `; did you mean ${near}?` : ''}`;
  return { unknown: key, known: [], prefix: '', why };
}

function tellOfFlow(name: string, prefix: string): Told {
  const own = FLOW.get(name);
  if (own && name !== 'bootstrap.servers' && !SECURITY.has(name)) return { property: own };
  if (SECURITY.has(name)) {
    const why = `does nothing on a flow, as in MirrorMaker 2; write ${prefix}source.cluster.${name}, or target.cluster`;
    return { unknown: name, known: [], prefix, why };
  }
  const cluster = CLUSTER_OF_FLOW.exec(name)?.[1];
  if (cluster !== undefined) {
    const property = cluster === 'alias' ? FLOW.get(name) : SECURITY.get(cluster);
    return property
      ? { property }
      : { unknown: cluster, known: [...SECURITY.keys()], prefix: prefix + name.slice(0, 15) };
  }
  const client = CLIENT_OF.exec(name)?.[1];
  if (client !== undefined) {
    const property = CLIENT.get(client);
    const front = name.slice(0, name.length - client.length);
    return property ? { property } : { unknown: client, known: [...CLIENT.keys()], prefix: prefix + front };
  }
  const part = PARTS.exec(name)?.[1];
  if (part) return { property: FLOW.get(part)! };
  if (/^(key|value|header)\.converter\./.test(name)) return { property: CONNECT };
  const worker = WORKER.get(name) ?? (name.startsWith('config.providers') ? PROVIDERS : undefined);
  if (worker) return { property: worker };
  return { unknown: name, known: [...FLOW.keys(), ...WORKER.keys()], prefix };
}
