/** The agent's configuration: every option with its meaning, default and check. docs/reference/agent.md is made from it. */
import type { Static, TObject } from 'typebox';
import {
  type Check,
  choice,
  dictionary,
  duration,
  flag,
  integer,
  isLoopback,
  type ListenAddress,
  list,
  listen,
  listenText,
  oneOf,
  optional,
  path,
  sameListen,
  secret,
  section,
  size,
  text,
  url,
} from '../shared/config/index.ts';
import { kafkaOptions } from '../shared/config/kafkaOptions.ts';
import { formatSize } from '../shared/config/quantity.ts';
import { telemetryOptions } from '../shared/config/telemetryOptions.ts';
import { topicPattern } from '../shared/config/topicPattern.ts';
import type { EdgeId } from '../shared/identity.ts';
import { limits } from '../shared/limits.ts';
import { PRIORITIES } from '../shared/queues.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const NAME_RULE = 'write lower-case letters, digits and "-", at most 63, the first not "-"';

const hub = section(
  {
    url: url({
      says: 'The hub. Plain `http` only where the hub is on this machine.',
      examples: ['https://hub.example:8443'],
    }),
    token: optional(
      secret({
        says: 'Proves which edge this is; made by `tributary token new`. Needed unless the hub is on this machine.',
        examples: ['${file:/etc/tributary/token}'],
      }),
    ),
    ca: optional(
      path({ says: "PEM file with the authorities that the hub's certificate is checked against.", mustExist: true }),
    ),
  },
  {
    says: 'Where the records go.',
    checks: [
      {
        needs: ['url', 'token'],
        run: ({ url: address, token }, report) => {
          const { hostname, protocol } = new URL(address);
          if (isLoopback(hostname)) return;
          if (protocol === 'http:') {
            const allowed = 'use https, or a hub on this machine; plain http would show the token and every record';
            report('url', { problem: `plain http to ${hostname}`, allowed });
          }
          if (!token) {
            const allowed =
              'set it to the token that "tributary token new" printed for this edge, such as ${file:/etc/tributary/token}';
            report('token', { problem: 'is missing', allowed });
          }
        },
      },
    ],
  },
);

const MIN_BUFFER = formatSize(2 * limits.intakeBytes);

const topicOptions = section(
  {
    match: topicPattern({ says: 'A topic name, or an expression between slashes that matches whole names.' }),
    whenFull: choice(['block', 'evictOldest', 'evictLowest'], {
      says: 'What happens when the buffer is full and a record of this topic comes. `block`: its source waits. `evictOldest`: the oldest records of topics that do not block make room. `evictLowest`: the same, those of the lowest priority first, and never of one higher than this topic has.',
      default: 'block',
    }),
    maxAge: optional(
      duration({
        says: 'Records that are older by then and not yet delivered are given up, up to an eighth later. Counted from their capture, in time that is sure to have passed: not by the wall clock, nor while the machine is off.',
        minimum: '1m',
      }),
    ),
    priority: choice(PRIORITIES, {
      says: 'What goes first over the link, and last where records have to be evicted.',
      default: 'normal',
    }),
  },
  { says: 'Settings of the topics that it matches.' },
);

const buffer = section(
  {
    path: path({
      says: 'The SQLite file. Its folder must exist, on a local disk; one agent a file.',
      examples: ['/var/lib/tributary/buffer.db'],
    }),
    maxBytes: size({
      says: 'The most that the buffer takes on the disk: the file, its write-ahead log and the space kept in reserve. What happens when it is full, `topics` says; by default the sources wait.',
      default: '10GiB',
      minimum: MIN_BUFFER,
    }),
    retainDelivered: optional(
      section(
        {
          maxAge: duration({
            says: 'How long a delivery is kept, in time that the agent runs. While nothing is delivered nothing grows old.',
            default: '24h',
            minimum: '1m',
            maximum: '365d',
          }),
          maxBytes: size({
            says: 'The most that is kept. It is part of `buffer.maxBytes`: what is captured has precedence, and the oldest deliveries are given up for it.',
            minimum: '1MiB',
          }),
        },
        {
          says: 'Keeps batches after the hub has confirmed them, so that they can be sent again where the hub loses them. Absent: none.',
        },
      ),
    ),
    idempotencyMs: duration({
      says: 'How long an `Idempotency-Key` of the HTTP source is remembered.',
      default: '24h',
      minimum: '1m',
      maximum: '30d',
    }),
    topics: list(topicOptions, {
      says: 'How single topics are kept. The first entry that matches a topic counts; where none does, the defaults.',
      default: [],
    }),
  },
  { says: 'Where records are kept until the hub has them.' },
);

