/** The real MirrorMaker 2, asked what its properties are and what it makes of files: Kafka's own jars, in one Java. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findJava, kafkaJars } from '../../../../../deploy/dev/kafka/jars.ts';

type Texts = Readonly<Record<string, string>>;

export interface RealKey {
  readonly type: string;
  readonly default: string | null;
}

export interface RealPair {
  readonly connector: Texts;
  readonly worker: Texts;
  /** `source.consumer` and so on. */
  readonly clients: Readonly<Record<string, Texts>>;
}

export interface Answers {
  readonly defs: Readonly<Record<string, Readonly<Record<string, RealKey>>>>;
  readonly files: readonly { readonly pairs: Readonly<Record<string, RealPair>> }[];
  /** Null: Java throws. */
  readonly loaded: readonly (Texts | null)[];
}

const SOURCE = fileURLToPath(new URL('ConfigOracle.java', import.meta.url));
const run = promisify(execFile);

/** Why it can't be asked, or its answers. @param files for MirrorMaker 2; @param texts for Java's grammar alone */
export async function ask(files: readonly Buffer[], texts: readonly Buffer[] = []): Promise<Answers | string> {
  const java = await findJava();
  if (!java) return 'there is no Java 17';
  const jars = await kafkaJars();
  if (!jars) return 'there are no jars of Kafka, and no Maven to fetch them';
  const folder = mkdtempSync(join(tmpdir(), 'tributary-oracle-'));
  try {
    files.forEach((content, i) => {
      writeFileSync(join(folder, `${i}.mm2`), content);
    });
    texts.forEach((content, i) => {
      writeFileSync(join(folder, `${i}.properties`), content);
    });
    const limits = { maxBuffer: 256 * 1024 * 1024, timeout: 100_000 };
    const { stdout } = await run(java, ['-cp', jars, SOURCE, folder], limits);
    return JSON.parse(stdout.slice(stdout.indexOf('{'))) as Answers;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
