import { type Clock, systemClock } from '../../../shared/clock.ts';
import type { AclBinding } from '../../../shared/kafka/index.ts';
import { Job, type JobState } from '../../../shared/telemetry/jobs.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import { applyAcls, applyConfigs, applyTopics, type Failure } from './apply.ts';
import {
  aclsSynced,
  configsSynced,
  noAuthorizer,
  rulesUnseen,
  syncNoted,
  syncRefused,
  topicsSynced,
} from './events.ts';
import {
  existing,
  type FlowRules,
  flowOf,
  type NoRules,
  readAclPlan,
  readConfigPlan,
  readNewTopicConfigs,
  readTopicPlan,
  withHidden,
} from './plan.ts';
import { printPlan, unseenText } from './print.ts';
import { afterwards, type TopicPair, type TopicPlan } from './topics.ts';

export interface FlowSyncOptions extends FlowRules {
  readonly telemetry: Telemetry;
  readonly clock?: Clock;
  /** Whether access rules were seen when it was looked last: that they are not is said once. Default: as at the start. */
  readonly seesRules?: { value: boolean };
  /** Null: only once, at the start. */
  readonly everyMs: { readonly topics: number | null; readonly configs: number; readonly acls: number };
  /** Hears of all accepted topics whose copies are there, whenever that has changed. */
  readonly onTopics: (pairs: readonly TopicPair[]) => void;
}

/** The longest that a timer can be, more than three weeks: only when asked. */
const NEVER_MS = 2 ** 31 - 1;
/** Notes that are remembered as said. */
const NOTES = 1_000;

const NOTHING: TopicPlan = { pairs: [], create: [], grow: [], larger: [], left: [] };

/** Keeps one flow's topics, settings and access rules alike, each at its interval. */
export class FlowSync {
  readonly #options: FlowSyncOptions;
  readonly #jobs: Job[] = [];
  #topicsJob: Job | null = null;
  #topics: TopicPlan = NOTHING;
  #told = '';
  #acls: readonly AclBinding[] = [];
  readonly #seesRules: { value: boolean };
  #again = false;
  #noted = new Set<string>();

  private constructor(options: FlowSyncOptions) {
    this.#options = options;
    this.#seesRules = options.seesRules ?? { value: true };
  }

  /** Brings the target up to the source once, then goes on. @throws TributaryError `brokerUnavailable`, `brokerRefused` */
  static async open(options: FlowSyncOptions): Promise<FlowSync> {
    const sync = new FlowSync(options);
    await sync.syncTopics();
    if (options.sync.acls) await sync.syncAcls();
    if (options.sync.configs) await sync.syncConfigs();
    sync.#start();
    return sync;
  }