const sourceName = (kind: string) =>
  text({
    says: 'Names the source in logs, metrics and stored positions: a source that is given another name begins anew.',
    default: kind,
    pattern: NAME,
    allowed: NAME_RULE,
  });

const kafka = section(
  {
    name: sourceName('kafka'),
    ...kafkaOptions,
    topics: list(topicPattern({ says: 'A topic name or an expression.' }), {
      says: 'Topics to read: names, or expressions between slashes that match whole names. New topics that match are found within seconds.',
      minItems: 1,
    }),
    exclude: list(topicPattern({ says: 'A topic name or an expression.' }), {
      says: "Topics to leave out, written as in `topics`. Kafka's own topics (`__*`) are always left out.",
      default: [],
    }),
    from: choice(['earliest', 'latest'], {
      says: 'Where a partition begins that was never read: with the oldest record, or with those that come from now on. A topic that appears later is always read from its oldest record.',
      default: 'earliest',
    }),
    group: optional(
      text({
        says: 'Consumer group in which the position is shown to other tools; by default `tributary-<edge>-<name>`. The position that counts is in the buffer.',
        pattern: /^[A-Za-z0-9._-]{1,255}$/,
        allowed: 'write letters, digits, ".", "_", "-"',
      }),
    ),
    isolation: choice(['read_committed', 'read_uncommitted'], {
      says: 'Whether records of open and aborted transactions are read.',
      default: 'read_committed',
    }),
  },
  { says: 'Reads topics of a local Kafka.' },
);

const http = section(
  {
    name: sourceName('http'),
    listen: listen({
      says: 'Address for `POST /topics/{topic}`. Other than a loopback address only with `token`.',
      examples: ['127.0.0.1:7080'],
    }),
    token: optional(
      secret({
        says: 'Clients must send it: `Authorization: Bearer <token>`.',
        examples: ['${env:HTTP_TOKEN}'],
      }),
    ),
    topics: dictionary(
      section(
        {
          partitions: integer({
            says: 'Partitions that keyed records are spread over; order is kept in each.',
            default: 1,
            minimum: 1,
            maximum: 10_000,
          }),
        },
        { says: 'Settings of one topic.' },
      ),
      { says: 'Settings for single topics, by name.', default: {} },
    ),
    otherTopics: flag({
      says: 'Whether topics that are not named in `topics` are taken too. Otherwise they are refused.',
      default: true,
    }),
    partitions: integer({
      says: 'Partitions that keyed records are spread over where `topics` says nothing. A client may still ask for any below 100 there.',
      default: 1,
      minimum: 1,
      maximum: 10_000,
    }),
    maxBodyBytes: size({
      says: 'The largest body of one request.',
      default: formatSize(limits.httpBodyBytes),
      minimum: '1KiB',
      maximum: formatSize(limits.httpBodyBytes),
    }),
  },
  {
    says: 'Takes records over HTTP.',
    checks: [
      {
        needs: ['listen', 'token'],
        run: ({ listen: address, token }, report) => {
          if (token || isLoopback(address.host)) return;
          const allowed = 'set it, such as ${env:HTTP_TOKEN}, or listen on 127.0.0.1';
          report('token', {
            problem: `is missing, and ${listenText(address)} can be reached from other machines`,
            allowed,
          });
        },
      },
    ],
  },
);

const source = oneOf({ kafka, http }, { says: 'One source of records.' });

const HOUR = /^([01]?\d|2[0-3]):[0-5]\d$/;
const hour = (says: string) => text({ says, pattern: HOUR, allowed: 'write hours and minutes, such as 01:00' });

