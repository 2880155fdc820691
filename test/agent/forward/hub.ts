/**
 * A hub of one process's memory for the forwarder's tests: our own protocol over real HTTP, the rules of sequencing in
 * their simplest form, and scripted misbehaviour. What the real hub does is tested with the real hub.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import {
  EMPTY_TIP,
  keepsTip,
  streamKey,
  type Term,
  type Tip,
  tipAfterBatch,
  tipAfterGap,
} from '../../../shared/identity.ts';
import { unsealRecords } from '../../../shared/records/index.ts';
import {
  CONTENT_TYPE,
  decodeHeartbeat,
  decodeHello,
  decodePart,
  decodeShipment,
  type EpochState,
  encodeHeartbeatAnswer,
  encodePartAnswer,
  encodeProblem,
  encodeReceipt,
  encodeWelcome,
  type Heartbeat,
  type Hello,
  type HubIdentity,
  PROTOCOL,
  type Problem,
  type Receipt,
  type Refusal,
  receiptMessage,
  type Shipment,
  type StreamReceipt,
  type WireParcel,
} from '../../../shared/wire/index.ts';

export interface HubStream {
  next: number;
  tip: Tip;
  /** Tips at every boundary. */
  readonly tips: Map<number, string>;
  /** Values of the records that were taken, in their order. */
  readonly values: string[];
}

/** What is done with one shipment instead of taking it and answering. */
export type Reaction =
  /** The connection is reset before anything was taken, or after. */
  | { readonly kind: 'resetBefore' | 'resetAfter' }
  /** Taken, and never answered. */
  | { readonly kind: 'silence' }
  | {
      readonly kind: 'http';
      readonly status: number;
      readonly headers: Record<string, string>;
      readonly body: string | Buffer;
    }
  | { readonly kind: 'problem'; readonly status: number; readonly problem: Partial<Problem> }
  /** Taken, and then another receipt is sent. */
  | { readonly kind: 'receipt'; readonly edit: (receipt: Receipt) => Receipt }
  /** All is confirmed and nothing taken: by the owner of `back` terms ago, or with the tips of another history. */
  | { readonly kind: 'untrue'; readonly back: number; readonly otherTips: boolean }
  /** Streams that are refused, by topic. */
  | { readonly kind: 'refuse'; readonly refusals: Readonly<Record<string, Partial<Refusal>>> };

export type Script = (shipment: Shipment, index: number) => Reaction | undefined;

export const HUB: HubIdentity = { clusterId: 'central', ledgerTopicId: 'ledger-1', shards: 4 };

export class StandInHub {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  identity = HUB;
  term = 5;
  /** Its clock beside ours. */
  aheadMs = 0;
  creditBytes = 8 * 1024 * 1024;
  maxShipmentBytes = 20 * 1024 * 1024;
  /** 0: no shipments in parts. */
  uploadBytes = 0;
  /** By id: what is there of a shipment in parts. */
  readonly #uploads = new Map<string, Buffer>();
  /** Sizes of the parts that brought something, and the number of questions. */
  readonly parts: number[] = [];
  questions = 0;
  /** Parts after which the connection is cut, once. */
  cutAfterParts = Number.POSITIVE_INFINITY;
  script: Script = () => undefined;
  epochState: (epoch: string) => EpochState = () => 'open';
  /** Replaces the answer to a hello. */
  onHello: (hello: Hello) => Reaction | undefined = () => undefined;
  onHeartbeat: () => Reaction | undefined = () => undefined;
  readonly hellos: Hello[] = [];
  readonly heartbeats: Heartbeat[] = [];
  readonly tokens = new Set<string | undefined>();
  readonly shipments: Shipment[] = [];
  readonly streams = new Map<string, HubStream>();
  unansweredBytes = 0;
  unanswered = 0;
  mostUnansweredBytes = 0;
  mostUnanswered = 0;
  #held: (() => void)[] | null = null;

