import type { ExpectedStream } from './expected.ts';
import { type Finding, lostButThere, strangerFinding, streamFindings, unlistedFindings } from './findings.ts';
import type { Range } from './ranges.ts';
import type { Records, UnlistedStream } from './records.ts';
import { type TargetFound, targetKey } from './targets.ts';

export type { Finding, FindingKind } from './findings.ts';

export interface StreamProof {
  readonly stream: string;
  readonly target: string;
  readonly next: number;
  readonly records: number;
  readonly gaps: number;
  readonly deadLettered: number;
  /** Of the gaps, given up as lost, and there all the same: an earlier hub had taken them. */
  readonly lostButThere: number;
  /** `unlisted`: the ledger has forgotten its end. */
  readonly state: 'complete' | 'faulty' | 'unlisted';
}

/** `nothing`: there was no stream to look at, which proves nothing. */
export type Verdict = 'proven' | 'notProven' | 'nothing';

export interface Proof {
  readonly verdict: Verdict;
  readonly streams: readonly StreamProof[];
  readonly findings: readonly Finding[];
  readonly recordsRead: number;
}

export interface ProofInput {
  /** Of the ledger at the beginning: the streams that were asked for. */
  readonly wanted: readonly ExpectedStream[];
  /** The ledger when the topics' ends were known: it knows every record below them. */
  readonly after: ReadonlyMap<string, ExpectedStream>;
  readonly records: Records;
  readonly deadLetters: ReadonlyMap<string, readonly Range[]>;
  /** By {@link targetKey}. */
  readonly targets: ReadonlyMap<string, TargetFound>;
  readonly ignoreExpired: boolean;
}

export function proofOf(input: ProofInput): Proof {
  const streams: StreamProof[] = [];
  const findings: Finding[] = [];
  for (const { proof, own } of [...input.wanted.map((stream) => listed(input, stream)), ...unlisted(input)]) {
    streams.push(proof);
    findings.push(...own);
  }
  findings.push(...strangers(input));
  const faults = findings.filter(({ kind }) => !(kind === 'expired' && input.ignoreExpired));
  const verdict = streams.length === 0 ? 'nothing' : faults.length === 0 ? 'proven' : 'notProven';
  return { verdict, streams, findings, recordsRead: input.records.read };
}

interface Judged {
  readonly proof: StreamProof;
  readonly own: readonly Finding[];
}

function listed({ records, deadLetters, after, targets }: ProofInput, stream: ExpectedStream): Judged {
  const { key, next, counts } = stream;
  const target = targetKey(stream.target.topic, stream.target.partition);
  const check = records.checkOf(stream);
  const facts = { dead: deadLetters.get(key) ?? [], after: after.get(key) ?? null, found: targets.get(target) ?? null };
  const own = streamFindings(stream, { check, ...facts });
  const numbers = {
    ...{ next, records: check.records, gaps: counts.gapped, deadLettered: counts.deadLettered },
    lostButThere: lostButThere(stream, check.missingBelow(next)),
  };
  return { proof: { stream: key, target, ...numbers, state: own.length === 0 ? 'complete' : 'faulty' }, own };
}

function unlisted({ wanted, records, targets }: ProofInput): Judged[] {
  const asked = new Set(wanted.map(({ id }) => id.edge as string));
  return [...records.unlisted.values()].filter(({ edge }) => asked.has(edge)).map((stream) => judge(stream, targets));
}

function judge(unlistedStream: UnlistedStream, targets: ProofInput['targets']): Judged {
  const { edge, epoch, topic, partition, check } = unlistedStream;
  const [stream, target] = [`${edge}/${epoch}`, targetKey(topic, partition)];
  const own = unlistedFindings(stream, unlistedStream, targets.get(target)?.logStart ?? 0);
  const numbers = { next: check.end, records: check.records, gaps: 0, deadLettered: 0, lostButThere: 0 };
  return { proof: { stream, target, ...numbers, state: own.length === 0 ? 'unlisted' : 'faulty' }, own };
}

function strangers({ records }: ProofInput): Finding[] {
  const findings = [...records.strangers].map(strangerFinding);
  if (records.moreStrangers === 0) return findings;
  const text = `${records.moreStrangers} more records that do not belong where they lie`;
  return [...findings, { kind: 'stranger', subject: 'all', ranges: [], count: records.moreStrangers, text }];
}
