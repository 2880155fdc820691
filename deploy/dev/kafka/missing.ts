import { TributaryError } from '../../../shared/errors.ts';

/** No Kafka can be had: one message that says what would help. */
export function kafkaMissing(reason: string): TributaryError {
  return new TributaryError({
    code: 'kafkaMissing',
    operation: 'start a local Kafka',
    subject: 'this machine',
    reason: reason.replace(/\.$/, ''),
    hint:
      'Any one of these is enough: name a running Kafka (tributary up --help says how; for the tests TRIBUTARY_TEST_BROKERS=host:port); ' +
      'start Docker; install Java 17 or newer and Maven (Debian: apt install openjdk-17-jre-headless maven).',
    retry: 'final',
  });
}