const budget = section(
  {
    bytesPerSecond: optional(size({ says: 'The most in a second, over any time longer than that.', minimum: '1KiB' })),
    bytesPerDay: optional(
      size({ says: 'The most in a day of `timeZone`. Counted over restarts too.', minimum: '64KiB' }),
    ),
    bytesPerMonth: optional(size({ says: 'The most in a month of `timeZone`.', minimum: '64KiB' })),
    timeZone: text({
      says: "Where days begin and `windows` are meant: a name such as `Europe/Berlin`. The time is the hub's.",
      default: 'UTC',
    }),
    windows: list(
      section(
        {
          from: hour('The first minute.'),
          to: hour('The minute behind the last one; before `from`: on the next day.'),
          upTo: choice(PRIORITIES, {
            says: 'Topics of this priority and of lower ones are sent only in windows that are about them; others always.',
            default: 'normal',
          }),
        },
        { says: 'Hours of each day.' },
      ),
      { says: 'When topics that are not urgent are sent. Without any: always.', default: [] },
    ),
  },
  {
    says: 'What records may use of the link, as sent: with envelopes and what is sent again, without TLS and TCP. Heartbeats and configuration come on top. Used up, records wait in the buffer.',
    checks: [
      {
        needs: ['timeZone'],
        run: ({ timeZone }, report) => {
          try {
            new Intl.DateTimeFormat('en', { timeZone });
          } catch {
            report('timeZone', {
              problem: `"${timeZone}" is no time zone`,
              allowed: 'write a name such as Europe/Berlin',
            });
          }
        },
      },
    ],
  },
);

const forward = section(
  {
    budget: optional(budget),
    lingerMs: duration({
      says: 'How long a record may wait for others to share a batch with, while the link is free.',
      default: '250ms',
      maximum: '1h',
    }),
    heartbeatMs: duration({
      says: 'How often the agent reports its state to the hub, beside the data.',
      default: '5s',
      minimum: '1s',
      maximum: '10m',
    }),
  },
  { says: 'How records are sent.' },
);

const seal = section(
  {
    codec: choice(['zstd', 'none'], {
      says: 'How batches are compressed, once: so they are kept, sent and written to central Kafka.',
      default: 'zstd',
    }),
    level: integer({
      says: 'For zstd: higher is smaller and slower.',
      default: 1,
      minimum: 1,
      maximum: 19,
    }),
  },
  { says: 'How records become batches.' },
);

const options = {
  edge: text<EdgeId>({
    says: "This agent's identity, unlike any other's. It must be the one that the hub's token stands for.",
    pattern: NAME,
    allowed: NAME_RULE,
    examples: ['store-217'],
  }),
  hub,
  buffer,
  seal,
  sources: list(source, { says: 'Where records come from.', minItems: 1 }),
  forward,
  telemetry: telemetryOptions,
};
type Root = Static<TObject<typeof options>>;

const namesDiffer: Check<Root> = {
  needs: ['sources'],
  run: ({ sources }, report) => {
    const seen = new Map<string, number>();
    sources.forEach((one, i) => {
      const [kind, { name }] = one.kafka ? (['kafka', one.kafka] as const) : (['http', one.http] as const);
      const before = seen.get(name);
      if (before === undefined) {
        seen.set(name, i);
        return;
      }
      const problem = `sources[${before}] is called "${name}" too`;
      report(`sources[${i}].${kind}.name`, { problem, allowed: 'give each source a name of its own' });
    });
  },
};

const addressesDiffer: Check<Root> = {
  needs: ['sources', 'telemetry'],
  run: ({ sources, telemetry }, report) => {
    const all: { at: string; address: ListenAddress }[] = sources.flatMap((one, i) =>
      one.http ? [{ at: `sources[${i}].http.listen`, address: one.http.listen }] : [],
    );
    if (telemetry.listen) all.push({ at: 'telemetry.listen', address: telemetry.listen });
    all.forEach(({ at, address }, i) => {
      const first = all.slice(0, i).find((other) => sameListen(other.address, address));
      if (first) report(at, { problem: `${listenText(address)} is taken by ${first.at}`, allowed: 'use another port' });
    });
  },
};

export const agentOptions = section(options, {
  says: 'An agent: reads local sources, keeps what it read, sends it to the hub.',
  checks: [namesDiffer, addressesDiffer],
});

/** As read: sizes in bytes, durations in ms, paths absolute, secrets wrapped, defaults filled in. */
export type AgentConfig = Static<typeof agentOptions>;
export type SourceConfig = AgentConfig['sources'][number];
export type TopicConfig = AgentConfig['buffer']['topics'][number];
export type KafkaSourceConfig = Static<typeof kafka>;
export type HttpSourceConfig = Static<typeof http>;
