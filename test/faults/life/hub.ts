/**
 * A hub in this process: the real wire, verification, sequencing and ledger entries, and a log in memory in Kafka's place.
 * A transaction is committed, or it is lost; a restart knows what the ledger says.
 */
import { decodeChange, encodeChange } from '../../../hub/ledger/codec.ts';
import {
  applyChange,
  emptyState,
  registerLineage,
  type Sequencing,
  type ShardState,
  Staging,
  sequenceShipment,
} from '../../../hub/sequence/index.ts';
import { verifyShipment } from '../../../hub/verify/index.ts';
import { settledOf } from '../../../hub/write/receipts.ts';
import type { Term } from '../../../shared/identity.ts';
import { unsealRecords } from '../../../shared/records/index.ts';
import { ProcessTelemetry } from '../../../shared/telemetry/telemetry.ts';
import {
  decodeHeartbeat,
  decodeHello,
  decodeShipment,
  encodeHeartbeatAnswer,
  encodeReceipt,
  encodeWelcome,
  PROTOCOL,
} from '../../../shared/wire/index.ts';
import type { TrueTime } from './machine.ts';

export interface Landed {
  readonly value: string;
  readonly timestampMs: number;
}
export type Fate = 'commit' | 'abort';

const IDENTITY = { clusterId: 'central', ledgerTopicId: 'ledger-1', shards: 1 };
const CREDIT_BYTES = 8 * 1024 * 1024;

export class LifeHub {
  /** Committed records by topic, in their order. */
  readonly log = new Map<string, Landed[]>();
  readonly #time: TrueTime;
  readonly #telemetry = new ProcessTelemetry({ level: 'error' });
  readonly #ledger: ReturnType<typeof encodeChange>[] = [];
  #state: ShardState = emptyState();
  #term = 1;

  constructor(time: TrueTime) {
    this.#time = time;
  }

  /** Another owner: what it knows is in the ledger. */
  restart(): void {
    this.#term += 1;
    this.#state = emptyState();
    for (const record of this.#ledger) applyChange(this.#state, decodeChange(record, 'life'));
  }

  /** @throws Error: the transaction was aborted */
  async answer(path: string, body: Buffer, fate: Fate): Promise<Buffer> {
    if (path === '/v1/heartbeat') return this.#heartbeat(body);
    return path === '/v1/session' ? this.#session(body, fate) : this.#shipment(body, fate);
  }

  #heartbeat(body: Buffer): Buffer {
    decodeHeartbeat(body);
    const facts = { version: PROTOCOL.max, term: this.#term as Term, creditBytes: CREDIT_BYTES };
    return encodeHeartbeatAnswer({ ...facts, wallMs: Math.floor(this.#time.nowMs) });
  }

  #session(body: Buffer, fate: Fate): Buffer {
    const hello = decodeHello(body);
    const context = this.#context();
    const decisions = registerLineage(context, hello.edge, hello.lineage);
    this.#commit(context, fate);
    return encodeWelcome({
      ...{ versions: PROTOCOL, hub: IDENTITY, term: this.#term as Term, positions: [], creditBytes: CREDIT_BYTES },
      ...{ maxShipmentBytes: 20 * 1024 * 1024, uploadBytes: 0, wallMs: Math.floor(this.#time.nowMs) },
      epochs: decisions.map(({ epoch, state }) => ({ epoch, state, reason: '' })),
    });
  }

  async #shipment(body: Buffer, fate: Fate): Promise<Buffer> {
    const shipment = decodeShipment(body);
    const telemetry = this.#telemetry;
    const options = { edge: shipment.edge, mode: 'strict', bytes: body.length, telemetry } as const;
    const verified = await verifyShipment(shipment, options);
    const context = this.#context();
    const sequenced = sequenceShipment(context, verified);
    this.#commit(context, fate);
    for (const { stream, batch } of sequenced.writes) {
      const { topic } = verified.streams[stream]!;
      const log = this.log.get(topic) ?? [];
      for (const { value, timestamp } of unsealRecords(batch.blob, { maxRawBytes: 1e8 })) {
        log.push({ value: String(value), timestampMs: Number(timestamp) });
      }
      this.log.set(topic, log);
    }
    const { streams, term } = settledOf(this.#term as Term, { sequenced, dead: [] });
    return encodeReceipt({ version: PROTOCOL.max, term, streams: [...streams], creditBytes: CREDIT_BYTES });
  }

  #context(): Sequencing {
    const ready = { kind: 'ready', topic: 't', topicId: 'id', partition: 0, leaderEpoch: 0 } as const;
    return {
      staging: new Staging(this.#state),
      destinations: { choose: () => ready, bound: () => ready },
      ...{ exclusions: new Map(), nowMs: this.#time.nowMs, facts: [] },
    };
  }

  #commit({ staging }: Sequencing, fate: Fate): void {
    if (fate === 'abort') throw new Error('the transaction was aborted');
    for (const change of staging.changes()) this.#ledger.push(encodeChange(change));
    staging.publish();
  }
}
