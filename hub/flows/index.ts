/**
 * Pull flows, for operators: what runs, and the operations on it.
 *
 * - A view in memory, made at each request from what this process has and what the others report of themselves. Any process
 *   of those that share the work can be asked; what another one copies is shown as its own, with its counts.
 * - Nothing here changes anything by itself: an operation is handed in (`FlowsParts.operations`), written for all, and the
 *   answer says whether all have done it.
 * - Answers and their documentation come from one declaration (`schemas.ts`).
 */
export type { FlowsParts } from './parts.ts';
export { flowRoutes } from './routes.ts';
export type { Done, FlowList, FlowStatus, FlowSummary, PartitionStatus } from './schemas.ts';
