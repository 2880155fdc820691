/** The requests of an agent, behind HTTP: session, shipments (also in parts), heartbeat. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../shared/clock.ts';
import { crashPoint } from '../../shared/crashPoint.ts';
import { TributaryError } from '../../shared/errors.ts';
import type { EdgeId } from '../../shared/identity.ts';
import { limits } from '../../shared/limits.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import {
  bounds,
  CONTENT_TYPE,
  DIGEST_HEADER,
  decodeHeartbeat,
  decodeHello,
  decodePart,
  decodeShipment,
  encodeHeartbeatAnswer,
  encodePartAnswer,
  encodeReceipt,
  encodeWelcome,
  type HubIdentity,
  isIntact,
  isSpoken,
  negotiate,
  PROTOCOL,
  sameHub,
} from '../../shared/wire/index.ts';
import type { Settled } from '../stages.ts';
import type { Access, Asker } from './access.ts';
import { type BodySettings, readBody, statedLength } from './body.ts';
import type { BodyBudget } from './budget.ts';
import type { Connection, Connections, Turn } from './connections.ts';
import type { Contacts, News } from './contacts.ts';
import { bodyReceived, budgetRefused } from './events.ts';
import { holdUntilAnswered } from './hold.ts';
import type { ReceiveParts } from './parts.ts';
import { RequestFault } from './problems.ts';
import type { Uploads } from './uploads.ts';

export interface AgentRequestsDeps {
  readonly parts: ReceiveParts;
  readonly access: Access;
  readonly connections: Connections;
  readonly contacts: Contacts;
  /** Shipments. */
  readonly data: BodyBudget;
  /** Sessions and heartbeats: never kept out by data. */
  readonly control: BodyBudget;
  /** Shipments in parts have a budget of their own, each part beside that one of `data`. */
  readonly uploads: Uploads;
  readonly body: BodySettings;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** A request whose head was read. */
export interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: string;
}

/** One that was let in. */
interface Admitted extends Incoming {
  readonly asker: Asker;
  readonly connection: Connection;
  /** What the token says; null where the body is believed. */
  readonly edge: EdgeId | null;
  /** What memory is reserved under. */
  readonly account: string;
}

export class AgentRequests {
  readonly #deps: AgentRequestsDeps;
  #waiting = 0;
  #settled = 0;

  constructor(deps: AgentRequestsDeps) {
    this.#deps = deps;
  }

