/** The hub's configuration: every option with its meaning, default and check. docs/reference/hub.md is made from it. */
import type { Static, TObject } from 'typebox';
import {
  type Check,
  choice,
  dictionary,
  duration,
  integer,
  integerOr,
  isLoopback,
  list,
  listen,
  listenText,
  optional,
  path,
  sameListen,
  section,
  text,
} from '../shared/config/index.ts';
import { kafkaOptions } from '../shared/config/kafkaOptions.ts';
import { telemetryOptions } from '../shared/config/telemetryOptions.ts';
import { TributaryError } from '../shared/errors.ts';
import { parseTemplate, Routes } from '../shared/names/index.ts';

const topicName = (says: string, name: string) =>
  text({
    says,
    default: name,
    pattern: /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,240}$/,
    allowed: 'write a topic name of letters, digits, ".", "_", "-"',
  });

const replicationFactor = (says: string) =>
  integer({ says: `${says} -1: what the cluster has as its default.`, default: -1, minimum: -1, maximum: 32_767 });

const tls = section(
  {
    cert: path({ says: 'PEM file with the certificate and those above it.', mustExist: true }),
    key: path({ says: 'PEM file with its private key.', mustExist: true }),
  },
  { says: 'TLS for `listen`. Needed unless that is a loopback address.' },
);

const edges = section(
  {
    tokens: path({
      says: 'YAML file with a line `edge: sha256:<hash>` for each edge, as `tributary token new` prints it; a list of hashes while a token is being changed. It is read again when it changes.',
      mustExist: true,
      examples: ['/etc/tributary/edges.yaml'],
    }),
  },
  { says: 'Which edges may send. Needed unless `listen` is a loopback address.' },
);

const operators = section(
  {
    tokens: path({
      says: 'As `edges.tokens`, for the people and tools that ask for the fleet status and decide about held epochs.',
      mustExist: true,
      examples: ['/etc/tributary/operators.yaml'],
    }),
  },
  { says: 'Who may look and decide.' },
);

const ledger = section(
  {
    topic: topicName(
      'The compacted topic that holds all that the hub remembers; beside it `<topic>.audit`.',
      'tributary.ledger',
    ),
    shards: integer({
      says: 'Partitions of that topic: into how many parts the edges are divided. It can never be changed afterwards.',
      default: 12,
      minimum: 1,
      maximum: 1_000,
    }),
    flows: topicName(
      'The compacted topic with the positions of pull flows (`flows:`), on the cluster that each flow writes into; beside it `<topic>.control` with what operators said. Hubs and `tributary pull --ledger` with the same one share the work.',
      'tributary.pulls',
    ),
    replicationFactor: replicationFactor('Copies of both topics, when the hub has to create them.'),
    auditRetentionMs: duration({
      says: 'How long the audit topic keeps marks and gaps one by one, set when the hub creates it.',
      default: '30d',
      minimum: '1h',
    }),
  },
  {
    says: "The hub's memory, in central Kafka.",
    checks: [
      {
        needs: ['replicationFactor'],
        run: ({ replicationFactor: copies }, report) => {
          if (copies === 0)
            report('replicationFactor', { problem: '0 copies hold nothing', allowed: 'write -1, or at least 1' });
        },
      },
    ],
  },
);

const route = section(
  {
    topic: text({
      says: 'Name of the target topic: text with `{topic}` and, as wanted, `{edge}` and `{group}`. Without `{edge}` edges share topics.',
      default: '{edge}.{topic}',
    }),
    partitions: integerOr(['source'], {
      says: 'Partitions of a target topic, when the hub has to create it. `source`: as many as the source topic has; only with `{edge}` in `topic`.',
      default: 'source',
      minimum: 1,
      maximum: 100_000,
    }),
    replicationFactor: replicationFactor('Copies of a target topic, when the hub has to create it.'),
    onRefused: choice(['deadLetter', 'quarantine'], {
      says: 'What happens to a batch that Kafka will never take (too large, a bad timestamp): it goes to the dead-letter topic, or the edge keeps it aside.',
      default: 'deadLetter',
    }),
  },
  {
    says: 'Where records land.',
    checks: [
      {
        needs: ['topic'],
        run: ({ topic }, report) => complain('topic', report, () => parseTemplate(topic)),
      },
    ],
  },
);

