/** The numbers of one flow: what it was told, and what it looks like now. */
import type { Clock } from '../../../shared/clock.ts';
import type { CopiedFacts, CopierSnapshot, CopyMeter, FlowName, PartitionSnapshot } from '../copy/index.ts';
import type { Checkpoint, CheckpointMeter } from '../offsets/index.ts';
import type { CheckpointRow, CopyRow, FlowRow, Lag } from './rows.ts';
import { CopySeries, Measured } from './series.ts';
import { OTHERS, type Room, Slots } from './slots.ts';

export interface MeasuredFlow {
  readonly name: FlowName;
  /** Null: nothing is copied. */
  readonly copies: () => Pick<CopierSnapshot, 'partitions'> | null;
  /** Whether this checkpoint is still kept. */
  readonly keeps: (group: string, topic: string, partition: number) => boolean;
}

export interface Rooms {
  readonly partitions: Room;
  readonly checkpoints: Room;
}

export class FlowMetrics implements CopyMeter, CheckpointMeter {
  readonly #flow: MeasuredFlow;
  readonly #clock: Clock;
  readonly #closed: (flow: FlowMetrics) => void;
  readonly #copies: Slots<CopySeries>;
  readonly #checkpoints: Slots<Measured>;
  #batches = 0;

  constructor(flow: MeasuredFlow, rooms: Rooms, clock: Clock, closed: (flow: FlowMetrics) => void) {
    this.#flow = flow;
    this.#clock = clock;
    this.#closed = closed;
    this.#copies = new Slots(rooms.partitions, () => new CopySeries());
    this.#checkpoints = new Slots(rooms.checkpoints, () => new Measured());
  }

  /** As the partition is called in the target. */
  copied(topic: string, partition: number, facts: CopiedFacts): void {
    this.#batches += facts.batches;
    this.#copies.of(`${topic}/${partition}`).copied(facts, this.#clock.monotonicMs());
  }

  checkpointsWritten(checkpoints: readonly Checkpoint[], latencyMs: number): void {
    const nowMs = this.#clock.monotonicMs();
    for (const { topic, partition, group } of checkpoints) {
      this.#checkpoints.of(`${topic}/${partition}/${group}`).record(latencyMs, nowMs);
    }
  }

  close(): void {
    this.#copies.forgetAllBut(() => false);
    this.#checkpoints.forgetAllBut(() => false);
    this.#closed(this);
  }

  rows(): { readonly flow: FlowRow; readonly copies: readonly CopyRow[]; readonly checkpoints: CheckpointRow[] } {
    const all = this.#flow.copies()?.partitions ?? [];
    const here = all.filter(({ state }) => state.kind !== 'unowned');
    const keys = new Set(here.map(keyOf));
    this.#copies.forgetAllBut((key) => keys.has(key));
    for (const key of keys) this.#copies.of(key);
    const without = here.filter((partition) => this.#copies.own(keyOf(partition)) === null);
    const own = here.flatMap((partition): CopyRow[] => {
      const series = this.#copies.own(keyOf(partition));
      return series
        ? [this.#copyRow(partition.targetTopic, String(partition.targetPartition), series, [partition])]
        : [];
    });
    const { others } = this.#copies;
    return {
      flow: { labels: this.#labels, batches: this.#batches, states: statesOf(all), without: without.length },
      copies: others ? [...own, this.#copyRow(OTHERS, OTHERS, others, without)] : own,
      checkpoints: this.#checkpointRows(),
    };
  }

  #copyRow(topic: string, partition: string, series: CopySeries, of: readonly PartitionSnapshot[]): CopyRow {
    return { labels: { ...this.#labels, topic, partition }, series, lag: lagOf(of) };
  }

  #checkpointRows(): CheckpointRow[] {
    const { keeps } = this.#flow;
    this.#checkpoints.forgetAllBut((key) => {
      const { group, topic, partition } = checkpointOf(key);
      return keeps(group, topic, Number(partition));
    });
    const own = [...this.#checkpoints.entries()].map(([key, latency]) => ({
      labels: { ...this.#labels, ...checkpointOf(key) },
      latency,
    }));
    const { others: latency } = this.#checkpoints;
    const shared = { ...this.#labels, group: OTHERS, topic: OTHERS, partition: OTHERS };
    return latency ? [...own, { labels: shared, latency }] : own;
  }

  get #labels() {
    const { source, target } = this.#flow.name;
    return { source, target };
  }
}

const keyOf = ({ targetTopic, targetPartition }: PartitionSnapshot): string => `${targetTopic}/${targetPartition}`;

/** Topics hold no `/`; groups may. */
function checkpointOf(key: string): { readonly group: string; readonly topic: string; readonly partition: string } {
  const [topic = '', partition = '', ...group] = key.split('/');
  return { group: group.join('/'), topic, partition };
}

/** Of several: offsets are summed up, the oldest counts. What none of them knows is null. */
function lagOf(partitions: readonly PartitionSnapshot[]): Lag {
  const known = (of: (partition: PartitionSnapshot) => number | null): number[] =>
    partitions.flatMap((partition) => of(partition) ?? []);
  const greatest = (values: readonly number[]): number | null =>
    values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b));
  const offsets = known(({ lagOffsets }) => lagOffsets);
  return {
    offsets: offsets.length === 0 ? null : offsets.reduce((a, b) => a + b),
    ms: greatest(known(({ lagMs }) => lagMs)),
    newestAgeMs: greatest(known(({ newestAgeMs }) => newestAgeMs)),
  };
}

function statesOf(partitions: readonly PartitionSnapshot[]): ReadonlyMap<string, number> {
  const states = new Map<string, number>();
  for (const { state, paused } of partitions) {
    const name = paused ? 'paused' : state.kind;
    states.set(name, (states.get(name) ?? 0) + 1);
  }
  return states;
}
