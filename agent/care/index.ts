/**
 * Looking after a buffer from outside the agent: what `tributary buffer` does with a stopped agent's file.
 *
 * - Who only looks opens the file read-only ({@link withView}) and changes nothing, not even its times.
 * - An agent holds its file alone: none of this works beside a running one, and no agent starts while it is looked into.
 * - Nothing here runs in an agent. What mends a file is the agent's own start.
 */
export { type Inspection, inspect } from './inspect.ts';
export { type ExportedRecord, type ExportOptions, exportRecords } from './records.ts';
export { type Problem, type Progress, type Verification, verify } from './verify.ts';
export { type BufferView, withView } from './view.ts';
