/** Where a partition without a position begins: the words of `auto.offset.reset`, `by_duration:` (KIP-1106) included. */
import type { Wrong } from '../../../shared/config/option.ts';

/** `agoMs`: at the first record that is not older; at the end where all are. `none`: it stops until somebody resumes it. */
export type StartAt = 'earliest' | 'latest' | 'none' | { readonly agoMs: number };

const WORDS = ['earliest', 'latest', 'none'] as const;
const BY_DURATION = 'by_duration:';
/** As `java.time.Duration` reads it, signs left out. */
const DURATION =
  /P(?=[\dT])(?:(\d{1,5})D)?(?:T(?=\d)(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,12})(?:[.,](\d{0,9}))?S)?)?/;

export const START_AT_PATTERN = new RegExp(`^(?:${WORDS.join('|')}|${BY_DURATION}${DURATION.source})$`);

export const START_AT_ALLOWED = 'write earliest, latest, none, or by_duration: and a time such as P7D or PT1H30M';

/** Null: not one of them. */
export function startAtOf(text: string): StartAt | null {
  const parts = START_AT_PATTERN.exec(text);
  if (!parts) return null;
  const word = WORDS.find((one) => one === text);
  if (word) return word;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1, 5).map((part) => Number(part ?? 0));
  const fraction = Number(`0.${parts[5] || '0'}`);
  const agoMs = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000 + Math.floor(fraction * 1_000);
  return { agoMs };
}

export const startAtText = (startAt: StartAt): string =>
  typeof startAt === 'string' ? startAt : `${BY_DURATION}PT${startAt.agoMs / 1_000}S`;

export const checkStartAt = (text: string): Wrong | null =>
  startAtOf(text) === null ? { problem: `"${text}" is not known`, allowed: START_AT_ALLOWED } : null;
