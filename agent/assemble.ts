/** Puts an agent together: the only place of `agent/` that sees all concrete parts. */
import { readFileSync } from 'node:fs';
import { systemClock } from '../shared/clock.ts';
import { kafkaSettings } from '../shared/config/kafkaOptions.ts';
import type { TributaryError } from '../shared/errors.ts';
import type { Check } from '../shared/telemetry/checks.ts';
import { TelemetryServer } from '../shared/telemetry/server.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';
import { version } from '../shared/version.ts';
import { BufferFile } from './buffer/index.ts';
import type { AgentConfig, HttpSourceConfig, KafkaSourceConfig, SourceConfig } from './config.ts';
import { Control } from './control/control.ts';
import { doorPath, type LinkAnswer, OperatorDoor } from './control/operator.ts';
import { Outlooks } from './control/outlook.ts';
import { registerOutlook } from './control/outlookMetrics.ts';
import { reportOf } from './control/report.ts';
import { type AgentStatus, statusOf } from './control/status.ts';
import type { BudgetSettings } from './forward/budget.ts';
import type { HubAddress } from './forward/connection.ts';
import { Forwarder } from './forward/forwarder.ts';
import { bootIdOf } from './seal/bootId.ts';
import { SealingIntake } from './seal/index.ts';
import { HttpSource } from './source/http/httpSource.ts';
import { KafkaSource } from './source/kafka/kafkaSource.ts';
import { jointPositions } from './source/positions.ts';
import type { Source } from './source/source.ts';
import { TopicPolicies } from './topicPolicies.ts';

const clock = systemClock;
const MAX_KEYS = 100_000;
/** How long a Kafka source waits at the start for the hub's word on what was delivered before (ARCHITECTURE.md). */
const HUB_WAIT_MS = 10_000;

export interface RunningAgent {
  close(): Promise<void>;
  readonly facts: Readonly<Record<string, unknown>>;
  /** Rejects when the agent can't go on: its buffer has failed. */
  readonly ended: Promise<void>;
}

