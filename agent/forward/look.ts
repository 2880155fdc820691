/**
 * Asks a hub where it stands: a shipment that names streams and holds nothing of them is answered with the hub's ends. It
 * may be any hub: nothing is registered, taken or made there.
 */

import type { EdgeId } from '../../shared/identity.ts';
import { epochPlaceKey, placeKey } from '../../shared/identity.ts';
import { decodeReceipt, encodeShipment, type HubIdentity, type Receipt } from '../../shared/wire/index.ts';
import type { HubPoints, Outbox, Standing, TipPoint } from '../buffer/outbox.ts';
import { staleOwner } from './answer.ts';
import type { HubLine } from './connection.ts';
import type { Doubts } from './doubts.ts';
import { malformed } from './fault.ts';
import { LinkHalt } from './halt.ts';
import type { LinkStatus } from './linkStatus.ts';
import type { Session } from './session.ts';
import type { ForwarderSettings } from './settings.ts';

export interface Question {
  readonly edge: EdgeId;
  readonly hub: HubIdentity;
  readonly version: number;
  readonly answerTimeoutMs: number;
  /** Whether an answer of this term counts: throws where it does not. */
  readonly checkTerm: (term: number) => void;
}

const STREAMS_AT_ONCE = 5_000;

/** @throws HubFault */
export async function askPoints(
  connection: HubLine,
  question: Question,
  standing: readonly Standing[],
): Promise<HubPoints> {
  const points = new Map<string, TipPoint>();
  for (const some of portions(standing)) {
    const receipt = await ask(connection, question, some);
    for (const { stream, points: ends } of receipt.streams) {
      const [asked, end] = [some[stream], ends.at(-1)];
      if (asked === undefined)
        throw malformed(`it is about stream ${stream}, ${some.length} were asked about`, 'a receipt');
      if (end !== undefined) points.set(epochPlaceKey(asked.stream), end);
    }
  }
  return points;
}

/** A place once in each: where a hub refuses a stream, it says nothing of the place's later ones. */
function portions(standing: readonly Standing[]): Standing[][] {
  const portions: Standing[][] = [];
  const seen = new Map<string, number>();
  for (const one of standing) {
    const place = placeKey(one.stream);
    let at = seen.get(place) ?? 0;
    while ((portions[at]?.length ?? 0) >= STREAMS_AT_ONCE) at += 1;
    seen.set(place, at + 1);
    const portion = portions[at];
    if (portion) portion.push(one);
    else portions[at] = [one];
  }
  return portions.filter((portion) => portion !== undefined);
}

async function ask(connection: HubLine, question: Question, asked: readonly Standing[]): Promise<Receipt> {
  const { edge, hub, version, answerTimeoutMs, checkTerm } = question;
  const streams = asked.map(({ stream }) => stream);
  const body = encodeShipment({ version, edge, hub, streams, parcels: [], marks: [] });
  const content = await connection.post({ path: '/v1/shipments', body, answerTimeoutMs });
  let receipt: Receipt;
  try {
    receipt = decodeReceipt(content);
  } catch (error) {
    throw malformed(error, 'a receipt');
  }
  checkTerm(receipt.term);
  return receipt;
}

/**
 * Where the hub has less than it had confirmed. Of a stream that it does not know it may have forgotten the end, as of one
 * from an old image: that counts only where it is known already that the hub is behind (`strict`).
 * @throws LinkHalt `hubBehind`
 */
export function haltIfBehind(standing: readonly Standing[], points: HubPoints, strict: boolean): void {
  for (const { stream, next } of standing) {
    const key = epochPlaceKey(stream);
    const end = points.get(key);
    if (end === undefined && !strict) continue;
    const expected = end?.next ?? 0;
    if (expected < next) throw new LinkHalt({ kind: 'hubBehind', stream: key, settledNext: next, expected });
  }
}

export interface LookParts {
  readonly edge: EdgeId;
  readonly session: Session;
  readonly outbox: Pick<Outbox, 'standing' | 'settle'>;
  readonly doubts: Doubts;
  readonly status: LinkStatus;
  readonly settings: Pick<ForwarderSettings, 'answerTimeoutMs'>;
  readonly closing: Promise<void>;
}

/**
 * Before anything is sent to a new owner: has it all that was confirmed? To the same one: has it what was under way when
 * the last connection ended?
 */
export async function lookFirst(parts: LookParts, connection: HubLine): Promise<void> {
  const { session, outbox, doubts, status } = parts;
  if (!session.isSound) {
    const standing = outbox.standing();
    const points = await askNow(parts, connection, standing);
    if (points === undefined) return;
    haltIfBehind(standing, points, session.isBehind);
    session.sound();
  }
  if (doubts.questions.length === 0) return;
  const points = await askNow(parts, connection, doubts.questions);
  if (points !== undefined && (await doubts.clear(points, outbox))) status.progress();
}

/** Undefined: the agent is being closed. */
async function askNow(
  { edge, session, settings, closing }: LookParts,
  connection: HubLine,
  standing: readonly Standing[],
): Promise<HubPoints | undefined> {
  const checkTerm = (term: number): void => {
    if (!session.admitTerm(term)) throw staleOwner(term);
  };
  const { answerTimeoutMs } = settings;
  const question = { edge, hub: session.hub!, version: session.version, answerTimeoutMs, checkTerm };
  const asked = askPoints(connection, question, standing);
  asked.catch(() => undefined);
  return (await Promise.race([asked, closing])) ?? undefined;
}
