/** What is wrong with one stream, by its records, the ledger and the logs. Pure. */
import type { IncidentEntry } from '../ledger/entries.ts';
import { LOST_TOPIC } from '../sequence/index.ts';
import type { ExpectedStream } from './expected.ts';
import { countOf, normalise, type Range, rangeText, subtract } from './ranges.ts';
import type { Stranger, UnlistedStream } from './records.ts';
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
  | 'incident'
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

export interface StreamFacts {
  readonly check: StreamCheck;
  readonly dead: readonly Range[];
  /** What the ledger says once the topics' ends are known; null: it does not list the stream any more. */
  readonly after: ExpectedStream | null;
  /** Null: the partition is not there. */
  readonly found: TargetFound | null;
}

/** Ranges named in a text; the finding has all of them. */
const NAMED_IN_TEXT = 20;

function listOf(ranges: readonly Range[]): string {
  const list = ranges.slice(0, NAMED_IN_TEXT).map(rangeText).join(', ');
  const more = ranges.length - NAMED_IN_TEXT;
  return more > 0 ? `${list} and ${more} more ranges` : list;
}

export function streamFindings(stream: ExpectedStream, facts: StreamFacts): Finding[] {
  const { key: subject, next, target } = stream;
  const { check, after, found } = facts;
  const where = targetKey(target.topic, target.partition);
  const findings = [...absences(stream, facts, where), ...orderFindings(subject, where, check)];
  const known = Math.max(next, after?.next ?? 0);
  if (check.end > known) {
    const ranges = [{ first: known, last: check.end - 1 }];
    const text = `${where} has sequences ${listOf(ranges)}, which the ledger does not know`;
    findings.push({ kind: 'beyondLedger', subject, ranges, count: check.end - known, text });
  }
  const changed = targetChange(stream, found, where);
  if (changed) findings.push({ kind: 'targetChanged', subject, ranges: [], count: 1, text: changed });
  if (stream.incident) findings.push(incidentFinding(subject, stream.incident));
  return findings;
}

const LOST_HOW = {
  deleted: 'was deleted',
  replaced: 'was deleted and made again',
  truncated: 'lost the end of its log',
} as const;

/** A fault whatever was read: a loss that has been written down does not become none when the rest expires. */
function incidentFinding(subject: string, { cause, target, atMs, next, total }: IncidentEntry): Finding {
  const where = targetKey(target.topic, target.partition);
  const seen = `the hub has seen at ${new Date(atMs).toISOString()} that ${where} ${LOST_HOW[cause]}`;
  const text = `${seen}; what is missing lies below sequence ${next}`;
  return { kind: 'incident', subject, ranges: [], count: total, text };
}

function targetChange({ target }: ExpectedStream, found: TargetFound | null, where: string): string | null {
  if (!found) return `there is no partition ${where} any more`;
  if (found.topicId === target.topicId || target.topicId === LOST_TOPIC) return null;
  return `${target.topic} was deleted and made again: the ledger knows it as ${target.topicId}, it is ${found.topicId} now`;
}

/** What is not there, less what the ledger says will never be; and counts that do not add up. */
function absences(stream: ExpectedStream, { check, dead, found }: StreamFacts, where: string): Finding[] {
  const { key: subject, next, gaps, counts } = stream;
  const absent = check.missingBelow(next);
  const unexplained = subtract(subtract(absent, gaps), dead);
  if (unexplained.length === 0) return countFindings(stream, absent, where);
  const findings: Finding[] = [];
  const front = expiredFront(stream, check, unexplained, found);
  const rest = subtract(unexplained, front);
  if (front.length > 0) {
    const text = `sequences ${listOf(front)} are not in ${where} any more: its log begins at offset ${found?.logStart}`;
    findings.push({ kind: 'expired', subject, ranges: front, count: countOf(front), text });
  }
  if (rest.length > 0) {
    const elsewhere = counts.deadLettered > 0 ? ', and in no dead letter' : '';
    const text = `sequences ${listOf(rest)} are not in ${where}${elsewhere}`;
    findings.push({ kind: 'missing', subject, ranges: rest, count: countOf(rest), text });
  }
  return findings;
}

/** The part that retention, or somebody who deleted records from the front, can have taken. */
function expiredFront(
  { target }: ExpectedStream,
  { lowest }: StreamCheck,
  unexplained: readonly Range[],
  found: TargetFound | null,
): readonly Range[] {
  if (!found || found.logStart === 0 || found.topicId !== target.topicId) return [];
  if (lowest !== null) return unexplained.filter(({ last }) => last < lowest);
  // Nothing is left. Its last record can have expired only if the log begins behind it.
  return target.lastOffset < found.logStart ? unexplained : [];
}

function countFindings(stream: ExpectedStream, absent: readonly Range[], where: string): Finding[] {
  const { key: subject, next, counts } = stream;
  const { records, deadLettered, gapped } = counts;
  const sum = records + deadLettered + gapped;
  const finding = (count: number, text: string): Finding => ({ kind: 'counts', subject, ranges: absent, count, text });
  if (sum !== next) {
    const text = `the ledger counts ${records} records, ${deadLettered} dead letters and ${gapped} in gaps below ${next}`;
    return [finding(Math.abs(sum - next), text)];
  }
  const there = next - countOf(absent);
  if (there === records) return [];
  const text = `the ledger counts ${records} records below ${next}, ${where} has ${there}`;
  return [finding(Math.abs(there - records), text)];
}

export function orderFindings(subject: string, where: string, check: StreamCheck): Finding[] {
  const name = (kind: 'repeated' | 'disorder', { ranges, count }: Named, what: string): Finding[] => {
    if (count === 0) return [];
    const sorted = normalise(ranges);
    return [{ kind, subject, ranges: sorted, count, text: `sequences ${listOf(sorted)} are in ${where} ${what}` }];
  };
  return [
    ...name('repeated', check.repeated, 'more than once'),
    ...name('disorder', check.misplaced, 'behind later ones'),
  ];
}

/** An epoch that has left the ledger's bounded memory: what is there must still be contiguous, once and in order. */
export function unlistedFindings(subject: string, { topic, partition, check }: UnlistedStream, logStart: number) {
  const where = targetKey(topic, partition);
  const findings = orderFindings(subject, where, check);
  const ranges = check.missingBelow(check.end).filter(({ first }) => first > 0 || logStart === 0);
  if (ranges.length === 0) return findings;
  const text = `sequences ${listOf(ranges)} are not in ${where}`;
  return [...findings, { kind: 'missing' as const, subject, ranges, count: countOf(ranges), text }];
}

export function strangerFinding({ topic, partition, offset, reason, count }: Stranger): Finding {
  const more = count > 1 ? `; ${count} such records` : '';
  const text = `record at offset ${offset}: ${reason}${more}`;
  return { kind: 'stranger', subject: targetKey(topic, partition), ranges: [], count, text };
}