  #start(): void {
    const { everyMs, sync, telemetry, clock = systemClock } = this.#options;
    const start = (name: string, ms: number, run: () => Promise<void>): Job => {
      const job = new Job({ name, everyMs: ms, timeoutMs: Math.max(60_000, ms), run }, telemetry, clock);
      this.#jobs.push(job);
      return job;
    };
    this.#topicsJob = start('pull_topics', everyMs.topics ?? NEVER_MS, () => this.syncTopics());
    if (sync.acls) start('pull_acls', everyMs.acls, () => this.syncAcls());
    if (sync.configs) start('pull_configs', everyMs.configs, () => this.syncConfigs());
  }

  states(): JobState[] {
    return this.#jobs.map((job) => job.state());
  }

  async close(): Promise<void> {
    await Promise.all(this.#jobs.map((job) => job.close()));
  }

  /** The rules of what is accepted have changed: looks now, not at its interval. */
  topicsChanged(): void {
    const job = this.#topicsJob;
    if (!job || this.#again) return;
    // One that is under way may have asked before the change.
    this.#again = job.state().running;
    const looked = job.runNow();
    if (this.#again)
      void looked.then(() => {
        this.#again = false;
        return job.runNow();
      });
  }

  async syncTopics(): Promise<void> {
    const plan = await withHidden(this.#options, await readTopicPlan(this.#options), existing(this.#topics));
    const refused = plan.create.length + plan.grow.length > 0 ? await this.#applyTopics(plan) : new Set<string>();
    this.#note(plan);
    this.#topicsAre(afterwards(plan, refused));
    const ready = existing(this.#topics);
    const text = ready
      .map((pair) => `${pair.source}/${pair.partitions}/${pair.target}/${pair.sourceId ?? ''}`)
      .join(',');
    if (text !== this.#told) this.#options.onTopics(ready);
    this.#told = text;
  }

  /** Rules of a copy that its topic has left behind, for one of a later number, stay as they are. */
  #topicsAre(topics: TopicPlan): void {
    const now = new Map(topics.pairs.map(({ source, target }) => [source, target]));
    const left = this.#topics.pairs.filter(({ source, target }) => (now.get(source) ?? target) !== target);
    const names = new Set(left.map(({ target }) => target));
    this.#acls = this.#acls.filter(({ resourceName }) => !names.has(resourceName));
    this.#topics = topics;
  }

  /** What was refused. */
  async #applyTopics(plan: TopicPlan): Promise<Set<string>> {
    const { target, replicationFactor, telemetry } = this.#options;
    const configs = await readNewTopicConfigs(this.#options, plan.create);
    const { done, failures } = await applyTopics(target, plan, {
      replicationFactor,
      configsOf: (topic) => configs.get(topic) ?? {},
    });
    const doneOf = (pairs: readonly TopicPair[]) => pairs.map((pair) => pair.target).filter((name) => done.has(name));
    const [created, grown] = [doneOf(plan.create), doneOf(plan.grow)];
    const changes = created.length + grown.length;
    if (changes > 0) telemetry.emit(topicsSynced, { flow: flowOf(this.#options), changes, created, grown });
    this.#refused('topics', failures);
    return new Set(failures.map(({ subject }) => subject));
  }

  async syncConfigs(): Promise<void> {
    const plan = await readConfigPlan(this.#options, existing(this.#topics));
    this.#note(this.#topics, plan);
    if (plan.changes.length === 0) return;
    const failures = await applyConfigs(this.#options.target, plan);
    const refused = new Set(failures.map(({ subject }) => subject));
    const topics = plan.changes.map(({ topic }) => topic).filter((topic) => !refused.has(topic));
    const facts = { flow: flowOf(this.#options), changes: topics.length, topics };
    if (topics.length > 0) this.#options.telemetry.emit(configsSynced, facts);
    this.#refused('settings', failures);
  }

  async syncAcls(): Promise<void> {
    const { target, telemetry } = this.#options;
    const plan = await readAclPlan(this.#options, this.#topics, this.#acls);
    if (!('create' in plan)) {
      if (this.#seesRules.value) this.#sayNoRules(plan);
      this.#seesRules.value = false;
      return;
    }
    this.#seesRules.value = true;
    const failures = await applyAcls(target, plan);
    // What could not be taken away stays on the list.
    this.#acls = failures.length === 0 ? plan.wanted : [...plan.wanted, ...plan.remove];
    const [created, removed] = [plan.create.length, plan.remove.length];
    const changes = created + removed - failures.length;
    if (changes > 0) telemetry.emit(aclsSynced, { flow: flowOf(this.#options), changes, created, removed });
    this.#refused('access rules', failures);
  }

  #sayNoRules(found: NoRules): void {
    const { telemetry } = this.#options;
    const flow = flowOf(this.#options);
    if ('noAuthorizer' in found) telemetry.emit(noAuthorizer, { flow, where: found.noAuthorizer });
    else telemetry.emit(rulesUnseen, { flow, where: found.unseen, says: unseenText(found) });
  }

  #refused(what: string, failures: readonly Failure[]): void {
    const [first] = failures;
    if (!first) return;
    this.#options.telemetry.emit(syncRefused, { flow: flowOf(this.#options), what, failed: failures.length, ...first });
  }

  /** What a plan remarks is said when it is new. */
  #note(topics: TopicPlan, configs: Parameters<typeof printPlan>[0]['configs'] = null): void {
    const flow = flowOf(this.#options);
    const newTopics = { replicationFactor: 0, configsOf: () => ({}) };
    const lines = printPlan({ flow, topics, newTopics, configs, acls: null });
    for (const line of lines.filter((text) => text.startsWith('  # '))) {
      const note = line.slice(4);
      if (this.#noted.has(note)) continue;
      if (this.#noted.size >= NOTES) this.#noted = new Set();
      this.#noted.add(note);
      this.#options.telemetry.emit(syncNoted, { flow, note });
    }
  }
}
