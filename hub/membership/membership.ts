/**
 * A process's place, a hub's or a pull's, in the group that shares the shards out: Kafka's classic group protocol,
 * without consuming anything.
 *
 * The assignment is a hint. It says who should own a shard; who owns it the producer's fence says. So nothing here is
 * exact: a lost coordinator or a late heartbeat changes nothing but the hint's age.
 *
 * Life: join, (as leader) assign, sync, then a heartbeat every third of the session; the group rebalancing, a lost
 * coordinator or an unknown generation lead back to join. `close` leaves, so that others take over at once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../../shared/errors.ts';
import { type Cluster, kafkaErrorName } from '../../shared/kafka/index.ts';
import type { WireApi } from '../../shared/kafka/wire/api.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { assignShards } from './assign.ts';
import { membershipChanged, membershipTrouble, membershipTroubleAgain } from './events.ts';
import { heartbeat, type JoinAnswer, joinGroup, leaveGroup, type Member, syncGroup } from './messages.ts';

export interface MembershipSettings {
  readonly group: string;
  /** The ledger: its partitions are the shards. */
  readonly topic: string;
  readonly shards: number;
  /** Unique among those that run; null: a new member at each start. */
  readonly instanceId: string | null;
  readonly sessionTimeoutMs: number;
}

const RETRY_MS = 500;
/** Two processes have the same instance id: whoever comes back too soon throws the other out again. */
const FENCED_RETRY_MS = 10_000;
const MEMBER_ID_REQUIRED = 79;
const FENCED_INSTANCE_ID = 82;
const STALE_COORDINATOR = new Set([14, 15, 16]);
/** The member's generation is over, but not the member. */
const JOIN_AGAIN = new Set([22, 27]);

export class Membership {
  readonly #cluster: Cluster;
  readonly #settings: MembershipSettings;
  readonly #telemetry: Telemetry;
  readonly #onConfirmed: (shards: ReadonlySet<number>) => void;
  readonly #stopped = new AbortController();
  readonly #purpose: string;
  #memberId = '';
  #generation = -1;
  #lastError: string | null = null;
  #running: Promise<void>;

  /** `onConfirmed`: called with what is assigned after each sync and each heartbeat that the coordinator confirmed. */
  constructor(
    cluster: Cluster,
    settings: MembershipSettings,
    telemetry: Telemetry,
    onConfirmed: (shards: ReadonlySet<number>) => void,
  ) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#telemetry = telemetry;
    this.#onConfirmed = onConfirmed;
    this.#purpose = `group ${settings.group} ${settings.instanceId ?? ''}`;
    this.#running = this.#run();
  }

  /** Why there is no valid assignment now; null: there is one. */
  get trouble(): string | null {
    return this.#lastError;
  }

  async close(): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort();
    // A request under way may take as long as a rebalance: it is not waited for.
    const left = this.#memberId === '' ? Promise.resolve() : this.#ask(leaveGroup, this.#member()).then(() => {});
    await left.catch(() => {});
  }

  /** Resolves when nothing runs any more. */
  get ended(): Promise<void> {
    return this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      try {
        const shards = await this.#join();
        this.#lastError = null;
        await this.#beat(shards);
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        await this.#recover(error);
      }
    }
  }

  async #join(): Promise<ReadonlySet<number>> {
    const { topic, sessionTimeoutMs, shards, group } = this.#settings;
    let answer: JoinAnswer;
    do {
      const timing = { sessionTimeoutMs, rebalanceTimeoutMs: sessionTimeoutMs };
      answer = await this.#ask(joinGroup, { ...this.#member(), topic, ...timing });
      this.#memberId = answer.memberId || this.#memberId;
    } while (answer.errorCode === MEMBER_ID_REQUIRED && !this.#stopped.signal.aborted);
    if (answer.errorCode !== 0) throw new Answered(answer.errorCode);
    this.#generation = answer.generation;
    const assignments = answer.leader === answer.memberId && !answer.skipAssignment ? assign(answer, shards) : [];
    const synced = await this.#ask(syncGroup, { ...this.#member(), generation: answer.generation, topic, assignments });
    if (synced.errorCode !== 0) throw new Answered(synced.errorCode);
    this.#telemetry.emit(membershipChanged, { group, generation: answer.generation, shards: synced.shards });
    const assigned = new Set(synced.shards);
    this.#confirm(assigned);
    return assigned;
  }

  /** Until the generation ends. */
  async #beat(shards: ReadonlySet<number>): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await sleep(this.#settings.sessionTimeoutMs / 3, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const { errorCode } = await this.#ask(heartbeat, { ...this.#member(), generation: this.#generation });
      if (JOIN_AGAIN.has(errorCode)) return;
      if (errorCode !== 0) throw new Answered(errorCode);
      this.#confirm(shards);
    }
  }

  #confirm(shards: ReadonlySet<number>): void {
    if (!this.#stopped.signal.aborted) this.#onConfirmed(shards);
  }

  async #recover(error: unknown): Promise<void> {
    const code = error instanceof Answered ? error.code : 0;
    if (STALE_COORDINATOR.has(code) || !(error instanceof Answered)) {
      this.#cluster.forgetCoordinator('group', this.#settings.group);
    }
    if (JOIN_AGAIN.has(code)) return;
    if (error instanceof Answered && !STALE_COORDINATOR.has(code)) this.#memberId = '';
    const twins = code === FENCED_INSTANCE_ID;
    const reason = twins
      ? `another process is running as "${this.#settings.instanceId}"; each needs a name of its own (pull: --name, hub: name)`
      : reasonOf(error);
    const event = this.#lastError === null ? membershipTrouble : membershipTroubleAgain;
    this.#lastError = reason;
    this.#telemetry.emit(event, { group: this.#settings.group, reason });
    const pauseMs = twins ? FENCED_RETRY_MS : RETRY_MS;
    await sleep(pauseMs, undefined, { signal: this.#stopped.signal }).catch(() => {});
  }

  #member(): Member {
    return { group: this.#settings.group, memberId: this.#memberId, instanceId: this.#settings.instanceId };
  }

  async #ask<Q, A>(api: WireApi<Q, A>, request: Q): Promise<A> {
    const nodeId = await this.#cluster.coordinator('group', this.#settings.group);
    return (await this.#cluster.connection(nodeId, this.#purpose)).send(api, request);
  }
}

/** Shares are by the members' lasting names, so that a restart moves nothing. */
function assign({ members }: JoinAnswer, shards: number) {
  const names = new Map(members.map((member) => [member.instanceId ?? member.memberId, member.memberId]));
  const assigned = assignShards([...names.keys()].sort(), shards);
  return [...assigned].map(([name, own]) => ({ memberId: names.get(name)!, shards: own }));
}

/** An error code of the coordinator's. */
class Answered extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`Kafka answers ${kafkaErrorName(code)}`);
    this.code = code;
  }
}
