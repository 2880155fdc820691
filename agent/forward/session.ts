/**
 * What agent and hub know of each other: the hub's identity and term (both kept in the buffer), the version that both
 * speak, and how the epochs stand there that were named last.
 */
import type { tributary } from '../../proto/generated/tributary.js';
import type { Clock } from '../../shared/clock.ts';
import { TributaryError } from '../../shared/errors.ts';
import type { EdgeId, Epoch } from '../../shared/identity.ts';
import { limits } from '../../shared/limits.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import {
  type EpochState,
  type Hello,
  type HubIdentity,
  logNumber,
  negotiate,
  PROTOCOL,
  type Reached,
  sameHub,
  type Welcome,
} from '../../shared/wire/index.ts';
import type { Outbox } from '../buffer/outbox.ts';
import type { SourcePositions } from '../stages.ts';
import { hubMet, staleReceipt } from './events.ts';
import { HubFault } from './fault.ts';
import { LinkHalt } from './halt.ts';
import { namedEpochs } from './lineage.ts';

/** Says hello to the hub, on a connection that is not the data's. */
export interface SessionLane {
  /** @throws HubFault */
  hello(hello: Hello): Promise<Welcome>;
}

export interface SessionOptions {
  readonly edge: EdgeId;
  readonly agentVersion: string;
  readonly bootId: string;
  readonly outbox: Pick<Outbox, 'lineage' | 'letIn' | 'meta'>;
  readonly lane: SessionLane;
  /** What the sources ask the hub. */
  readonly positions?: SourcePositions;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/** In the buffer's `meta`. */
const HUB_KEY = 'hub.identity';
const TERM_KEY = 'hub.term';

export class Session {
  readonly #options: SessionOptions;
  #hub: HubIdentity | null;
  #term: number;
  #version: number = PROTOCOL.max;
  #epochs: ReadonlyMap<Epoch, EpochState> = new Map();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#hub = readHub(options.outbox.meta.get(HUB_KEY));
    this.#term = Number(options.outbox.meta.get(TERM_KEY) ?? 0);
  }

  /** The hub that the buffer belongs to. */
  get hub(): HubIdentity | null {
    return this.#hub;
  }
  /** Highest term seen from it. */
  get term(): number {
    return this.#term;
  }
  get version(): number {
    return this.#version;
  }

  /** How the hub has answered for an epoch; undefined: it was not asked the last time. */
  epochState(epoch: Epoch): EpochState | undefined {
    return this.#epochs.get(epoch);
  }
  /** One more can be named only in the place of another. */
  get isFull(): boolean {
    return this.#epochs.size >= limits.epochsNamed;
  }

  /**
   * `needed`: an epoch to ask for. `waits`: the places that send nothing now.
   * @throws HubFault; LinkHalt `wrongHub`
   */
  async hello(needed: Epoch | null = null, waits: (place: string) => boolean = () => false): Promise<Welcome> {
    const { edge, agentVersion, bootId, outbox, lane, positions, clock } = this.#options;
    const lineage = namedEpochs(outbox.lineage(waits), needed);
    const reached = positions?.reached() ?? null;
    const welcome = await lane.hello({
      versions: PROTOCOL,
      edge,
      agentVersion,
      hub: this.#hub,
      term: this.#term,
      lineage: lineage.map(({ epoch, predecessor }) => ({ epoch, predecessor })),
      bootId,
      monotonicMs: clock.monotonicMs(),
      wallMs: clock.now(),
      ...(reached === null ? {} : { reached: reached.map(reachedOf) }),
    });
    this.#judge(welcome);
    if (reached !== null) positions?.told(welcome.positions);
    const answered = new Map(welcome.epochs.map(({ epoch, state }) => [epoch, state]));
    this.#epochs = new Map(lineage.map(({ epoch }) => [epoch, answered.get(epoch) ?? 'open']));
    outbox.letIn([...this.#epochs].filter(([, state]) => state !== 'held').map(([epoch]) => epoch));
    return welcome;
  }

  /** Takes note of a term. False: it is older than one that was seen, the answer does not count. */
  admitTerm(term: number): boolean {
    if (term < this.#term) {
      this.#options.telemetry.emit(staleReceipt, { term, known: this.#term });
      return false;
    }
    if (term > this.#term) {
      this.#term = term;
      this.#options.outbox.meta.set(TERM_KEY, String(term));
    }
    return true;
  }

  #judge({ hub, versions, term }: Welcome): void {
    if (this.#hub !== null && !sameHub(this.#hub, hub))
      throw new LinkHalt({ kind: 'wrongHub', known: this.#hub, met: hub });
    const version = negotiate(versions);
    if (version === null) {
      const reason = `it speaks versions ${versions.min} to ${versions.max}, this agent ${PROTOCOL.min} to ${PROTOCOL.max}`;
      throw this.#fault('refused', 'versionUnsupported', reason);
    }
    if (this.#hub === null) this.#adopt(hub);
    if (!this.admitTerm(term))
      throw this.#fault('unavailable', 'notOwner', `term ${term} is over, ${this.#term} was seen`);
    this.#version = version;
  }

  #adopt(hub: HubIdentity): void {
    const { clusterId, ledgerTopicId, shards } = hub;
    this.#options.outbox.meta.set(HUB_KEY, JSON.stringify({ clusterId, ledgerTopicId, shards }));
    this.#hub = { clusterId, ledgerTopicId, shards };
    this.#options.telemetry.emit(hubMet, this.#hub);
  }

  #fault(kind: 'refused' | 'unavailable', code: 'versionUnsupported' | 'notOwner', reason: string): HubFault {
    return new HubFault(
      kind,
      new TributaryError({ code, operation: 'open session', subject: 'the hub', reason, retry: 'retried' }),
    );
  }
}

const reachedOf = (position: tributary.v1.ISourcePosition): Reached => ({
  log: logNumber(position),
  nextOffset: Number(position.nextOffset ?? 0),
});

function readHub(text: string | null): HubIdentity | null {
  if (text === null) return null;
  const { clusterId, ledgerTopicId, shards } = JSON.parse(text) as HubIdentity;
  return { clusterId, ledgerTopicId, shards };
}