  private constructor() {
    this.#server = createServer((request, response) => this.#read(request, response));
    this.#server.keepAliveTimeout = 60_000;
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async listen(port = 0): Promise<StandInHub> {
    const hub = new StandInHub();
    await new Promise<void>((resolve) => hub.#server.listen(port, '127.0.0.1', resolve));
    hub.#port = (hub.#server.address() as AddressInfo).port;
    return hub;
  }

  get port(): number {
    return this.#port;
  }
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Answers to shipments are kept back until {@link StandInHub.release}. */
  hold(): void {
    this.#held ??= [];
  }
  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const answer of held) answer();
  }
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }
  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Values of a topic, over its streams in the order in which they came. */
  values(topic: string): string[] {
    return [...this.streams].filter(([key]) => key.endsWith(`/${topic}`)).flatMap(([, { values }]) => values);
  }

  #read(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    this.tokens.add(request.headers.authorization);
    if (request.url === '/v1/shipments') this.#arrives(Number(request.headers['content-length']), response);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    request.on('end', () => this.#handle(request, Buffer.concat(chunks), response));
  }

  #arrives(bytes: number, response: ServerResponse): void {
    this.unanswered += 1;
    this.unansweredBytes += bytes;
    this.mostUnanswered = Math.max(this.mostUnanswered, this.unanswered);
    this.mostUnansweredBytes = Math.max(this.mostUnansweredBytes, this.unansweredBytes);
    response.on('close', () => {
      this.unanswered -= 1;
      this.unansweredBytes -= bytes;
    });
  }

  #handle(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    if (request.url === '/v1/session') this.#session(body, response);
    else if (request.url === '/v1/heartbeat') this.#heartbeat(body, response);
    else if (request.url === '/v1/parts') this.#part(body, response);
    else this.#shipment(body, response);
  }

  #part(body: Buffer, response: ServerResponse): void {
    const { upload, offset, total, content } = decodePart(body);
    const id = upload.toString('hex');
    const before = this.#uploads.get(id) ?? Buffer.alloc(0);
    if (content.length === 0) this.questions += 1;
    const all = offset === before.length ? Buffer.concat([before, content]) : before;
    if (all.length > before.length) this.parts.push(content.length);
    this.#uploads.set(id, all);
    if (this.parts.length >= this.cutAfterParts) {
      this.cutAfterParts = Number.POSITIVE_INFINITY;
      response.socket?.resetAndDestroy();
      return;
    }
    const whole = all.length === total && offset + content.length === total;
    if (whole) this.shipments.push(decodeShipment(all));
    const receipt = whole ? encodeReceipt(receiptMessage(this.take(this.shipments.at(-1)!, {}))) : Buffer.alloc(0);
    const { creditBytes } = this;
    answer(response, encodePartAnswer({ received: all.length, creditBytes, receipt, retryAfterMs: 0 }));
  }

  #heartbeat(body: Buffer, response: ServerResponse): void {
    const reaction = this.onHeartbeat();
    if (reaction) {
      this.#misbehave(reaction, response);
      return;
    }
    this.heartbeats.push(decodeHeartbeat(body));
    const [term, creditBytes, wallMs] = [this.term as Term, this.creditBytes, Date.now() + this.aheadMs];
    answer(response, encodeHeartbeatAnswer({ version: 1, term, creditBytes, wallMs }));
  }

  #shipment(body: Buffer, response: ServerResponse): void {
    const shipment = decodeShipment(body);
    this.shipments.push(shipment);
    const reaction = this.script(shipment, this.shipments.length - 1);
    this.#react(shipment, reaction, response);
  }

  #session(body: Buffer, response: ServerResponse): void {
    const hello = decodeHello(body);
    this.hellos.push(hello);
    const reaction = this.onHello(hello);
    if (reaction) {
      this.#misbehave(reaction, response);
      return;
    }
    const epochs = hello.lineage.map(({ epoch }) => ({ epoch, state: this.epochState(epoch), reason: '' }));
    const { identity: hub, term, creditBytes, maxShipmentBytes } = this;
    const welcome = {
      versions: PROTOCOL,
      hub,
      term,
      epochs,
      creditBytes,
      maxShipmentBytes,
      uploadBytes: this.uploadBytes,
      wallMs: Date.now() + this.aheadMs,
      positions: [],
    };
    answer(response, encodeWelcome(welcome));
  }

  #react(shipment: Shipment, reaction: Reaction | undefined, response: ServerResponse): void {
    if (reaction?.kind === 'untrue') {
      answer(response, encodeReceipt(receiptMessage(this.#untrueReceipt(shipment, reaction))));
      return;
    }
    if (reaction && reaction.kind !== 'receipt' && reaction.kind !== 'refuse') {
      if (reaction.kind === 'resetAfter' || reaction.kind === 'silence') this.take(shipment, {});
      this.#misbehave(reaction, response);
      return;
    }
    const receipt = this.take(shipment, reaction?.kind === 'refuse' ? reaction.refusals : {});
    const edited = reaction?.kind === 'receipt' ? reaction.edit(receipt) : receipt;
    const send = (): void => answer(response, encodeReceipt(receiptMessage(edited)));
    if (this.#held) this.#held.push(send);
    else send();
  }

  #untrueReceipt({ streams, parcels }: Shipment, { back, otherTips }: Reaction & { kind: 'untrue' }): Receipt {
    const untrue = streams.map((_, index): StreamReceipt => {
      const last = parcels.findLast(({ stream }) => stream === index);
      const points = last ? [{ next: last.last + 1, tip: otherTips ? OTHER_TIP : last.tip }] : [];
      return { stream: index, points, refusal: null, deadLettered: [], gaps: [] };
    });
    return { version: 1, term: (this.term - back) as Term, streams: untrue, creditBytes: this.creditBytes };
  }

  #misbehave(reaction: Reaction, response: ServerResponse): void {
    switch (reaction.kind) {
      case 'resetBefore':
      case 'resetAfter':
        response.socket?.resetAndDestroy();
        return;
      case 'http':
        response.writeHead(reaction.status, reaction.headers).end(reaction.body);
        return;
      case 'problem': {
        const base = { code: 'internal', message: 'scripted', retry: 'retryable', retryAfterMs: 0, hub: null } as const;
        answer(response, encodeProblem({ ...base, ...reaction.problem }), reaction.status);
        return;
      }
      default:
        return;
    }
  }

  /** Sequencing: what begins at the end is appended, what is known is a repeat, the rest is refused. */
  take(shipment: Shipment, refusals: Readonly<Record<string, Partial<Refusal>>>): Receipt {
    const streams = shipment.streams.map(({ topic }, index): StreamReceipt => {
      const parcels = shipment.parcels.filter(({ stream }) => stream === index);
      const scripted = refusals[topic];
      if (scripted && parcels.length > 0) return this.#receipt(shipment, index, refusal(scripted));
      for (const parcel of parcels) {
        const refused = this.#append(this.#stream(shipment, index), parcel);
        if (refused) return this.#receipt(shipment, index, refused);
      }
      return this.#receipt(shipment, index, null);
    });
    return { version: 1, term: this.term as Term, streams, creditBytes: this.creditBytes };
  }

  #stream(shipment: Shipment, index: number): HubStream {
    const key = streamKey({ edge: shipment.edge, ...shipment.streams[index]! });
    const known = this.streams.get(key);
    if (known) return known;
    const fresh: HubStream = { next: 0, tip: EMPTY_TIP, tips: new Map([[0, hex(EMPTY_TIP)]]), values: [] };
    this.streams.set(key, fresh);
    return fresh;
  }

  #append(stream: HubStream, parcel: WireParcel): Refusal | null {
    const { first, last, previousTip, tip } = parcel;
    if (first > stream.next) return refusal({ code: 'ahead', expected: stream.next });
    if (first < stream.next) {
      return stream.tips.get(last + 1) === hex(tip) ? null : refusal({ code: 'fork' });
    }
    if (hex(previousTip) !== hex(stream.tip)) return refusal({ code: 'fork' });
    const right =
      parcel.kind === 'gap'
        ? tipAfterGap(previousTip, first, last, parcel.reason)
        : tipAfterBatch(previousTip, parcel.blob);
    const isFree = parcel.kind === 'gap' && keepsTip(parcel.reason);
    if (!isFree && hex(right) !== hex(tip)) return refusal({ code: 'corrupt' });
    if (parcel.kind === 'sealed') {
      const records = unsealRecords(Buffer.from(parcel.blob), { maxRawBytes: 64 * 1024 * 1024 });
      stream.values.push(...records.map(({ value }) => String(value)));
    }
    stream.next = last + 1;
    stream.tip = Buffer.from(tip as unknown as Buffer) as unknown as Tip;
    stream.tips.set(stream.next, hex(tip));
    return null;
  }

  #receipt(shipment: Shipment, index: number, refused: Refusal | null): StreamReceipt {
    const stream = this.streams.get(streamKey({ edge: shipment.edge, ...shipment.streams[index]! }));
    const points = stream && stream.next > 0 ? [{ next: stream.next, tip: stream.tip }] : [];
    return { stream: index, points, refusal: refused, deadLettered: [], gaps: [] };
  }
}

const OTHER_TIP = Buffer.alloc(16, 0xee) as unknown as Tip;
const hex = (tip: Tip): string => (tip as unknown as Buffer).toString('hex');

export const refusal = (facts: Partial<Refusal>): Refusal => ({
  ...{ code: 'limit', reason: 'scripted', expected: 0, retryAfterMs: 0, range: null },
  ...facts,
});

function answer(response: ServerResponse, body: Buffer, status = 200): void {
  response.writeHead(status, { 'content-type': CONTENT_TYPE, 'content-length': body.length }).end(body);
}
