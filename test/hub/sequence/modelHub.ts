/** A hub without Kafka: the real sequencing and ledger over a log in memory, with transactions that may be lost. */
import { decodeChange, encodeChange } from '../../../hub/ledger/codec.ts';
import {
  applyChange,
  decideEpoch,
  emptyState,
  type Fact,
  registerLineage,
  type Sequenced,
  type Sequencing,
  type ShardState,
  Staging,
  sequenceShipment,
} from '../../../hub/sequence/index.ts';
import type { Verified } from '../../../hub/stages.ts';
import { type Epoch, type Place, placeKey } from '../../../shared/identity.ts';
import type { ModelAgent } from './modelAgent.ts';

export class ModelHub {
  state: ShardState = emptyState();
  /** What a new owner would read. */
  readonly ledger: { key: Buffer; value: Buffer | null }[] = [];
  /** Committed records, by edge and place, in their order. */
  readonly log = new Map<string, string[]>();
  readonly facts: Fact[] = [];
  /** The operator has let something in. */
  onAccept: () => void = () => undefined;
  /** Places whose target does not answer. */
  readonly parked = new Set<string>();
  #now = 0;

  #context(): Sequencing {
    this.#now += 1;
    const ready = { kind: 'ready', topic: 't', topicId: 'id', partition: 0, leaderEpoch: 0 } as const;
    const parked = { kind: 'parked', reason: 'no leader', retryAfterMs: 1_000 } as const;
    const of = (place: Place) => (this.parked.has(placeKey(place)) ? parked : ready);
    return {
      staging: new Staging(this.state),
      destinations: { choose: of, bound: of },
      exclusions: new Map(),
      nowMs: this.#now,
      facts: this.facts,
    };
  }

  session(agent: ModelAgent, needed: Epoch | null = null) {
    const context = this.#context();
    const decisions = registerLineage(context, agent.edge, agent.lineage(needed));
    this.#commit(context);
    agent.told(decisions);
    return decisions;
  }

  /** The operator lets in what waits: the oldest, its heirs follow. */
  acceptHeld(agent: ModelAgent): void {
    for (;;) {
      const held = this.session(agent).find(({ state }) => state === 'held');
      if (!held) return;
      this.accept(agent, held.epoch);
    }
  }

  /** The operator's word, also for an epoch that is open and of which a stream is held. */
  accept(agent: ModelAgent, epoch: Epoch): void {
    const context = this.#context();
    if (decideEpoch(context, agent.edge, epoch, 'accept') === null) return;
    this.#commit(context);
    this.onAccept();
  }

  /** Several shipments in one transaction; null: it was aborted. */
  take(shipments: readonly Verified[], commits = true): Sequenced[] | null {
    const context = this.#context();
    const answers = shipments.map((shipment) => sequenceShipment(context, shipment));
    if (!commits) return null;
    for (const [index, { writes }] of answers.entries()) {
      for (const { stream, batch } of writes) {
        const key = `${shipments[index]!.edge}/${placeKey(shipments[index]!.streams[stream]!)}`;
        const { ids } = JSON.parse(batch.blob.toString()) as { ids: string[] };
        this.log.set(key, [...(this.log.get(key) ?? []), ...ids]);
      }
    }
    this.#commit(context);
    return answers;
  }

  /** The state that reading the ledger gives. */
  reread(): ShardState {
    const state = emptyState();
    for (const record of this.ledger) applyChange(state, decodeChange(record, 'test'));
    return state;
  }

  #commit({ staging }: Sequencing): void {
    for (const change of staging.changes()) this.ledger.push(encodeChange(change));
    staging.publish();
  }
}
