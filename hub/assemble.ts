/** Puts a hub together: the only place of `hub/` that sees all concrete parts. */
import { hostname } from 'node:os';
import { systemClock } from '../shared/clock.ts';
import { kafkaSettings } from '../shared/config/kafkaOptions.ts';
import type { EdgeId } from '../shared/identity.ts';
import { Cluster } from '../shared/kafka/index.ts';
import { Routes } from '../shared/names/index.ts';
import type { Check } from '../shared/telemetry/checks.ts';
import { TelemetryServer } from '../shared/telemetry/server.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';
import { version } from '../shared/version.ts';
import { besideOf, openPulls, type Pulls } from './assemblePull.ts';
import type { HubConfig } from './config.ts';
import { fleetPage } from './dashboard/index.ts';
import { type FleetParts, fleetRoutes, hubChecks, type ShardFacts } from './fleet/index.ts';
import { auditTopicOf } from './ledger/topics.ts';
import type { PullSettings } from './pull/config/index.ts';
import { Contacts, HubServer, operatorApi, type ReceiveParts } from './receive/index.ts';
import { verifyShipment } from './verify/index.ts';
import { Shards, shardOf } from './write/index.ts';

const clock = systemClock;

export interface RunningHub {
  close(): Promise<void>;
  /** Reads token and certificate files again now. */
  reload(): Promise<void>;
  readonly facts: Readonly<Record<string, unknown>>;
  /** Rejects when the hub can't go on: what trying again would not mend. */
  readonly ended: Promise<void>;
}

const DESCRIPTION =
  'What a Tributary hub knows of its edges, and the flows that it runs. Numbers of the ledger are exact; those of an agent are as old as its last report.';

/**
 * Listens at once; shipments are taken when the ledger was read and shards are owned.
 * @param flows what it pulls beside that; null: nothing
 */
export async function runHub(
  config: HubConfig,
  telemetry: Telemetry,
  flows: PullSettings | null = null,
): Promise<RunningHub> {
  const pulls = flows ? openFlows(config, flows, telemetry) : null;
  const cluster = Cluster.open(kafkaSettings(config.kafka, 'tributary-hub'), telemetry);
  // A hub that can't serve (its address is taken, a file is wrong) must not take shards from one that does.
  const listening = Promise.withResolvers<void>();
  const shards = openShards(config, cluster, telemetry, listening.promise);
  const contacts = new Contacts(clock);
  let server: HubServer | null = null;
  const fleet = { ...fleetParts(shards, contacts, () => server), flows: pulls !== null };
  const api = operatorApi({
    ...{ title: 'Tributary hub API', description: DESCRIPTION, version: version() },
    routes: [fleetRoutes(fleet, clock), ...(pulls ? [pulls.routes] : [])],
  });
  const closeCore = async (): Promise<void> => {
    await pulls?.run.close();
    await shards.close();
    await cluster.close();
  };
  try {
    server = await HubServer.open(
      {
        listen: config.listen,
        tls: config.tls,
        edgeTokensPath: config.edges?.tokens,
        operatorTokensPath: config.operators?.tokens,
      },
      {
        parts: receiveParts(config, shards, telemetry),
        telemetry,
        contacts,
        clock,
        more: { operators: api, everybody: fleetPage },
      },
    );
    pulls?.servedAt(server.url);
    const pages = await openPages(config, telemetry, [...checksOf(server, shards), ...(pulls?.checks ?? [])]);
    const hub = server;
    const ended = pulls
      ? Promise.race([shards.started.then(() => pulls.run.refused), pulls.run.refused])
      : shards.started;
    ended.catch(() => {});
    listening.resolve();
    return {
      facts: { url: hub.url, telemetry: pages?.address ?? null, ...(flows ? { flows: flows.flows.length } : {}) },
      ended,
      reload: () => hub.reload(),
      close: async () => {
        await hub.close();
        await closeCore();
        await pages?.close();
      },
    };
  } catch (error) {
    await server?.close();
    await closeCore();
    throw error;
  }
}

const instanceOf = ({ name, listen }: HubConfig): string => name ?? `${hostname()}-${listen.port}`;

/** In a ledger of their own: a flow has one transaction after the other, and receipts must not wait behind them. */
function openFlows(config: HubConfig, settings: PullSettings, telemetry: Telemetry): Pulls {
  const { flows } = config.ledger;
  return openPulls({ settings, instance: instanceOf(config), telemetry, ledgerTopic: flows });
}

function openShards(config: HubConfig, cluster: Cluster, telemetry: Telemetry, after: Promise<void>): Shards {
  const { ledger, deadLetter, routes } = config;
  const { flows } = ledger;
  const reserved = [ledger.topic, auditTopicOf(ledger.topic), deadLetter.topic, flows, ...besideOf(flows)];
  const settings = {
    instance: instanceOf(config),
    ledger: { ...ledger, deadLetterTopic: deadLetter.topic },
  };
  return Shards.open(settings, { cluster, routing: new Routes({ ...routes, reserved }), clock, telemetry, after });
}

function receiveParts(config: HubConfig, shards: Shards, telemetry: Telemetry): ReceiveParts {
  return {
    identity: () => shards.identity(),
    term: (edge) => shards.term(edge),
    register: (edge, lineage, reached) => shards.register(edge, lineage, reached),
    verify: (shipment, edge, bytes) => verifyShipment(shipment, { edge, mode: config.verify, bytes, telemetry }),
    submit: (verified) => shards.submit(verified),
  };
}

function fleetParts(shards: Shards, contacts: Contacts, server: () => HubServer | null): FleetParts {
  return {
    version: version(),
    identity: () => shards.snapshot().identity,
    shards: () => shardFacts(shards),
    edges: () => shards.snapshot().edges(),
    edge: (edge) => shards.snapshot().edge(edge),
    decideEpoch: (edge, epoch, decision) => shards.decideEpoch(edge, epoch, decision),
    contacts: () => contacts.edges(),
    contact: (edge: EdgeId) => contacts.get(edge),
    isConnected: (edge) => server()?.isConnected(edge) ?? false,
    expected: () => server()?.expected() ?? [],
  };
}

function shardFacts(shards: Shards): ShardFacts[] {
  const { identity, shards: owned, edges } = shards.snapshot();
  const counts = new Map<number, number>();
  for (const edge of edges()) {
    const shard = shardOf(edge, identity?.shards ?? 1);
    counts.set(shard, (counts.get(shard) ?? 0) + 1);
  }
  return owned.map(({ shard, state, term, lastError }) => ({
    shard,
    state,
    reason: lastError,
    term: term < 0 ? null : term,
    owner: state === 'serving' ? hostname() : null,
    edges: counts.get(shard) ?? 0,
  }));
}

function checksOf(server: HubServer, shards: Shards): Check[] {
  return hubChecks({
    receive: () => server.progress(),
    identityKnown: () => shards.snapshot().identity !== null,
    shards: () => shardFacts(shards),
  });
}

async function openPages(config: HubConfig, telemetry: Telemetry, checks: Check[]): Promise<TelemetryServer | null> {
  const { listen } = config.telemetry;
  return listen ? TelemetryServer.open({ listen, telemetry, checks }) : null;
}
