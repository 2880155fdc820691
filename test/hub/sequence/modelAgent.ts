/**
 * An agent as small as it can be: rows in order, a chain, epochs, settling, forks. For tests of the hub: what the real
 * agent must do by ARCHITECTURE.md, without disk, clock or network.
 */
import { createHash } from 'node:crypto';
import { namedEpochs } from '../../../agent/forward/lineage.ts';
import type { EpochDecision, LineageLink, StreamAnswer } from '../../../hub/sequence/index.ts';
import type { ShippedStream, Verified, VerifiedParcel } from '../../../hub/stages.ts';
import { tributary } from '../../../proto/generated/tributary.js';
import {
  type EdgeId,
  EMPTY_TIP,
  type Epoch,
  type Place,
  placeKey,
  type Tip,
  tipAfterBatch,
  tipAfterGap,
} from '../../../shared/identity.ts';

/** Makes the bytes of a batch. */
export type Seal = (stream: ShippedStream, first: number, ids: readonly string[]) => Buffer;

export const sealAsText: Seal = (_stream, first, ids) => Buffer.from(JSON.stringify({ first, ids }));

export interface Row {
  readonly stream: ShippedStream;
  readonly first: number;
  readonly last: number;
  readonly previousTip: Tip;
  readonly tip: Tip;
  /** Records; of a gap those that are gone. */
  readonly ids: readonly string[];
  readonly blob: Buffer | null;
  /** Tips that it had before rows in front of it were chained again: the hub may know it by one of those. */
  readonly formerTips?: readonly Tip[];
}

interface Point {
  readonly next: number;
  readonly tip: Tip;
}

let drawn = 0;
export const nextEpoch = (): Epoch => {
  drawn += 1;
  return createHash('sha256').update(String(drawn)).digest('hex').slice(0, 24) as Epoch;
};

const hasTip = (row: Row, tip: string): boolean =>
  [row.tip, ...(row.formerTips ?? [])].some((known) => known.toString('hex') === tip);

const keyOf = (stream: ShippedStream): string => `${stream.epoch}/${placeKey(stream)}`;

export class ModelAgent {
  readonly edge: EdgeId;
  readonly #seal: Seal;
  rows: Row[] = [];
  /** Every record that this agent ever had, in each place's order. */
  captured = new Map<string, string[]>();
  /** Records deleted because the hub confirmed them. */
  readonly delivered = new Set<string>();
  readonly maybeDuplicate = new Set<string>();
  readonly gapped = new Set<string>();
  /** Records that were sealed a second time, after a fork. */
  readonly resealed = new Set<string>();
  forks = 0;
  /** The hub has less than it has confirmed (it forgot a very old image's stream): nothing more is sent. */
  halted = false;
  /** Places that the hub can't take now. */
  readonly waits = new Set<string>();
  #known = new Set<Epoch>();
  #named = new Set<Epoch>();
  #epochs: LineageLink[] = [];
  #current: Epoch | null = null;
  #ends = new Map<string, { stream: ShippedStream; point: Point }>();
  /** Last point of each stream that the hub has confirmed. */
  #settled = new Map<string, Point>();

  constructor(edge: EdgeId, seal: Seal = sealAsText) {
    this.edge = edge;
    this.#seal = seal;
  }

