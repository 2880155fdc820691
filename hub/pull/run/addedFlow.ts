/** A flow that somebody adds to those that run: judged as a file's are, with every mistake by its path. Pure. */
import { parseTree, readTree } from '../../../shared/config/index.ts';
import type { Mistake } from '../../../shared/config/mistake.ts';
import {
  addedFlowOptions,
  type FlowConfig,
  type FlowSettings,
  flowOf,
  type PullSettings,
  pairsFit,
} from '../config/index.ts';

export interface JudgedFlow {
  /** Null: it has mistakes. */
  readonly settings: FlowSettings | null;
  readonly mistakes: readonly Mistake[];
}

export function judgeFlow(config: unknown, clusters: PullSettings['clusters']): JudgedFlow {
  const text = JSON.stringify(config) ?? 'null';
  const { tree, mistakes } = parseTree(text);
  if (!tree) return { settings: null, mistakes };
  const read = readTree(addedFlowOptions, tree, { folder: '' });
  const all: Mistake[] = read.mistakes.map((mistake) =>
    mistake.path === 'clients' ? { ...mistake, ...SECRET } : mistake,
  );
  if (text.includes('${'))
    all.push(at('', 'holds a reference, ${...}, which is filled in only in files', 'write the value itself'));
  const flow = read.value as unknown as FlowConfig;
  if (typeof flow.source === 'string' && typeof flow.target === 'string') all.push(...unfit(flow, clusters));
  if (all.length > 0) return { settings: null, mistakes: all };
  return { settings: flowOf({ ...flow, clients: {} }, clusters), mistakes: [] };
}

/** As it was stored. */
export function readFlow(
  config: unknown,
  clusters: PullSettings['clusters'],
): { readonly settings: FlowSettings; readonly reason: null } | { readonly settings: null; readonly reason: string } {
  const { settings, mistakes } = judgeFlow(config, clusters);
  if (settings) return { settings, reason: null };
  return {
    settings: null,
    reason: mistakes.map(({ path, problem }) => `${path ? `${path} ` : ''}${problem}`).join('; '),
  };
}

const at = (path: string, problem: string, allowed?: string): Mistake => ({
  ...{ path, line: 0, column: 0, problem },
  ...(allowed === undefined ? {} : { allowed }),
});

const SECRET = {
  problem: 'can only be in a file',
  allowed: 'declare clients under clusters: of the file that the processes are started with',
};

function unfit(flow: FlowConfig, clusters: PullSettings['clusters']): Mistake[] {
  const found: Mistake[] = [];
  // Only the aliases are looked at.
  const all = { clusters: clusters as unknown as Parameters<typeof pairsFit.run>[0]['clusters'], flows: [flow] };
  pairsFit.run(all, (path, { problem, allowed }) => {
    if (path !== 'clusters') found.push(at(path.replace(/^flows\[0\]\.?/, ''), problem, allowed));
  });
  return found;
}
