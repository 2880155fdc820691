/** The options of logs, metrics and health pages, the same for both roles. */
import { optional, section } from './option.ts';
import { listen } from './placeOptions.ts';
import { choice } from './values.ts';

export const telemetryOptions = section(
  {
    listen: optional(
      listen({
        says: 'Address of the pages `/metrics` (Prometheus), `/healthz` and `/readyz`. Without it there are no such pages.',
        examples: ['127.0.0.1:9464'],
      }),
    ),
    log: choice(['debug', 'info', 'warn', 'error'], {
      says: 'Least level of the log lines on stderr.',
      default: 'info',
    }),
  },
  { says: 'Logs, metrics and health.' },
);