  /** The same machine twice: all memory, or only the disk (then a start follows). */
  copy(): ModelAgent {
    const copy = new ModelAgent(this.edge, this.#seal);
    copy.rows = [...this.rows];
    copy.captured = new Map([...this.captured].map(([key, ids]) => [key, [...ids]]));
    for (const id of this.maybeDuplicate) copy.maybeDuplicate.add(id);
    for (const id of this.gapped) copy.gapped.add(id);
    for (const id of this.resealed) copy.resealed.add(id);
    copy.#epochs = [...this.#epochs];
    copy.#known = new Set(this.#known);
    copy.#named = new Set(this.#named);
    copy.#current = this.#current;
    copy.#ends = new Map(this.#ends);
    copy.#settled = new Map(this.#settled);
    return copy;
  }

  /** The next record draws a new epoch. */
  restart(): void {
    this.#current = null;
  }

  capture(place: Place, ids: readonly string[]): void {
    const stream = this.#streamOf(place);
    this.#append(stream, ids);
    const all = this.captured.get(placeKey(place)) ?? [];
    all.push(...ids);
    this.captured.set(placeKey(place), all);
  }

  /** Takes the oldest row out; a gap takes its place and everything of the stream behind it is chained again. */
  evict(index: number): void {
    const row = this.rows[index];
    if (!row || row.blob === null) return;
    for (const id of row.ids) this.gapped.add(id);
    const tip = tipAfterGap(row.previousTip, row.first, row.last, 'evicted');
    this.rows[index] = { ...row, blob: null, tip, formerTips: [...(row.formerTips ?? []), row.tip] };
    this.#chainAgain(row.stream, index);
  }

  /** A gap takes the row's place and keeps its tip: nothing behind it changes. */
  giveUp(index: number): void {
    const row = this.rows[index];
    if (!row || row.blob === null) return;
    for (const id of row.ids) this.gapped.add(id);
    this.rows[index] = { ...row, blob: null };
  }

  /** What a hello names. `needed`: an epoch that is to be among them. */
  lineage(needed: Epoch | null = null): LineageLink[] {
    const held = new Set(this.rows.map((row) => row.stream.epoch));
    const sendable = new Set(
      this.rows.filter((row) => !this.waits.has(placeKey(row.stream))).map((row) => row.stream.epoch),
    );
    const newestKnown = this.#epochs.findLastIndex(({ epoch }) => this.#known.has(epoch));
    const all = this.#epochs.flatMap(({ epoch, predecessor }, at) => {
      const drained = !held.has(epoch) && epoch !== this.#current;
      if (drained && at < newestKnown) return [];
      return [{ epoch, predecessor, drained, known: this.#known.has(epoch), sendable: sendable.has(epoch) }];
    });
    return namedEpochs(all, needed).map(({ epoch, predecessor }) => ({ epoch, predecessor }));
  }

  /** What a welcome says of the epochs that were named. */
  told(decisions: readonly EpochDecision[]): void {
    this.#named = new Set(decisions.map(({ epoch }) => epoch));
    for (const { epoch, state } of decisions) if (state === 'open') this.#known.add(epoch);
  }

  hasNamed(epoch: Epoch): boolean {
    return this.#named.has(epoch);
  }

  /** A shipment of up to `count` rows from `from` on, past places that wait, up to an epoch that has not been named. */
  ship(from: number, count: number): Verified {
    const inTurn = this.#inTurn(from, count);
    const sendable = inTurn.filter(({ stream }) => !this.waits.has(placeKey(stream)));
    const end = sendable.findIndex(({ stream }) => !this.#named.has(stream.epoch));
    const rows = end < 0 ? sendable : sendable.slice(0, end);
    const streams: ShippedStream[] = [];
    const parcels = rows.map((row): VerifiedParcel => {
      let stream = streams.findIndex((known) => keyOf(known) === keyOf(row.stream));
      if (stream < 0) stream = streams.push(row.stream) - 1;
      const { first, last, previousTip, tip } = row;
      const base = { stream, first, last, previousTip, tip, minTimestamp: 1, maxTimestamp: 1 };
      return row.blob
        ? { kind: 'sealed', ...base, blob: Buffer.from(row.blob), position: null }
        : { kind: 'gap', ...base, reason: 'evicted', detail: '' };
    });
    const bytes = rows.reduce((sum, row) => sum + (row.blob?.length ?? 0), 0);
    return { edge: this.edge, streams, parcels, marks: [], bytes };
  }

  /** Without rows of places of which an earlier epoch is not settled and not in the same shipment. */
  #inTurn(from: number, count: number): Row[] {
    const left = new Map(this.rows.slice(0, from).map(({ stream }) => [placeKey(stream), stream.epoch]));
    return this.rows.slice(from, from + count).filter(({ stream }) => {
      const place = placeKey(stream);
      if (!left.has(place)) return true;
      return left.get(place) === stream.epoch;
    });
  }

  /** What a receipt says about one stream of a shipment. Answers the refusal's code, for the test to act on. */
  settle(stream: ShippedStream, answer: Pick<StreamAnswer, 'points' | 'refusal'>): string | null {
    const known = this.rows.filter((row) => keyOf(row.stream) === keyOf(stream));
    const agreed = answer.points.filter((point) =>
      known.some((row) => row.last + 1 === point.next && hasTip(row, point.tip)),
    );
    const best = agreed.at(-1);
    if (best) {
      for (const row of known) if (row.last < best.next) for (const id of row.ids) this.delivered.add(id);
      this.rows = this.rows.filter((row) => keyOf(row.stream) !== keyOf(stream) || row.last >= best.next);
      this.#settled.set(keyOf(stream), { next: best.next, tip: Buffer.from(best.tip, 'hex') as unknown as Tip });
    }
    const code = answer.refusal?.code ?? null;
    const settled = this.#settled.get(keyOf(stream))?.next ?? 0;
    if (code === 'AHEAD' && (answer.refusal?.expected ?? 0) < settled) this.halted = true;
    if (code === 'FORK' || code === 'TIP_UNKNOWN') this.#fork(stream, code === 'TIP_UNKNOWN');
    return code;
  }

  /** The place's rows behind the last agreed point become the first of a new epoch. */
  #fork(stream: ShippedStream, uncertain: boolean): void {
    const start = this.rows.findIndex((row) => keyOf(row.stream) === keyOf(stream));
    if (start < 0) return;
    const behind = this.rows.filter((row, at) => at >= start && placeKey(row.stream) === placeKey(stream));
    this.forks += 1;
    this.rows = this.rows.filter((row) => !behind.includes(row));
    this.#draw();
    const oldest = behind[0]!.stream;
    const settled = this.#settled.get(keyOf(oldest));
    const previous = settled ? { epoch: oldest.epoch, ...settled } : oldest.previous;
    const fresh: ShippedStream = { ...oldest, epoch: this.#current!, previous };
    this.#ends.set(placeKey(stream), { stream: fresh, point: { next: 0, tip: EMPTY_TIP } });
    for (const row of behind) {
      if (row.blob === null) this.#appendGap(fresh, row);
      else this.#append(fresh, row.ids);
      for (const id of row.ids) this.resealed.add(id);
      if (uncertain && row.blob) for (const id of row.ids) this.maybeDuplicate.add(id);
    }
  }

  #streamOf(place: Place): ShippedStream {
    if (this.#current === null) this.#draw();
    const end = this.#ends.get(placeKey(place));
    if (end?.stream.epoch === this.#current) return end.stream;
    const previous = end && end.point.next > 0 ? { epoch: end.stream.epoch, ...end.point } : null;
    return { ...place, edge: this.edge, epoch: this.#current!, sourcePartitions: 1, previous };
  }

  #draw(): void {
    const epoch = nextEpoch();
    this.#epochs.push({ epoch, predecessor: this.#epochs.at(-1)?.epoch ?? null });
    this.#current = epoch;
  }

  #append(stream: ShippedStream, ids: readonly string[]): void {
    const { next, tip: previousTip } = this.#endOf(stream);
    const blob = this.#seal(stream, next, ids);
    const tip = tipAfterBatch(previousTip, blob);
    this.#push({ stream, first: next, last: next + ids.length - 1, previousTip, tip, ids, blob });
  }

  #appendGap(stream: ShippedStream, row: Row): void {
    const { next: first, tip: previousTip } = this.#endOf(stream);
    const last = first + row.ids.length - 1;
    const tip = tipAfterGap(previousTip, first, last, 'evicted');
    this.#push({ stream, first, last, previousTip, tip, ids: row.ids, blob: null });
  }

