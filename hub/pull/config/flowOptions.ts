/** Flows as hub.yaml says them. Meanings and defaults are those of the properties, declared once. */
import type { Static, TObject } from 'typebox';
import {
  type Check,
  choice,
  dictionary,
  duration,
  flag,
  integer,
  list,
  optional,
  section,
  size,
  text,
} from '../../../shared/config/index.ts';
import { clientOptions } from './clientOptions.ts';
import { flowProperties, NO_NEW_COPY, ownProperties } from './flowProperties.ts';
import { checkPatterns } from './patterns.ts';
import { listOf, type Property } from './property.ts';
import { START_AT_ALLOWED, START_AT_PATTERN } from './startAt.ts';

const PROPERTIES: ReadonlyMap<string, Property> = new Map(
  [...flowProperties, ...ownProperties].map((property) => [property.name, property]),
);

function property(name: string): Property {
  const found = PROPERTIES.get(name);
  if (!found) throw new Error(`${name} is not declared`);
  return found;
}

const presetOf = (name: string): string => property(name).here ?? property(name).default ?? '';
const says = (name: string): string => property(name).says.replace(/ Seconds; below 0 .*$/, '');

const flagOf = (name: string) => flag({ says: says(name), default: presetOf(name) === 'true' });
const wordOf = <W extends string>(name: string, words: readonly W[]) =>
  choice(words, { says: says(name), default: presetOf(name) as W });
const copiesOf = (name: string) =>
  integer({ says: says(name), default: Number(presetOf(name)), minimum: -1, maximum: 32_767 });
const everyOf = (name: string) =>
  duration({ says: `${says(name)} Whole seconds.`, default: `${presetOf(name)}s`, minimum: '1s' });

const pattern = text({
  says: 'A name, or a regular expression for whole names.',
  pattern: /^[^\s,]([^,]*[^\s,])?$/,
  allowed: 'write one name or expression, without a comma',
});
const patternsOf = (name: string) => list(pattern, { says: says(name), default: listOf(presetOf(name)) });

const wholeSeconds: Check<{ readonly everyMs: number }> = {
  needs: ['everyMs'],
  run: ({ everyMs }, report) => {
    if (everyMs % 1_000 !== 0) report('everyMs', { problem: 'is not whole seconds', allowed: 'write 1s, 10s, 5m' });
  },
};

/** `x.enabled` and `x.interval.seconds`. */
const repeated = (name: string) => ({
  enabled: flagOf(`${name}.enabled`),
  everyMs: everyOf(`${name}.interval.seconds`),
});

function patternsFit<N extends string>(...names: readonly N[]): Check<{ readonly [k in N]: readonly string[] }> {
  return {
    needs: names,
    run: (value, report) => {
      for (const name of names) {
        const wrong = checkPatterns(value[name]);
        if (wrong) report(wrong.at === null ? name : `${name}[${wrong.at}]`, wrong);
      }
    },
  };
}

const filterOf = (name: string, meaning: string) =>
  section(
    { include: patternsOf(name), exclude: patternsOf(`${name}.exclude`) },
    { says: meaning, checks: [patternsFit('include', 'exclude')] },
  );

/** A client of its own, whole: nothing is taken from the cluster's. */
const clientBeside = (meaning: string) => optional(section(clientOptions, { says: meaning }));
const clientsBeside = (whose: string) =>
  optional(
    section(
      {
        consumer: clientBeside(`Reads from ${whose}.`),
        producer: clientBeside(`Writes into ${whose}.`),
        admin: clientBeside(`Creates and changes topics of ${whose}.`),
      },
      { says: `Clients of ${whose}, each whole, instead of those of the cluster.` },
    ),
  );

const ALIAS = {
  pattern: /^[A-Za-z0-9._-]{1,200}$/,
  allowed: 'write letters, digits, ".", "_", "-": it becomes part of topic names',
};

/** Named after properties, where one of them says the same. */
const rates = (bytes?: string, records?: string) => ({
  maxBytesPerSecond: optional(
    size({ says: bytes ? says(bytes) : 'It is not faster than this.', minimum: '1B', maximum: '1000TB' }),
  ),
  maxRecordsPerSecond: optional(
    integer({ says: records ? says(records) : 'No more records are copied than this.', minimum: 1 }),
  ),
});

