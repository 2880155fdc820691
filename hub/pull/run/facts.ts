/** What is known here of each flow: plain data, made when it is asked for. */
import { type FlowRule, type ProcessEntry, ruleOf } from '../control/index.ts';
import { lackText } from './events.ts';
import type { FlowSnapshot } from './flowRun.ts';
import type { FlowOrigin } from './flowSlot.ts';
import type { PullRun } from './pullRun.ts';

export interface FlowFacts {
  readonly flow: string;
  readonly source: string;
  readonly target: string;
  readonly origin: FlowOrigin;
  /** False: it writes heartbeats only. */
  readonly enabled: boolean;
  /** Why it can't run here; null: it can. */
  readonly problem: string | null;
  readonly rule: FlowRule;
  /** Null while it ends or begins. */
  readonly snapshot: FlowSnapshot | null;
  /** Those that are alive and share the flows into this target. */
  readonly processes: readonly ProcessEntry[];
  /** Who shares the ledger and does not know the flow, and what that means; null: all know it. */
  readonly unknownElsewhere: string | null;
}

export function factsOf(run: PullRun): FlowFacts[] {
  const processes = new Map([...run.controls.keys()].map((alias) => [alias, run.reports.processes(alias)]));
  const lacks = [...run.controls.keys()].flatMap((alias) => run.reports.lacks(alias));
  const running = [...run.slots].map(([flow, slot]): FlowFacts => {
    const { source, target, enabled } = slot.settings;
    const lacking = lacks.find((lack) => lack.flow === flow);
    return {
      ...{ flow, source, target, enabled, origin: slot.origin, problem: null, rule: slot.rule },
      snapshot: slot.snapshot(),
      processes: processes.get(target) ?? [],
      unknownElsewhere: lacking === undefined ? null : lackText(lacking.process),
    };
  });
  const unable = [...run.unable].map(([flow, problem]): FlowFacts => {
    const target = [...run.controls.keys()].find((alias) => flow.endsWith(`->${alias}`)) ?? '';
    const source = flow.slice(0, flow.length - target.length - 2);
    return {
      ...{ flow, source, target, enabled: true, origin: 'added', problem, snapshot: null },
      rule: ruleOf(run.controls.get(target)?.state ?? new Map(), flow),
      processes: processes.get(target) ?? [],
      unknownElsewhere: null,
    };
  });
  return [...running, ...unable].sort((a, b) => (a.flow < b.flow ? -1 : 1));
}
