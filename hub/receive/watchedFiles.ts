import { readFile, stat } from 'node:fs/promises';
import { reasonOf, TributaryError } from '../../shared/errors.ts';
import type { Job, Jobs } from '../../shared/telemetry/jobs.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { fileReloaded, fileUnusable } from './events.ts';

export interface WatchedSettings<T> {
  /** What is in them, for people: `edge tokens`. */
  readonly what: string;
  readonly paths: readonly string[];
  /** Makes a value of the files' texts, in the order of `paths`. What it throws is the reason for keeping the old one. */
  readonly parse: (texts: readonly string[]) => T;
  /** What to do where they can't be used at the start. */
  readonly hint?: string;
  readonly telemetry: Telemetry;
  readonly jobs: Jobs;
  /** How often the files are looked at. */
  readonly everyMs: number;
}

/**
 * A value read from files, and read again when they change. Looked at by name and not watched: secrets that are mounted
 * into a container are replaced through links, which a watch on the file does not see. A file that became unusable
 * leaves the value as it was, and says so once for each change. A change counts when two looks have seen the same: a file
 * that is being written is not read half.
 */
export class WatchedFiles<T> {
  readonly #settings: WatchedSettings<T>;
  #value: T;
  #seen: string;
  /** How the files looked the last time, where that was new. */
  #changing: string | null = null;
  readonly #job: Job;
  /** Called with each new value. */
  onChange: ((value: T) => void) | null = null;

  private constructor(settings: WatchedSettings<T>, seen: string, value: T) {
    this.#settings = settings;
    this.#seen = seen;
    this.#value = value;
    const name = `watch_${settings.what.replaceAll(' ', '_')}`;
    this.#job = settings.jobs.start({ name, everyMs: settings.everyMs, run: () => this.#look() });
  }

  /** @throws TributaryError `configInvalid` (or what `parse` throws of that kind): unusable the first time */
  static async open<T>(settings: WatchedSettings<T>): Promise<WatchedFiles<T>> {
    try {
      const seen = await fingerprint(settings.paths);
      return new WatchedFiles(settings, seen, await read(settings));
    } catch (error) {
      throw error instanceof TributaryError ? error : unusable(settings, error);
    }
  }

  get value(): T {
    return this.#value;
  }

  /** Looks now, whether or not the files seem to have changed. */
  async reload(): Promise<void> {
    await this.#job.runNow();
    this.#seen = '';
    this.#changing = await fingerprint(this.#settings.paths).catch(reasonOf);
    await this.#job.runNow();
  }

  close(): Promise<void> {
    return this.#job.close();
  }

  async #look(): Promise<void> {
    const { what, paths, telemetry } = this.#settings;
    const now = await fingerprint(paths).catch(reasonOf);
    const isNew = now !== this.#seen;
    const isStill = now === this.#changing;
    this.#changing = isNew ? now : null;
    if (!isNew || !isStill) return;
    this.#seen = now;
    try {
      this.#value = await read(this.#settings);
      this.onChange?.(this.#value);
      telemetry.emit(fileReloaded, { what, paths });
    } catch (error) {
      telemetry.emit(fileUnusable, { what, paths, reason: reasonOf(error) });
    }
  }
}

type Naming = Pick<WatchedSettings<unknown>, 'what' | 'paths' | 'hint'>;

function unusable({ what, paths, hint }: Naming, cause: unknown): TributaryError {
  return new TributaryError({
    code: 'configInvalid',
    operation: `read ${what}`,
    subject: paths.join(' and '),
    reason: reasonOf(cause),
    hint: hint ?? 'Write what belongs there, readable for this user.',
    retry: 'final',
    cause,
  });
}

async function read<T>(settings: WatchedSettings<T>): Promise<T> {
  return settings.parse(await Promise.all(settings.paths.map((path) => readFile(path, 'utf8'))));
}

async function fingerprint(paths: readonly string[]): Promise<string> {
  const stats = await Promise.all(paths.map((path) => stat(path, { bigint: true })));
  return stats.map((s) => `${s.dev}:${s.ino}:${s.size}:${s.mtimeNs}`).join(' ');
}
