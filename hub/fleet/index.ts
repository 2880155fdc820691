/**
 * The fleet: what operators see of the edges, and the decisions they make.
 *
 * - A view in memory, joined at each request from what the shards' ledger says and what the agents reported last
 *   (`view.ts`). It holds no state of its own: after a restart the ledger's half is there at once, the agents' half with
 *   their next heartbeats.
 * - Numbers of the two sides are shown beside each other and never mixed: `delivered` is the ledger's, `captured`,
 *   `buffered`, `gaps` and `agentDelivered` are the agent's. For one report of an agent
 *   captured = agentDelivered + buffered + gaps.
 * - Answers and their documentation come from one declaration (`schemas.ts`); `GET /v1/openapi.json` serves it (`hub/receive/openApi.ts`).
 */
export { type HubProgress, hubChecks } from './checks.ts';
export type { FleetParts, ShardFacts } from './parts.ts';
export { fleetRoutes } from './routes.ts';
export type { EdgeList, EdgeStatus, EdgeSummary, HubStatus, PlaceStatus } from './schemas.ts';
export { ApiError } from './schemas.ts';
