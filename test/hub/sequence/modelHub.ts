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
import { placeKey } from '../../../shared/identity.ts';
import type { ModelAgent } from './modelAgent.ts';

export class ModelHub {
  state: ShardState = emptyState();
  /** What a new owner would read. */
  readonly ledger: { key: Buffer; value: Buffer | null }[] = [];
  /** Committed records, by edge and place, in their order. */
  readonly log = new Map<string, string[]>();
  readonly facts: Fact[] = [];
  #now = 0;

  #context(): Sequencing {
    this.#now += 1;
    const ready = { kind: 'ready', topic: 't', topicId: 'id', partition: 0, leaderEpoch: 0 } as const;
    return {
      staging: new Staging(this.state),
      destinations: { choose: () => ready, bound: () => ready },
      exclusions: new Map(),
      nowMs: this.#now,
      facts: this.facts,
    };
  }

  session(agent: ModelAgent) {
    const context = this.#context();
    const decisions = registerLineage(context, agent.edge, agent.lineage());
    this.#commit(context);
    return decisions;
  }

  acceptHeld(agent: ModelAgent): void {
    for (const { epoch, state } of this.session(agent)) {
      if (state !== 'held') continue;
      const context = this.#context();
      decideEpoch(context, agent.edge, epoch, 'accept');
      this.#commit(context);
    }
  }

  /** The operator lets in whatever waits, also streams of epochs that are open. */
  acceptAll(agent: ModelAgent): void {
    for (const { epoch } of agent.lineage()) {
      const context = this.#context();
      decideEpoch(context, agent.edge, epoch, 'accept');
      this.#commit(context);
    }
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
