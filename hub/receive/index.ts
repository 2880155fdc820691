/**
 * The hub's door: HTTP for agents (protobuf) and operators (JSON).
 *
 * Invariants:
 * - Who is asking is decided by the head of a request; what a body says about it has to agree (`access.ts`).
 * - Memory for a body is reserved before a byte of it is read, for all edges together and for each one, and given back when
 *   its answer is out or its connection is gone (`budget.ts`, `hold.ts`). Sessions and heartbeats have a budget of their own.
 * - A body states its length, and comes at a reasonable speed (`body.ts`).
 * - Shipments of one connection are handed to `submit` in the order in which they arrived (`connections.ts`) and
 *   answered in that order (HTTP/1.1).
 * - Credit is how many bytes an edge may have unanswered, those under way included.
 *
 * Format of every answer that is not 2xx: for agents the envelope's `Problem`, for operators `{code, message, hint,
 * retry}`, with `mistakes` where a body has some; 429 (the edge has too much under way) and 503 (the hub can't now) with `Retry-After`.
 *
 * Life: {@link HubServer.open} reads token and certificate files, listens, and looks at the files again every 2 s;
 * {@link HubServer.close} refuses new requests, waits for those under way, ends the connections.
 */
export { isLoopback } from './access.ts';
export type { MoreRoutes } from './app.ts';
export { BODY_SETTINGS, type BodySettings } from './body.ts';
export { CONTACT_LIMITS, type Contact, type ContactLimits, Contacts } from './contacts.ts';
export { operatorApi } from './openApi.ts';
export { OperatorServer, type OperatorServerSettings } from './operatorServer.ts';
export type { ReceiveParts, Registered } from './parts.ts';
export { faultOf, type JsonProblem, RequestFault } from './problems.ts';
export { HubServer, type ReceiveDeps, type ReceiveProgress, type ReceiveSettings } from './server.ts';
export { bearerOf, hashToken, TokenTable } from './tokens.ts';
