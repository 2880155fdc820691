/** Names of the topics that a process of pulls keeps on each target. */
import { controlTopicOf } from '../control/index.ts';
import { mapsTopicOf } from '../copy/index.ts';

export const LEDGER_TOPIC = 'tributary.pulls';
export const deadLettersOf = (ledgerTopic: string): string => `${ledgerTopic}.deadletter`;
/** Topics beside a ledger, on the same cluster. */
export const besideLedger = (topic: string): string[] => [
  controlTopicOf(topic),
  deadLettersOf(topic),
  mapsTopicOf(topic),
];