  progress(): { readonly shipmentsWaiting: number; readonly shipmentsSettled: number } {
    return { shipmentsWaiting: this.#waiting, shipmentsSettled: this.#settled };
  }

  /** The answer's body, as for the others. @throws RequestFault, TributaryError */
  session(incoming: Incoming): Promise<Buffer> {
    return this.#withBody(incoming, this.#deps.control, bounds.smallBodyBytes, async (body, admitted) => {
      const { parts, clock } = this.#deps;
      const hello = decodeHello(body);
      this.#believe(hello.edge, admitted, { agentVersion: hello.agentVersion, wallMs: hello.wallMs });
      if (negotiate(hello.versions) === null) throw unspoken(`${hello.versions.min} to ${hello.versions.max}`);
      const hub = parts.identity();
      // An agent that belongs to another hub decides for itself; until it has, nothing of it is registered here.
      const stranger = hello.hub !== null && !sameHub(hello.hub, hub);
      const { term, epochs, positions } = stranger
        ? { term: parts.term(hello.edge), epochs: [], positions: [] }
        : await parts.register(hello.edge, hello.lineage, hello.reached);
      return encodeWelcome({
        versions: PROTOCOL,
        hub,
        term,
        epochs,
        positions,
        creditBytes: this.#deps.data.creditBytes(admitted.edge ?? hello.edge),
        maxShipmentBytes: limits.maxShipmentBytes,
        uploadBytes: limits.maxShipmentBytes,
        wallMs: clock.now(),
      });
    });
  }

  async shipment(incoming: Incoming): Promise<Buffer> {
    const turn = this.#deps.connections.of(incoming.request.socket).takeTurn();
    try {
      return await this.#withBody(incoming, this.#deps.data, limits.maxShipmentBytes, async (body, admitted) => {
        crashPoint('hub.receive.body');
        return await this.#receiptFor(body, admitted, turn);
      });
    } finally {
      turn.done();
    }
  }

  /** A piece of a shipment; with the last one it is taken as if it had come at once. */
  async part(incoming: Incoming): Promise<Buffer> {
    const { connections, uploads, data } = this.#deps;
    const turn = connections.of(incoming.request.socket).takeTurn();
    try {
      return await this.#withBody(incoming, data, limits.maxShipmentBytes, async (body, admitted) => {
        const part = decodePart(body);
        if (!isSpoken(part.version)) throw unspoken(String(part.version));
        await turn.comes;
        this.#believe(part.edge, admitted);
        const { received, retryAfterMs, whole } = uploads.take(part);
        let receipt: Buffer = Buffer.alloc(0);
        if (whole !== null) {
          let taken = false;
          try {
            receipt = await this.#receiptFor(whole, admitted, turn);
            taken = true;
          } finally {
            uploads.done(part.edge, !taken);
          }
        }
        return encodePartAnswer({ received, retryAfterMs, creditBytes: data.creditBytes(admitted.account), receipt });
      });
    } finally {
      turn.done();
    }
  }

  async #receiptFor(body: Buffer, admitted: Admitted, turn: Turn): Promise<Buffer> {
    const settled = await this.#handOn(body, admitted, turn);
    admitted.response.once('finish', () => crashPoint('hub.receipt.sent'));
    const creditBytes = this.#deps.data.creditBytes(admitted.account);
    return encodeReceipt({ version: PROTOCOL.max, term: settled.term, streams: [...settled.streams], creditBytes });
  }

  heartbeat(incoming: Incoming): Promise<Buffer> {
    return this.#withBody(incoming, this.#deps.control, bounds.smallBodyBytes, async (body, admitted) => {
      const { parts, clock, data } = this.#deps;
      const heartbeat = decodeHeartbeat(body);
      if (!isSpoken(heartbeat.version)) throw unspoken(String(heartbeat.version));
      const { edge, agentVersion, wallMs } = heartbeat;
      this.#believe(edge, admitted, { agentVersion, wallMs, report: body });
      const creditBytes = data.creditBytes(admitted.edge ?? edge);
      return encodeHeartbeatAnswer({ version: PROTOCOL.max, term: parts.term(edge), creditBytes, wallMs: clock.now() });
    });
  }

  /** Decodes and verifies once everything before it on the connection was handed on; lets the next go on after that. */
  async #handOn(body: Buffer, admitted: Admitted, turn: Turn): Promise<Settled> {
    const { parts } = this.#deps;
    await turn.comes;
    const shipment = decodeShipment(body);
    this.#believe(shipment.edge, admitted);
    if (!isSpoken(shipment.version)) throw unspoken(String(shipment.version));
    const ours = parts.identity();
    if (!sameHub(shipment.hub, ours)) throw otherHub(shipment.hub, ours);
    const verified = await parts.verify(shipment, shipment.edge, body.length);
    this.#waiting += 1;
    try {
      const submitted = parts.submit(verified);
      turn.done();
      const settled = await submitted;
      this.#settled += 1;
      return settled;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Lets a request in, reserves memory for its body, reads it, and gives the memory back when the answer is out. */
  async #withBody(
    incoming: Incoming,
    budget: BodyBudget,
    maxBytes: number,
    handle: (body: Buffer, admitted: Admitted) => Promise<Buffer>,
  ): Promise<Buffer> {
    const { request, response, route } = incoming;
    // First of all: a refused request's body is read past, so it has to be bounded too.
    const bytes = statedLength(request, maxBytes);
    const admitted = this.#admit(incoming);
    const reservation = budget.reserve(admitted.account, bytes);
    if (typeof reservation === 'string') throw this.#noRoom(admitted, budget, reservation, bytes);
    const handled = holdUntilAnswered(reservation, admitted.connection, response);
    try {
      const body = await readBody(request, bytes, this.#deps.body);
      this.#deps.telemetry.emit(bodyReceived, { route, bytes });
      if (!isIntact(body, request.headers[DIGEST_HEADER])) throw damaged();
      return await handle(body, admitted);
    } finally {
      handled();
    }
  }

  #admit(incoming: Incoming): Admitted {
    const { access, connections } = this.#deps;
    const { request } = incoming;
    const asker = askerOf(request);
    const edge = access.edgeOf(asker);
    const connection = connections.of(request.socket);
    if (edge !== null) connections.belongsTo(connection, edge);
    if (request.headers['content-type'] !== CONTENT_TYPE) throw otherContent(request.headers['content-type']);
    return { ...incoming, asker, connection, edge, account: edge ?? connection.edge ?? connection.id };
  }

  /** The body says `claimed`: it has to be what the token says, and is what is known of this contact. */
  #believe(claimed: EdgeId, admitted: Admitted, news: News = {}): void {
    this.#deps.access.refuseOther(admitted.edge, claimed, admitted.asker);
    this.#deps.connections.belongsTo(admitted.connection, claimed);
    this.#deps.contacts.heard(claimed, admitted.asker.remote, news);
  }

  #noRoom({ account: edge }: Admitted, budget: BodyBudget, limit: 'edge' | 'total', bytes: number): RequestFault {
    this.#deps.telemetry.emit(budgetRefused, { lane: budget.lane, edge, limit, bytes });
    const reason = limit === 'edge' ? 'it has too much under way already' : 'the hub has too much under way';
    const facts = {
      code: 'overloaded',
      operation: 'reserve memory',
      subject: edge,
      reason,
      retry: 'retryable',
    } as const;
    return new RequestFault(new TributaryError(facts), { status: limit === 'edge' ? 429 : 503 });
  }
}