const flowOptions = {
  source: text({ says: 'Alias of the cluster that is copied from.', ...ALIAS }),
  target: text({ says: 'Alias of the cluster that is copied into.', ...ALIAS }),
  enabled: flag({
    says: 'False: nothing is copied; heartbeats are still written, unless they are off.',
    default: true,
  }),
  topics: filterOf('topics', 'Which topics are copied.'),
  groups: filterOf('groups', 'Of which consumer groups offsets are translated.'),
  naming: section(
    {
      policy: choice(['default', 'identity'], {
        says: 'How copies are named: `default`, with the alias of the source in front; `identity`, the same.',
        default: 'default',
      }),
      separator: text({
        says: says('replication.policy.separator'),
        default: presetOf('replication.policy.separator'),
        pattern: /^[A-Za-z0-9._-]+$/,
        allowed: 'write letters, digits, ".", "_", "-"',
      }),
      internalTopics: flagOf('replication.policy.internal.topic.separator.enabled'),
    },
    { says: 'Names of topics on the target.' },
  ),
  replicationFactor: copiesOf('replication.factor'),
  delivery: wordOf('tributary.delivery', ['exactlyOnce', 'atLeastOnce']),
  from: text({
    says: 'Where a partition without a position begins: `earliest`, `latest`, `by_duration:PT1H` (the first record that is not older than that), or `none`: it stops, until somebody resumes it.',
    default: 'earliest',
    pattern: START_AT_PATTERN,
    allowed: START_AT_ALLOWED,
  }),
  isolation: choice(['readUncommitted', 'readCommitted'], {
    says: '`readCommitted` leaves out aborted transactions of the source.',
    default: 'readUncommitted',
  }),
  fetch: section(
    {
      maxBytes: optional(size({ says: 'Of one answer of a source broker.', minimum: '1B', maximum: '2147483647B' })),
      partitionMaxBytes: optional(size({ says: 'Of one partition in it.', minimum: '1B', maximum: '2147483647B' })),
      minBytes: optional(size({ says: 'A source broker waits for so much.', minimum: '1B', maximum: '2147483647B' })),
      maxWaitMs: optional(duration({ says: 'How long it waits.', maximum: '24d' })),
      rack: optional(text({ says: 'Rack to read from, where brokers answer from near replicas.' })),
    },
    { says: 'How the source is read; what is left out is as the copy finds best.' },
  ),
  refresh: section(
    {
      topics: section(repeated('refresh.topics'), { says: 'New topics and partitions.', checks: [wholeSeconds] }),
      groups: section(repeated('refresh.groups'), { says: 'New consumer groups.', checks: [wholeSeconds] }),
    },
    { says: 'How new things are noticed.' },
  ),
  sync: section(
    {
      configs: section(
        {
          ...repeated('sync.topic.configs'),
          exclude: patternsOf('config.properties.exclude'),
          useDefaultsFrom: wordOf('use.defaults.from', ['source', 'target']),
        },
        { says: "The topics' settings.", checks: [wholeSeconds] },
      ),
      acls: section(
        { ...repeated('sync.topic.acls'), deletions: flagOf('tributary.sync.topic.acls.deletions') },
        { says: 'ACLs of topics.', checks: [wholeSeconds] },
      ),
      groupOffsets: section(repeated('sync.group.offsets'), {
        says: 'Offsets of consumer groups.',
        checks: [wholeSeconds],
      }),
    },
    { says: 'What is taken over from the source beside records.' },
  ),
  heartbeats: section(
    {
      ...repeated('emit.heartbeats'),
      replicationFactor: copiesOf('heartbeats.topic.replication.factor'),
      replicated: flagOf('heartbeats.replication.enabled'),
    },
    { says: 'Heartbeats on the target.', checks: [wholeSeconds] },
  ),
  offsetSyncs: section(
    {
      enabled: flagOf('emit.offset-syncs.enabled'),
      location: wordOf('offset-syncs.topic.location', ['source', 'target']),
      lagMax: integer({ says: says('offset.lag.max'), default: Number(presetOf('offset.lag.max')), minimum: 0 }),
      replicationFactor: copiesOf('offset-syncs.topic.replication.factor'),
    },
    { says: "Which offset here is which there, in MirrorMaker 2's form." },
  ),
  checkpoints: section(
    { ...repeated('emit.checkpoints'), replicationFactor: copiesOf('checkpoints.topic.replication.factor') },
    { says: "Translated offsets of groups, in MirrorMaker 2's form.", checks: [wholeSeconds] },
  ),
  adminTimeoutMs: duration({
    says: 'How long an administrative request may take.',
    default: `${presetOf('admin.timeout.ms')}ms`,
    minimum: '1ms',
  }),
  mm2OffsetsTopic: optional(
    text({
      says: "The topic on the target that has MirrorMaker 2's positions, read when the flow starts, and kept up as `mm2Positions` says; by default `mm2-offsets.<source>.internal`.",
      pattern: /^[A-Za-z0-9._-]{1,249}$/,
      allowed: 'write a topic name',
    }),
  ),
  mm2Positions: wordOf('tributary.mm2.positions', ['auto', 'always', 'never']),
  onRecordTooLarge: wordOf('tributary.on.record.too.large', ['hold', 'deadLetter']),
  onTopicRecreated: wordOf('tributary.on.topic.recreated', ['stop', 'follow', 'new']),
  provenanceHeaders: flagOf('tributary.provenance.headers'),
  ...rates('tributary.max.bytes.per.second', 'tributary.max.records.per.second'),
  topicLimits: dictionary(section(rates(), { says: 'Of one topic.' }), {
    says: 'Rates of topics by name; `*`: each that is not named, by itself.',
    default: {},
  }),
  clients: section(
    { source: clientsBeside('the source'), target: clientsBeside('the target') },
    { says: 'Clients that differ from those of the clusters, for this flow only.' },
  ),
};
export type FlowConfig = Static<TObject<typeof flowOptions>>;
const { clients: _clients, ...addedOptions } = flowOptions;
type AddedFlow = Static<TObject<typeof addedOptions>>;

