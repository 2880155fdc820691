/** docs/reference/pull.md: the tables of properties and the options of hub.yaml, from their declarations. */
import { markdown } from '../../../shared/config/markdown.ts';
import { securityProperties, tuningProperties } from './clientProperties.ts';
import { pullOptions } from './flowOptions.ts';
import { flowProperties, ownProperties } from './flowProperties.ts';
import type { Property } from './property.ts';
import { restProperties, topProperties, workerProperties } from './workerProperties.ts';

export const PULL_EXAMPLE = `clusters:
  primary: { brokers: ["kafka-1.primary:9092"], ssl: true, sasl: { mechanism: scram-sha-512, username: pull, password: "\${env:P}" } }
  backup: { brokers: ["kafka-1.backup:9092"] }
flows:
  - source: primary
    target: backup
    topics: { include: ["orders.*", "billing"] }
    sync: { groupOffsets: { enabled: true, everyMs: 10s } }
`;

/** The whole page. */
export function pullPage(): string {
  const yaml = markdown(pullOptions, {
    title: 'Configuration of pulls',
    command: 'tributary pull FILE',
    example: PULL_EXAMPLE,
    see: "[the hub's configuration](hub.md)",
  });
  return `${yaml}\n${properties()}`;
}

const INTRODUCTION = `## MirrorMaker 2's properties

\`tributary pull mm2.properties\` reads the file of \`connect-mirror-maker.sh\`: the same grammar, the same precedence
(top level, then \`A.x\`, then \`A->B.x\`), the same config providers, the same \`--clusters\`. Defaults are those of Kafka
4.3.0; where ours differs, both are given. A property that is not in these tables does nothing, as in MirrorMaker 2, and is
named at the start with the nearest that is known. \`tributary pull FILE --print yaml\` shows the file as the options above,
\`--print properties\` the other way round; secrets are printed as the references that they came from, never as text.`;

const HEAD = '| property | type | default | meaning |\n| --- | --- | --- | --- |';

function properties(): string {
  const chapters = [
    chapter('Of the whole file', 'At the top level.', topProperties),
    chapter('Of flows', '`A->B.x` for one flow, `x` for all.', flowProperties),
    chapter(
      'Of our own',
      '`A->B.tributary.x` for one flow, `tributary.x` for all; MirrorMaker 2 ignores them.',
      ownProperties,
    ),
    chapter(
      'Of clusters',
      '`A.x` for all clients of a cluster, `A.consumer.x`, `A.producer.x`, `A.admin.x` for one kind, `A->B.source.consumer.x` and so on for one flow, `x` for all clusters.',
      securityProperties,
    ),
    chapter(
      'Of clients',
      'With the kind of client in front: `A.consumer.x`, `A.producer.x`, `A.admin.x`, `A->B.consumer.x`.',
      tuningProperties,
    ),
    chapter("Of MirrorMaker 2's workers", '`A.x`, for the flows into A.', workerProperties),
    withoutMeaning([
      ...flowProperties,
      ...securityProperties,
      ...tuningProperties,
      ...workerProperties,
      ...restProperties,
    ]),
  ];
  return `${[INTRODUCTION, ...chapters].join('\n\n')}\n`;
}

function chapter(title: string, about: string, all: readonly Property[]): string {
  const rows = all.filter(({ use }) => use.kind !== 'none').map(row);
  return `### ${title}\n\n${about}\n\n${[HEAD, ...rows].join('\n')}`;
}

const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

function row({ name, type, default: preset, here, says, use }: Property): string {
  const ours = here === null ? '' : `; here ${code(here)}`;
  const instead = use.kind === 'only' ? ` Otherwise a mistake: ${use.instead}.` : '';
  return `| \`${name}\` | ${type} | ${cell(code(preset ?? '') + ours)} | ${cell(says + instead)} |`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/^; /, '');

/** Grouped by reason. */
function withoutMeaning(all: readonly Property[]): string {
  const reasons = new Map<string, Set<string>>();
  for (const { name, use } of all) {
    if (use.kind !== 'none') continue;
    const names = reasons.get(use.why) ?? new Set();
    reasons.set(use.why, names.add(name));
  }
  const rows = [...reasons].map(
    ([why, names]) => `| ${[...names].map((name) => `\`${name}\``).join(', ')} | ${cell(why)} |`,
  );
  return `### Without meaning here\n\nRead, named once at the start, and otherwise without effect.\n\n| properties | because |\n| --- | --- |\n${rows.join('\n')}`;
}