  #endOf(stream: ShippedStream): Point {
    const end = this.#ends.get(placeKey(stream));
    return end?.stream.epoch === stream.epoch ? end.point : { next: 0, tip: EMPTY_TIP };
  }

  #push(row: Row): void {
    this.rows.push(row);
    this.#ends.set(placeKey(row.stream), { stream: row.stream, point: { next: row.last + 1, tip: row.tip } });
  }

  #chainAgain(stream: ShippedStream, from: number): void {
    let tip = this.rows[from]!.tip;
    for (let at = from + 1; at < this.rows.length; at += 1) {
      const row = this.rows[at]!;
      if (keyOf(row.stream) === keyOf(stream)) {
        const after = row.blob ? tipAfterBatch(tip, row.blob) : tipAfterGap(tip, row.first, row.last, 'evicted');
        this.rows[at] = { ...row, previousTip: tip, tip: after, formerTips: [...(row.formerTips ?? []), row.tip] };
        tip = after;
      }
    }
    this.#fixSuccessor(stream, tip);
  }

  /** The end of a stream is also what the place's next stream names as its predecessor. */
  #fixSuccessor(stream: ShippedStream, tip: Tip): void {
    const end = this.#ends.get(placeKey(stream));
    if (end && keyOf(end.stream) === keyOf(stream)) {
      this.#ends.set(placeKey(stream), { ...end, point: { next: end.point.next, tip } });
      return;
    }
    const renamed = (row: Row): Row => {
      const { previous } = row.stream;
      const follows = previous?.epoch === stream.epoch && placeKey(row.stream) === placeKey(stream);
      return follows ? { ...row, stream: { ...row.stream, previous: { ...previous, tip } } } : row;
    };
    this.rows = this.rows.map(renamed);
    if (end) {
      const follows = end.stream.previous?.epoch === stream.epoch;
      const previous = end.stream.previous;
      if (follows && previous)
        this.#ends.set(placeKey(stream), { ...end, stream: { ...end.stream, previous: { ...previous, tip } } });
    }
  }
}

/** A receipt's stream as the model takes it. */
export function answerOf(receipt: tributary.v1.IStreamReceipt): Pick<StreamAnswer, 'points' | 'refusal'> {
  const points = (receipt.points ?? []).map((point) => ({
    next: point.next ?? 0,
    tip: Buffer.from(point.tip ?? []).toString('hex'),
  }));
  const { refusal } = receipt;
  if (!refusal?.code) return { points, refusal: null };
  const code = tributary.v1.Refusal.Code[refusal.code] as NonNullable<StreamAnswer['refusal']>['code'];
  return { points, refusal: { code, reason: refusal.reason ?? '', expected: refusal.expected ?? 0 } };
}
