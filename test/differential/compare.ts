/** Topics, settings, access rules and records of the two targets, side by side. */
import type { Difference } from './difference.ts';
import { aclText, type ClusterContent, type Log, type LogRecord, type TopicContent } from './reading.ts';

export interface Compared {
  /** What was looked at, with how much of it. */
  readonly counts: Map<string, number>;
  readonly differences: Difference[];
}

export const nothingCompared = (): Compared => ({ counts: new Map(), differences: [] });

export function count({ counts }: Compared, what: string, by = 1): void {
  counts.set(what, (counts.get(what) ?? 0) + by);
}

export interface Sides {
  readonly mm2: ClusterContent;
  readonly ours: ClusterContent;
  /** The source's log of a copy; null: it is no copy. */
  readonly sourceOf: (copy: string) => Log | null;
  /** Topics whose records are about what was copied: compared by meaning elsewhere. */
  readonly isInternal: (topic: string) => boolean;
}

export function compareClusters(sides: Sides, into: Compared): void {
  const { mm2, ours, sourceOf, isInternal } = sides;
  for (const name of new Set([...mm2.topics.keys(), ...ours.topics.keys()])) {
    const [a, b] = [mm2.topics.get(name), ours.topics.get(name)];
    count(into, 'topics');
    if (!a || !b) {
      into.differences.push({
        kind: 'topic',
        subject: name,
        mm2: a ? 'present' : 'absent',
        ours: b ? 'present' : 'absent',
      });
      continue;
    }
    comparePartitions(name, a, b, into);
    compareConfigs(name, a, b, into);
    if (!isInternal(name)) compareLogs(name, a.log, b.log, sourceOf(name), into);
  }
  compareAcls(mm2, ours, into);
}

function comparePartitions(subject: string, a: TopicContent, b: TopicContent, into: Compared): void {
  count(into, 'partitions', a.log.length);
  if (a.log.length === b.log.length) return;
  into.differences.push({ kind: 'partitions', subject, mm2: `${a.log.length}`, ours: `${b.log.length}` });
}

function compareConfigs(topic: string, a: TopicContent, b: TopicContent, into: Compared): void {
  for (const name of new Set([...a.configs.keys(), ...b.configs.keys()])) {
    count(into, 'settings');
    const [mm2, ours] = [a, b].map(({ configs }) => configs.get(name) ?? 'unset');
    if (mm2 !== ours) into.differences.push({ kind: 'config', subject: `${topic} ${name}`, mm2: mm2!, ours: ours! });
  }
}

function compareAcls(mm2: ClusterContent, ours: ClusterContent, into: Compared): void {
  const textOf = ({ acls }: ClusterContent): Set<string> =>
    new Set(acls.map((acl) => `${acl.resourceType} ${acl.resourceName}: ${aclText(acl)}`));
  const [a, b] = [textOf(mm2), textOf(ours)];
  for (const subject of new Set([...a, ...b])) {
    count(into, 'access rules');
    if (a.has(subject) && b.has(subject)) continue;
    const there = (set: Set<string>): string => (set.has(subject) ? 'present' : 'absent');
    into.differences.push({ kind: 'acl', subject, mm2: there(a), ours: there(b) });
  }
}

const FIELDS = ['key', 'value', 'timestamp', 'headers'] as const;

function compareLogs(topic: string, a: Log, b: Log, source: Log | null, into: Compared): void {
  for (let partition = 0; partition < Math.max(a.length, b.length); partition += 1) {
    const [mm2, ours] = [a[partition] ?? [], b[partition] ?? []];
    const subject = `${topic}/${partition}`;
    count(into, 'records', ours.length);
    const original = source?.[partition] ?? null;
    if (mm2.length !== ours.length) {
      const more = original ? { source: `${original.length}` } : {};
      into.differences.push({ kind: 'records', subject, mm2: `${mm2.length}`, ours: `${ours.length}`, ...more });
      continue;
    }
    for (const [at, record] of ours.entries()) compareRecords(subject, mm2[at]!, record, original?.[at] ?? null, into);
  }
}

function compareRecords(subject: string, a: LogRecord, b: LogRecord, source: LogRecord | null, into: Compared): void {
  for (const kind of FIELDS) {
    if (a[kind] === b[kind]) continue;
    const more = source ? { source: String(source[kind]) } : {};
    into.differences.push({ kind, subject, mm2: String(a[kind]), ours: String(b[kind]), ...more });
  }
}
