/**
 * Which line counts where, as MirrorMaker 2's driver lays them over each other. For a flow A->B, later ones win: known
 * properties of the top level; the clusters' own, under `source.cluster.` and `target.cluster.`, those of a kind of client
 * under `source.consumer.` and so on; `A->B.x`. For a client then: `source.cluster.x`, `consumer.x`, `source.consumer.x`.
 */
import { securityProperties } from './clientProperties.ts';
import type { Entry, Layer } from './file.ts';
import { FLOW_ONLY, flowProperties, ownProperties } from './flowProperties.ts';
import { CLIENT_KINDS, type ClientKind } from './settings.ts';

const SECURITY = securityProperties.map(({ name }) => name).filter((name) => name !== 'security.providers');
/** What each of MirrorMaker 2's connectors declares, and what is our own. */
const CONNECTOR: ReadonlySet<string> = new Set([
  ...flowProperties.map(({ name }) => name).filter((name) => !FLOW_ONLY.has(name)),
  ...ownProperties.map(({ name }) => name),
  ...SECURITY.filter((name) => name !== 'bootstrap.servers'),
  'config.providers',
]);
const OF_CLIENT = /^(consumer|producer|admin)/;

export const isConnectorName = (name: string): boolean => CONNECTOR.has(name);

function stripped(file: Layer, prefix: string): Layer {
  const found: Layer = new Map();
  for (const [key, entry] of file) {
    if (key.startsWith(prefix) && key.length > prefix.length) found.set(key.slice(prefix.length), entry);
  }
  return found;
}

/** `A.x`, and what it means for each kind of client. */
export function clusterLayer(file: Layer, alias: string): Layer {
  const props = stripped(file, `${alias}.`);
  const ifAbsent = (name: string, entry: Entry): void => {
    if (!props.has(name)) props.set(name, entry);
  };
  for (const name of SECURITY) {
    const entry = props.get(name);
    if (entry) for (const kind of CLIENT_KINDS) ifAbsent(`${kind}.${name}`, entry);
  }
  for (const name of SECURITY) {
    const entry = file.get(name);
    if (!entry) continue;
    for (const kind of CLIENT_KINDS) ifAbsent(`${kind}.${name}`, entry);
    ifAbsent(name, entry);
  }
  return props;
}

/** What MirrorMaker 2 gives its connectors for a flow, without the names that it makes up. */
export function flowLayer(file: Layer, source: string, target: string): Layer {
  const props: Layer = new Map();
  for (const [key, entry] of file) {
    if (CONNECTOR.has(key) || key.startsWith('config.providers') || key.startsWith('replication.policy')) {
      props.set(key, entry);
    }
  }
  for (const [side, alias] of [
    ['source', source],
    ['target', target],
  ] as const) {
    for (const [name, entry] of clusterLayer(file, alias)) {
      props.set(OF_CLIENT.test(name) ? `${side}.${name}` : `${side}.cluster.${name}`, entry);
    }
  }
  for (const [name, entry] of stripped(file, `${source}->${target}.`)) props.set(name, entry);
  return props;
}

/** The properties of one client of a flow. */
export function clientLayer(flow: Layer, side: 'source' | 'target', kind: ClientKind): Layer {
  const props: Layer = new Map();
  const cluster = stripped(flow, `${side}.cluster.`);
  for (const name of SECURITY) {
    const entry = cluster.get(name);
    if (entry) props.set(name, entry);
  }
  for (const prefix of [`${kind}.`, `${side}.${kind}.`]) {
    for (const [name, entry] of stripped(flow, prefix)) props.set(name, entry);
  }
  return props;
}

/** The properties of a cluster's client outside of any flow. */
export const clusterClientLayer = (file: Layer, alias: string, kind: ClientKind): Layer => {
  const own = clusterLayer(file, alias);
  const props: Layer = new Map();
  for (const name of SECURITY) {
    const entry = own.get(name);
    if (entry) props.set(name, entry);
  }
  for (const [name, entry] of stripped(own, `${kind}.`)) props.set(name, entry);
  return props;
};

/** Topic of MirrorMaker 2's positions: a setting of the workers whose target is the cluster. */
export const workerEntry = (file: Layer, target: string, name: string): Entry | undefined =>
  file.get(name) ?? file.get(`${target}.${name}`);
