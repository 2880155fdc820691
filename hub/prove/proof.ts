import type { ExpectedStream } from './expected.ts';
import { countOf, type Range, rangeText, subtract } from './ranges.ts';
import type { Records, Stranger } from './records.ts';
import type { Named, StreamCheck } from './streamCheck.ts';
import { type TargetFound, targetKey } from './targets.ts';

export type FindingKind =
  | 'missing'
  | 'expired'
  | 'repeated'
  | 'disorder'
  | 'beyondLedger'
  | 'counts'
  | 'targetChanged'
  | 'stranger';

/** Something that is wrong, on which object, with the exact ranges. */
export interface Finding {
  readonly kind: FindingKind;
  /** A stream's key, or a partition. */
  readonly subject: string;
  /** Of sequences. */
  readonly ranges: readonly Range[];
  readonly count: number;
  readonly text: string;
}

export interface StreamProof {
  readonly stream: string;
  readonly target: string;
  readonly next: number;
  readonly records: number;
  readonly gaps: number;
  readonly deadLettered: number;
  readonly state: 'complete' | 'faulty' | 'unlisted';
}

export interface Proof {
  readonly ok: boolean;
  readonly streams: readonly StreamProof[];
  readonly findings: readonly Finding[];
  readonly recordsRead: number;
}

export interface ProofInput {
  /** The ledger before and after the topics were read. */
  readonly before: ReadonlyMap<string, ExpectedStream>;
  readonly after: ReadonlyMap<string, ExpectedStream>;
  readonly records: Records;
  readonly deadLetters: ReadonlyMap<string, readonly Range[]>;
  readonly logStarts: ReadonlyMap<string, TargetFound>;
  readonly ignoreExpired: boolean;
}

export function proofOf(input: ProofInput): Proof {
  const streams: StreamProof[] = [];
  const findings: Finding[] = [];
  for (const stream of input.before.values()) {
    const check = input.records.checks.get(stream.key);
    if (!check) continue;
    const own = streamFindings(input, stream, check);
    findings.push(...own);
    streams.push({
      stream: stream.key,
      target: targetKey(stream.target.topic, stream.target.partition),
      next: stream.next,
      records: check.records,
      gaps: stream.counts.gapped,
      deadLettered: stream.counts.deadLettered,
      state: own.length === 0 ? 'complete' : 'faulty',
    });
  }
  for (const [, unlisted] of input.records.unlisted) {
    const { proof, own } = unlistedProof(input, unlisted);
    streams.push(proof);
    findings.push(...own);
  }
  findings.push(...input.records.strangers.map(strangerFinding));
  const ignored = (finding: Finding): boolean => finding.kind === 'expired' && input.ignoreExpired;
  const ok = findings.every(ignored) && input.records.strangersTotal === 0;
  return { ok, streams, findings, recordsRead: input.records.read };
}

function streamFindings(input: ProofInput, stream: ExpectedStream, check: StreamCheck): Finding[] {
  const { key, next, target } = stream;
  const where = targetKey(target.topic, target.partition);
  const log = input.logStarts.get(where);
  const findings = [...missing(input, stream, check, log?.logStart ?? 0), ...orderFindings(key, where, check)];
  if (log && log.topicId !== target.topicId) {
    const text = `${target.topic} was deleted and made again: the ledger knows it as ${target.topicId}, it is ${log.topicId} now`;
    findings.push({ kind: 'targetChanged', subject: key, ranges: [], count: 1, text });
  }
  if (!log) {
    findings.push({
      kind: 'targetChanged',
      subject: key,
      ranges: [],
      count: 1,
      text: `there is no partition ${where} any more`,
    });
  }
  const known = input.after.get(key)?.next ?? next;
  if (check.end > known) {
    const range = { first: known, last: check.end - 1 };
    const text = `${where} has sequences ${rangeText(range)}, which the ledger does not know`;
    findings.push({ kind: 'beyondLedger', subject: key, ranges: [range], count: check.end - known, text });
  }
  return findings;
}

/** What is not there, less what the ledger says will never be; counts that do not add up. */
function missing(input: ProofInput, stream: ExpectedStream, check: StreamCheck, logStart: number): Finding[] {
  const { key, next, counts, gaps, coalesced } = stream;
  const dead = input.deadLetters.get(key) ?? [];
  const absent = check.missingBelow(next);
  const unexplained = subtract(subtract(absent, gaps), dead);
  if (unexplained.length > 0) return [absence(key, stream, unexplained, logStart)];
  const expectedAbsent = next - counts.records;
  if (countOf(absent) !== expectedAbsent && !coalesced && input.after.get(key)?.next === next) {
    const text = `the ledger counts ${counts.records} records below ${next}, the topic has ${next - countOf(absent)}`;
    return [{ kind: 'counts', subject: key, ranges: absent, count: Math.abs(countOf(absent) - expectedAbsent), text }];
  }
  return [];
}

function absence(key: string, stream: ExpectedStream, ranges: readonly Range[], logStart: number): Finding {
  const count = countOf(ranges);
  const where = targetKey(stream.target.topic, stream.target.partition);
  const onlyFront = ranges.length === 1 && ranges[0]?.first === 0 && logStart > 0;
  const list = ranges.slice(0, 20).map(rangeText).join(', ');
  if (onlyFront) {
    const text = `sequences ${list} are not in ${where} any more: its log begins at offset ${logStart}`;
    return { kind: 'expired', subject: key, ranges, count, text };
  }
  return { kind: 'missing', subject: key, ranges, count, text: `sequences ${list} are not in ${where}` };
}

function orderFindings(key: string, where: string, check: StreamCheck): Finding[] {
  const name = (kind: 'repeated' | 'disorder', { ranges, count }: Named, what: string): Finding[] => {
    if (count === 0) return [];
    const list = ranges.slice(0, 20).map(rangeText).join(', ');
    return [{ kind, subject: key, ranges, count, text: `sequences ${list} are in ${where} ${what}` }];
  };
  return [
    ...name('repeated', check.repeated, 'more than once'),
    ...name('disorder', check.misplaced, 'behind later ones'),
  ];
}

/** An epoch that has left the ledger's bounded memory: what is there must still be contiguous, once and in order. */
function unlistedProof(
  input: ProofInput,
  unlisted: { edge: string; epoch: string; topic: string; partition: number; check: StreamCheck },
): { proof: StreamProof; own: Finding[] } {
  const { edge, epoch, topic, partition, check } = unlisted;
  const where = targetKey(topic, partition);
  const stream = `${edge}/${epoch}`;
  const own = orderFindings(stream, where, check);
  const ranges = check
    .missingBelow(check.end)
    .filter(({ first }) => first > 0 || (input.logStarts.get(where)?.logStart ?? 0) === 0);
  if (ranges.length > 0) {
    const list = ranges.slice(0, 20).map(rangeText).join(', ');
    own.push({
      kind: 'missing',
      subject: stream,
      ranges,
      count: countOf(ranges),
      text: `sequences ${list} are not in ${where}`,
    });
  }
  const proof = { stream, target: where, next: check.end, records: check.records, gaps: 0, deadLettered: 0 };
  return { proof: { ...proof, state: own.length === 0 ? 'unlisted' : 'faulty' }, own };
}

function strangerFinding({ topic, partition, offset, reason }: Stranger): Finding {
  const subject = `${topic}/${partition}`;
  return { kind: 'stranger', subject, ranges: [], count: 1, text: `record at offset ${offset}: ${reason}` };
}