const clusterOptions = {
  ...clientOptions,
  consumer: clientBeside('Reads, instead of the client above.'),
  producer: clientBeside('Writes, instead of the client above.'),
  admin: clientBeside('Creates and changes topics, instead of the client above.'),
};
export type ClusterConfig = Static<TObject<typeof clusterOptions>>;

const copiesFit: Check<AddedFlow> = {
  needs: ['replicationFactor', 'heartbeats', 'offsetSyncs', 'checkpoints'],
  run: (flow, report) => {
    const places = {
      replicationFactor: flow.replicationFactor,
      'heartbeats.replicationFactor': flow.heartbeats.replicationFactor,
      'offsetSyncs.replicationFactor': flow.offsetSyncs.replicationFactor,
      'checkpoints.replicationFactor': flow.checkpoints.replicationFactor,
    };
    for (const [at, copies] of Object.entries(places)) {
      if (copies === 0) report(at, { problem: '0 copies hold nothing', allowed: 'write -1, or at least 1' });
    }
  },
};

const syncsFit: Check<AddedFlow> = {
  needs: ['enabled', 'offsetSyncs', 'checkpoints', 'sync'],
  run: ({ enabled, offsetSyncs, checkpoints, sync }, report) => {
    if (!enabled) return;
    const allowed = 'turn it off, or offsetSyncs on';
    if (!offsetSyncs.enabled && checkpoints.enabled)
      report('checkpoints.enabled', { problem: 'needs offset syncs', allowed });
    if (sync.groupOffsets.enabled && !checkpoints.enabled) {
      report('sync.groupOffsets.enabled', { problem: 'needs checkpoints', allowed: 'turn it off, or checkpoints on' });
    }
  },
};

/** A flow on its own, for those that are added while others run: it names clusters of the file, and holds nothing secret. */
export const addedFlowOptions = section(addedOptions, {
  says: 'A flow.',
  checks: [copiesFit, syncsFit, patternsFitConfigs()],
});

/** The parts of a file that are about pulls: `section({ ...pullParts, ... })`. */
export const pullParts = {
  clusters: dictionary(section(clusterOptions, { says: 'A cluster.' }), { says: 'Clusters by alias.' }),
  flows: list(
    section(flowOptions, {
      says: 'A flow.',
      checks: [copiesFit, syncsFit, patternsFitConfigs()],
    }),
    { says: 'Flows, each from one cluster into another. Pairs that are not here do nothing.', minItems: 1 },
  ),
};

function patternsFitConfigs(): Check<AddedFlow> {
  return {
    needs: ['sync'],
    run: ({ sync }, report) => {
      patternsFit('exclude').run(sync.configs, (at, wrong) => report(`sync.configs.${at}`, wrong));
    },
  };
}

export interface PullConfig {
  readonly clusters: Readonly<Record<string, ClusterConfig>>;
  readonly flows: readonly FlowConfig[];
}

/** Over both parts. */
export const pairsFit: Check<PullConfig> = {
  needs: ['clusters', 'flows'],
  run: ({ clusters, flows }, report) => {
    const seen = new Set<string>();
    for (const alias of Object.keys(clusters)) {
      if (!ALIAS.pattern.test(alias)) report('clusters', { problem: `has "${alias}"`, allowed: ALIAS.allowed });
    }
    flows.forEach(({ source, target, enabled, onTopicRecreated, naming }, i) => {
      if (enabled && onTopicRecreated === 'new' && naming.policy === 'identity')
        report(`flows[${i}].onTopicRecreated`, NO_NEW_COPY);
      for (const [name, alias] of [
        ['source', source],
        ['target', target],
      ] as const) {
        if (Object.hasOwn(clusters, alias)) continue;
        report(`flows[${i}].${name}`, {
          problem: `"${alias}" is not in clusters`,
          allowed: `known: ${Object.keys(clusters).join(', ')}`,
        });
      }
      if (source === target)
        report(`flows[${i}].target`, { problem: 'is the source', allowed: 'write another cluster' });
      if (seen.has(`${source}->${target}`))
        report(`flows[${i}]`, { problem: `${source}->${target} is there twice`, allowed: 'keep one' });
      seen.add(`${source}->${target}`);
    });
  },
};

export const pullOptions = section(pullParts, {
  says: 'Pulls: whole clusters, or parts of them, copied as they are.',
  checks: [pairsFit],
});