/** Comes up without hub and without local Kafka: what it needs is its buffer file. */
export async function runAgent(config: AgentConfig, telemetry: Telemetry): Promise<RunningAgent> {
  const { edge } = config;
  const startedAtMs = clock.now();
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => undefined);
  const bootId = bootIdOf();
  const intake = openBuffer(config, telemetry, bootId, (error) => ended.reject(error));
  const hub = hubAddress(config);
  const common = { edge, agentVersion: version(), hub, telemetry, clock };
  const sources = config.sources.map((source) => openSource(source, config, telemetry));
  const control: Control = new Control({
    ...common,
    heartbeatMs: config.forward.heartbeatMs,
    report: () => reportOf(facts()),
    onHubTime: (time) => intake.noteHubTime(time),
    onCredit: (term, bytes, tookMs) => forwarder.credit(term, bytes, tookMs),
  });
  const forwarder: Forwarder = new Forwarder({
    ...common,
    bootId,
    outbox: intake,
    lane: control,
    positions: jointPositions(sources.filter((source) => source instanceof KafkaSource)),
    settings: { lingerMs: config.forward.lingerMs },
    ...(config.forward.budget ? { budget: budgetOf(config.forward.budget) } : {}),
    onFatal: (error) => ended.reject(error),
  });
  const outlooks = new Outlooks(clock);
  const facts = () => {
    const stats = intake.stats();
    return {
      ...{ startedAtMs, stats, link: forwarder.state(), waits: forwarder.waits() },
      outlook: outlooks.look(stats, forwarder.bytesPerSecond()),
      sources: sources.map((source) => source.state()),
    };
  };
  registerOutlook(telemetry.registry, () => facts().outlook);
  const closeAll = async (): Promise<void> => {
    await Promise.all(sources.map((source) => source.close()));
    await forwarder.close();
    await control.close();
    await intake.close();
  };
  try {
    for (const source of sources) await source.open(intake);
    forwarder.open();
    control.open();
    const status = () => statusOf(edge, facts());
    const pages = await openPages(config, telemetry, checksOf(intake, forwarder, sources), status);
    const door = await OperatorDoor.open({
      path: doorPath(config.buffer.path),
      telemetry,
      status,
      look: () => linkAnswer(status(), forwarder),
      accept: (accepted) => forwarder.accept(accepted),
      retry: () => forwarder.retry(),
    });
    return {
      facts: { buffer: config.buffer.path, telemetry: pages?.address ?? null },
      ended: ended.promise,
      close: async () => {
        await door?.close();
        await closeAll();
        await pages?.close();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function linkAnswer({ link, linkSinceMs, linkReason, edge }: AgentStatus, forwarder: Forwarder): LinkAnswer {
  return { edge, link, linkSinceMs, linkReason, ...forwarder.hub(), question: forwarder.question() };
}

function openBuffer(
  { edge, buffer, seal }: AgentConfig,
  telemetry: Telemetry,
  bootId: string,
  onFailed: (error: TributaryError) => void,
): SealingIntake {
  const file = BufferFile.open({ path: buffer.path, maxBytes: buffer.maxBytes, edge });
  const keys = { windowMs: buffer.idempotencyMs, maxKeys: MAX_KEYS };
  const { retainDelivered: kept } = buffer;
  const retain = kept ? { maxAgeMs: kept.maxAge, maxBytes: kept.maxBytes } : null;
  const policies = new TopicPolicies(buffer.topics);
  const orders = (topic: string) => policies.of(topic);
  const options = { telemetry, clock, bootId, onFailed, keys, policies, orders };
  return SealingIntake.open(file, { ...options, seal: { ...seal, retain } });
}

function budgetOf({ windows, ...limits }: NonNullable<AgentConfig['forward']['budget']>): BudgetSettings {
  const minutesOf = (hour: string): number => {
    const [hours = 0, minutes = 0] = hour.split(':').map(Number);
    return 60 * hours + minutes;
  };
  return {
    ...limits,
    windows: windows.map(({ from, to, upTo }) => ({ from: minutesOf(from), to: minutesOf(to), upTo })),
  };
}

function hubAddress({ hub }: AgentConfig): HubAddress {
  return {
    url: hub.url,
    ...(hub.token ? { token: hub.token.reveal() } : {}),
    ...(hub.ca ? { tls: { ca: readFileSync(hub.ca, 'utf8') } } : {}),
  };
}

function openSource(source: SourceConfig, config: AgentConfig, telemetry: Telemetry): Source {
  return source.kafka ? kafkaSource(source.kafka, config, telemetry) : httpSource(source.http, telemetry);
}

function kafkaSource(config: KafkaSourceConfig, { edge }: AgentConfig, telemetry: Telemetry): KafkaSource {
  const { name, topics, exclude, from, isolation } = config;
  const group = config.group ?? `tributary-${edge}-${name}`;
  const kafka = kafkaSettings(config, `tributary-${edge}`);
  const options = { kafka, name, topics, exclude, from, isolation, group, hubWaitMs: HUB_WAIT_MS };
  return new KafkaSource(options, { telemetry, clock });
}

function httpSource(config: HttpSourceConfig, telemetry: Telemetry): HttpSource {
  const { name, listen, token, topics, otherTopics, partitions, maxBodyBytes } = config;
  const topicPartitions = Object.fromEntries(Object.entries(topics).map(([topic, known]) => [topic, known.partitions]));
  const options = { name, listen, topicPartitions, partitions, maxBodyBytes };
  const allowed = otherTopics ? {} : { topics: Object.keys(topics) };
  return new HttpSource({ ...options, ...allowed, ...(token ? { token: token.reveal() } : {}) }, { telemetry, clock });
}

/** Able to do its work: the buffer takes records, the sources run, a backlog moves. */
function checksOf(intake: SealingIntake, forwarder: Forwarder, sources: readonly Source[]): Check[] {
  return [
    () => {
      const { kind, reason } = intake.stats().room;
      return kind === 'open' ? { name: 'buffer', ok: true } : { name: 'buffer', ok: false, reason };
    },
    () => {
      const { ok, reason } = forwarder.health();
      return ok ? { name: 'link', ok } : { name: 'link', ok, reason };
    },
    ...sources.map((source) => () => {
      const { name, state, reason } = source.state();
      const ok = state === 'running' || state === 'starting';
      return ok ? { name: `source_${name}`, ok } : { name: `source_${name}`, ok, reason: reason ?? state };
    }),
  ];
}

async function openPages(
  config: AgentConfig,
  telemetry: Telemetry,
  checks: readonly Check[],
  status: () => unknown,
): Promise<TelemetryServer | null> {
  const { listen } = config.telemetry;
  return listen ? TelemetryServer.open({ listen, telemetry, checks, pages: { '/status': status }, clock }) : null;
}