export const askerOf = (request: IncomingMessage): Asker => ({
  headers: request.headers,
  remote: request.socket.remoteAddress ?? '',
});

function unspoken(theirs: string): TributaryError {
  return new TributaryError({
    code: 'versionUnsupported',
    operation: 'read message',
    subject: `envelope version ${theirs}`,
    reason: `this hub speaks ${PROTOCOL.min} to ${PROTOCOL.max}`,
    hint: 'Update the older of the two.',
    retry: 'final',
  });
}

function otherHub(theirs: HubIdentity, ours: HubIdentity): TributaryError {
  const text = (hub: HubIdentity) => `cluster ${hub.clusterId}, ledger ${hub.ledgerTopicId}, ${hub.shards} shards`;
  return new TributaryError({
    code: 'wrongHub',
    operation: 'take shipment',
    subject: `a hub with ${text(theirs)}`,
    reason: `this hub has ${text(ours)}`,
    retry: 'final',
  });
}

function otherContent(type: string | undefined): RequestFault {
  const reason = `its content type is ${type ?? 'missing'}, not ${CONTENT_TYPE}`;
  const facts = { code: 'badRequest', operation: 'read request', subject: 'its body', reason, retry: 'final' } as const;
  return new RequestFault(new TributaryError(facts), { status: 415 });
}

/** Not the sender's fault: `linkDown` makes it send the same again, whereas a corrupt shipment is taken apart there. */
function damaged(): RequestFault {
  const reason = 'the link has damaged it, its checksum is another one';
  const facts = {
    code: 'linkDown',
    operation: 'read request',
    subject: 'its body',
    reason,
    retry: 'retryable',
  } as const;
  return new RequestFault(new TributaryError(facts), { status: 400 });
}