const routes = section(
  {
    default: route,
    groups: dictionary(
      list(text({ says: 'An edge name, or a pattern with `*`.', pattern: /^[a-z0-9*-]{1,63}$/ }), {
        says: 'Edges of the group.',
      }),
      {
        says: 'Groups of edges for `{group}`: name of the group, then edges or patterns such as `store-*`.',
        default: {},
      },
    ),
  },
  {
    says: 'Which target topics the edges write to.',
    checks: [
      {
        needs: ['default', 'groups'],
        run: (value, report) => complain('default', report, () => new Routes(value)),
      },
    ],
  },
);

/** A room's own check, as mistakes of the file. */
function complain(at: string, report: Parameters<Check<unknown>['run']>[1], check: () => unknown): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof TributaryError)) throw error;
    report(at, { problem: error.reason, ...(error.hint ? { allowed: error.hint.replace(/\.$/, '') } : {}) });
  }
}

const options = {
  name: optional(
    text({
      says: "This hub's name, unlike any other's that shares the ledger; by default the machine's host name. A hub that is started again under its name gets its shards back at once.",
      pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
      allowed: 'write letters, digits, ".", "_", "-", at most 100',
      examples: ['hub-1'],
    }),
  ),
  kafka: section(kafkaOptions, { says: 'The central Kafka cluster.' }),
  listen: listen({ says: 'Address that the agents and the fleet status are served at.', examples: ['0.0.0.0:8443'] }),
  tls: optional(tls),
  edges: optional(edges),
  operators: optional(operators),
  ledger,
  routes,
  verify: choice(['strict', 'envelope'], {
    says: 'How much of a batch is checked. `strict`: checksum, structure and the headers of every record, which decompresses it. `envelope`: checksum and structure only, for edges that you trust.',
    default: 'strict',
  }),
  deadLetter: section(
    {
      topic: topicName('Topic for batches that Kafka will never take, each as it was sealed.', 'tributary.dead-letter'),
    },
    { says: 'What could not be delivered.' },
  ),
  telemetry: telemetryOptions,
};
type Root = Static<TObject<typeof options>>;

const guarded: Check<Root> = {
  needs: ['listen'],
  run: ({ listen: address, tls: hasTls, edges: hasEdges }, report) => {
    if (isLoopback(address.host)) return;
    const open = `${listenText(address)} can be reached from other machines`;
    if (!hasTls) {
      const allowed = 'set tls: { cert: ..., key: ... }, or listen on 127.0.0.1';
      report('tls', { problem: `is missing, and ${open}`, allowed });
    }
    if (!hasEdges) {
      const allowed = 'set edges: { tokens: ... } ("tributary token new" makes one), or listen on 127.0.0.1';
      report('edges.tokens', { problem: `is missing, and ${open}`, allowed });
    }
  },
};

const addressesDiffer: Check<Root> = {
  needs: ['listen', 'telemetry'],
  run: ({ listen: address, telemetry }, report) => {
    if (telemetry.listen && sameListen(address, telemetry.listen)) {
      const problem = `${listenText(telemetry.listen)} is taken by listen`;
      report('telemetry.listen', { problem, allowed: 'use another port' });
    }
  },
};

const topicsDiffer: Check<Root> = {
  needs: ['ledger', 'deadLetter'],
  run: ({ ledger: { topic, flows }, deadLetter }, report) => {
    const own = [topic, `${topic}.audit`, deadLetter.topic];
    if ([flows, `${flows}.control`, `${flows}.deadletter`].some((name) => own.includes(name))) {
      report('ledger.flows', {
        problem: `"${flows}" is not apart from the hub's own topics`,
        allowed: 'use another name',
      });
    }
    if (deadLetter.topic === topic || deadLetter.topic === `${topic}.audit`) {
      report('deadLetter.topic', {
        problem: `"${deadLetter.topic}" is a topic of the ledger`,
        allowed: 'use another name',
      });
    }
  },
};

export const hubOptions = section(options, {
  says: 'A hub: takes what the agents send and writes it into central Kafka.',
  checks: [guarded, addressesDiffer, topicsDiffer],
});

/** As read: sizes in bytes, durations in ms, paths absolute, secrets wrapped, defaults filled in. */
export type HubConfig = Static<typeof hubOptions>;
