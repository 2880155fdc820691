/**
 * Which settings a copy gets. The source's own (not read-only, not secret, not from a broker's file) and not excluded are
 * set; what is at its default in the source is reset on the target, or set to the source's value where defaults come from the
 * source.
 *
 * Two settings are treated so that batches can be copied as bytes:
 *
 * - `compression.type`: the copy gets `producer`, whatever the source says: a broker that has a codec of its own would
 *   compress everything anew. Left alone where the exclude list names it.
 * - `message.timestamp.type`: a copy is made with `CreateTime`, so that the records keep their time. A copy that exists is set
 *   to it only where the exclude list does not name the setting; MirrorMaker 2's default list does.
 */
import type { ConfigEntry } from '../../../shared/kafka/index.ts';

export interface ConfigRules {
  /** The exclude list: false, and the target's value stays. */
  readonly accepts: (property: string) => boolean;
  readonly defaultsFrom: 'target' | 'source';
}

export interface ConfigChangePlan {
  /** As it is called on the target. */
  readonly topic: string;
  /** Null: back to the target's default. */
  readonly set: ReadonlyMap<string, string | null>;
  /** What is there now, of what changes. */
  readonly before: ReadonlyMap<string, string | null>;
}
export interface ConfigPlan {
  readonly changes: readonly ConfigChangePlan[];
  /** Where the target differs from what the source says, on purpose. */
  readonly notes: readonly { readonly topic: string; readonly note: string }[];
  /** Topics whose settings can't be read. */
  readonly left: readonly { readonly topic: string; readonly reason: string }[];
}

const COMPRESSION = 'compression.type';
const TIMESTAMP = 'message.timestamp.type';

/** What the target should have: a value, or null for its default. Settings that are not in it are left alone. */
function wanted(rules: ConfigRules, source: readonly ConfigEntry[]): Map<string, string | null> {
  const found = new Map<string, string | null>();
  for (const { name, value, source: from, readOnly, sensitive } of source) {
    if (readOnly || sensitive || from === 'brokerFile' || !rules.accepts(name)) continue;
    found.set(name, from === 'default' && rules.defaultsFrom === 'target' ? null : value);
  }
  return keptRaw(rules, found);
}

function keptRaw(rules: ConfigRules, settings: Map<string, string | null>): Map<string, string | null> {
  if (rules.accepts(COMPRESSION)) settings.set(COMPRESSION, 'producer');
  if (rules.accepts(TIMESTAMP)) settings.set(TIMESTAMP, 'CreateTime');
  return settings;
}

/** Settings that a copy is made with: only what has a value. */
export function configsForNewTopic(rules: ConfigRules, source: readonly ConfigEntry[]): Record<string, string> {
  const given = [...wanted(rules, source)].flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  return { ...Object.fromEntries(given), [TIMESTAMP]: 'CreateTime' };
}

export interface DescribedPair {
  readonly topic: string;
  readonly source: readonly ConfigEntry[];
  readonly target: readonly ConfigEntry[];
}

export function planConfigs(
  rules: ConfigRules,
  pairs: readonly DescribedPair[],
): Pick<ConfigPlan, 'changes' | 'notes'> {
  const changes: ConfigChangePlan[] = [];
  const notes: { topic: string; note: string }[] = [];
  for (const pair of pairs) {
    const change = changeOf(rules, pair);
    if (change.set.size > 0) changes.push(change);
    notes.push(...notesOf(rules, pair).map((note) => ({ topic: pair.topic, note })));
  }
  return { changes, notes };
}

function changeOf(rules: ConfigRules, { topic, source, target }: DescribedPair): ConfigChangePlan {
  const now = new Map(target.map((entry) => [entry.name, entry]));
  const set = new Map<string, string | null>();
  const before = new Map<string, string | null>();
  for (const [name, value] of wanted(rules, source)) {
    const there = now.get(name);
    // A newer source knows settings that the target does not.
    if (!there || !differs(there, value)) continue;
    set.set(name, value);
    before.set(name, there.value);
  }
  return { topic, set, before };
}

/** Only a topic's own setting can be taken away. */
const differs = (there: ConfigEntry, value: string | null): boolean =>
  value === null ? there.source === 'topic' : there.value !== value;

function notesOf(rules: ConfigRules, { source, target }: DescribedPair): string[] {
  const valueIn = (entries: readonly ConfigEntry[], name: string) =>
    entries.find((e) => e.name === name)?.value ?? null;
  const notes: string[] = [];
  const [compression, there] = [valueIn(source, COMPRESSION), valueIn(target, COMPRESSION)];
  if (rules.accepts(COMPRESSION) && compression !== null && compression !== 'producer') {
    notes.push(
      `${COMPRESSION} is ${compression} in the source and producer here: batches keep the codec that they have`,
    );
  } else if (!rules.accepts(COMPRESSION) && there !== null && there !== 'producer') {
    notes.push(`${COMPRESSION} is excluded and ${there}: the target's brokers compress every batch anew`);
  }
  const timestamps = valueIn(target, TIMESTAMP);
  if (!rules.accepts(TIMESTAMP) && timestamps === 'LogAppendTime') {
    notes.push(`${TIMESTAMP} is excluded and LogAppendTime: records get the time of the copy, not their own`);
  }
  return notes;
}
