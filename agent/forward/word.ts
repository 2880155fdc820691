/**
 * A hub that is not (any more) the one that the buffer knows, and what its operator says to that.
 *
 * Nothing is sent to it. It is asked where it stands, so that whoever decides can see what would be lost; asked again each
 * time that it is met. The word names that hub and the loss that was seen. It is in the buffer before it is answered, and
 * carried out there (agent/seal/hub.ts) before the next hello, by the next run if this one ends.
 */
import { TributaryError } from '../../shared/errors.ts';
import { drawEpoch, type EdgeId } from '../../shared/identity.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { type HubIdentity, sameHub } from '../../shared/wire/index.ts';
import type { HubPoints, Outbox, Stake } from '../buffer/outbox.ts';
import type { HubLine } from './connection.ts';
import { hubAccepted } from './events.ts';
import type { HaltCause } from './halt.ts';
import { describe, hubText } from './linkState.ts';
import type { LinkStatus } from './linkStatus.ts';
import { askPoints } from './look.ts';
import { notesOf, type Session } from './session.ts';

export interface WordParts {
  readonly edge: EdgeId;
  readonly outbox: Outbox;
  readonly session: Session;
  readonly status: LinkStatus;
  readonly telemetry: Telemetry;
  readonly answerTimeoutMs: number;
  readonly connect: () => HubLine;
}

/** What the operator is asked. */
export interface HubQuestion {
  readonly kind: 'wrongHub' | 'hubBehind';
  readonly reason: string;
  readonly known: HubIdentity | null;
  readonly knownTerm: number;
  readonly met: HubIdentity;
  readonly metTerm: number;
  /** Null while the hub has not said where it stands. */
  readonly stakes: readonly Stake[] | null;
  readonly lost: number;
  readonly kept: number;
}

export interface Accepted {
  readonly hub: HubIdentity;
  /** What was seen to be lost. */
  readonly lost: number;
}

interface Meeting {
  readonly met: HubIdentity;
  readonly metTerm: number;
  readonly points: HubPoints | null;
}

export class Word {
  readonly #parts: WordParts;
  #meeting: Meeting | null = null;

  constructor(parts: WordParts) {
    this.#parts = parts;
  }

  /** Asks the hub that was met where it stands; what it said before counts where it does not answer. */
  async meet(halt: HaltCause): Promise<void> {
    const { session } = this.#parts;
    if (halt.kind === 'hubBehind') session.behind();
    const met = halt.kind === 'wrongHub' ? halt.met : session.hub;
    if (met === null) return;
    const metTerm = 'term' in halt ? halt.term : session.term;
    const before = this.#meeting !== null && sameHub(this.#meeting.met, met) ? this.#meeting.points : null;
    const points = await this.#ask(met).catch(() => before);
    this.#meeting = { met, metTerm, points };
  }

  async #ask(hub: HubIdentity): Promise<HubPoints> {
    const { edge, outbox, session, answerTimeoutMs, connect } = this.#parts;
    const connection = connect();
    try {
      const question = { edge, hub, version: session.version, answerTimeoutMs, checkTerm: () => undefined };
      return await askPoints(connection, question, outbox.standing(true));
    } finally {
      connection.close();
    }
  }

  /** Null: nobody has to decide anything. */
  question(): HubQuestion | null {
    const { status, outbox, session } = this.#parts;
    const { state } = status;
    const meeting = this.#meeting;
    if (meeting === null || (state.kind !== 'wrongHub' && state.kind !== 'hubBehind')) return null;
    const { met, metTerm, points } = meeting;
    const stakes = points === null ? null : outbox.stakes(points);
    const sum = (of: 'lost' | 'kept'): number => (stakes ?? []).reduce((total, stake) => total + stake[of], 0);
    const sides = { known: session.hub, knownTerm: session.term, met, metTerm };
    return { kind: state.kind, reason: describe(state), ...sides, stakes, lost: sum('lost'), kept: sum('kept') };
  }

  /**
   * The operator's word; durable when it returns.
   * @throws TributaryError `badRequest`: there is nothing to decide, or it is not what was decided about
   */
  give({ hub, lost }: Accepted): HubQuestion {
    const question = this.question();
    const points = this.#meeting?.points ?? null;
    if (question === null) throw refused('no hub waits for it');
    const { kind, known, met } = question;
    if (!sameHub(hub, met)) throw refused(`it is about hub ${hubText(hub)}, and the address leads to ${hubText(met)}`);
    if (points === null) throw refused('the hub has not said yet where it stands');
    if (question.lost > lost) throw refused(`${question.lost} records would be lost, and it says ${lost}`);
    const detail =
      kind === 'wrongHub'
        ? `delivered to hub ${hubText(known)}, not to this one`
        : 'the hub has lost it after its receipt';
    const blank = points.size === 0;
    this.#parts.outbox.giveWord({ points, blank, epoch: drawEpoch(), detail, notes: notesOf(met) });
    this.#parts.telemetry.emit(hubAccepted, { kind, hub: hubText(met), lost: question.lost, kept: question.kept });
    return question;
  }

  /** Does what was said, where something was. */
  async carryOut(): Promise<void> {
    const { outbox, session } = this.#parts;
    const word = outbox.word();
    if (word === null) return;
    await outbox.carryOut(word);
    this.#meeting = null;
    session.reload();
  }
}

const refused = (reason: string): TributaryError =>
  new TributaryError({
    ...{ code: 'badRequest', operation: 'accept hub', subject: 'the word', reason, retry: 'final' },
    hint: 'Look again: tributary link show.',
  });
