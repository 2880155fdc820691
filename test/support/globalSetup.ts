/**
 * One Kafka for the whole run, started when the first test file asks for it (by `test/support/kafka.ts`), so that unit
 * tests alone do not wait. With `TRIBUTARY_TEST_BROKERS` those brokers are used and nothing is started.
 *
 * Talk between here and the workers, through files in a folder that the workers are told: a worker writes `wanted`;
 * this side answers with `ready` (the addresses) or `failed` (why not).
 */
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type LocalKafka, startKafka } from '../../deploy/dev/kafka/launch.ts';
import { reasonOf } from '../../shared/errors.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the talk about the run's Kafka; empty where brokers were named. */
    kafkaRun: string;
  }
}

const LOOK_EVERY_MS = 100;

export default function setup(project: TestProject): () => Promise<void> {
  if (process.env.TRIBUTARY_TEST_BROKERS) {
    project.provide('kafkaRun', '');
    return async () => {};
  }
  const run = mkdtempSync(join(tmpdir(), 'tributary-test-'));
  project.provide('kafkaRun', run);
  let starting: Promise<LocalKafka | null> | null = null;
  const watch = setInterval(() => {
    if (starting || !existsSync(join(run, 'wanted'))) return;
    clearInterval(watch);
    starting = start(run);
  }, LOOK_EVERY_MS);
  watch.unref();
  // Ctrl-C ends the process without the teardown; the broker is stopped by its own handler.
  const remove = (): void => rmSync(run, { recursive: true, force: true, maxRetries: 3 });
  process.once('exit', remove);
  return async () => {
    clearInterval(watch);
    await (await starting)?.stop();
    remove();
    process.removeListener('exit', remove);
  };
}

async function start(run: string): Promise<LocalKafka | null> {
  try {
    const kafka = await startKafka({ dir: join(run, 'kafka'), onProgress: (line) => console.error(`[kafka] ${line}`) });
    say(run, 'ready', kafka.brokers.join(','));
    return kafka;
  } catch (error) {
    say(run, 'failed', reasonOf(error));
    return null;
  }
}

/** Whole or not at all. */
function say(run: string, name: 'ready' | 'failed', text: string): void {
  writeFileSync(join(run, `${name}.part`), text);
  renameSync(join(run, `${name}.part`), join(run, name));
}
