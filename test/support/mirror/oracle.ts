/** The real MirrorMaker 2 as somebody to ask: small Java programs against the jars of Kafka's own release. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findJava, kafkaJars } from '../../../deploy/dev/kafka/launch.ts';

const run = promisify(execFile);
const FLAGS = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m', '-Dslf4j.provider=none'];
const ANSWERS_WITHIN_MS = 120_000;

export interface MirrorOracle {
  /** One answer a question, in their order. */
  ask(questions: readonly string[], args?: readonly string[]): Promise<string[]>;
  close(): void;
}

/** Why the real MirrorMaker 2 can't be asked here, in words for a skipped test. */
export type NoOracle = { readonly missing: string };

/** Compiles `test/support/mirror/<name>.java`. */
export async function mirrorOracle(name: string): Promise<MirrorOracle | NoOracle> {
  const java = await findJava();
  if (!java) return { missing: 'no Java 17 or newer here, so the real MirrorMaker 2 is not asked' };
  const jars = await kafkaJars();
  if (!jars) return { missing: 'no Maven here to fetch Kafka, so the real MirrorMaker 2 is not asked' };
  const dir = mkdtempSync(join(tmpdir(), 'tributary-oracle-'));
  const close = (): void => rmSync(dir, { recursive: true, force: true });
  const source = fileURLToPath(new URL(`./${name}.java`, import.meta.url));
  const compiler = [
    '-m',
    'jdk.compiler/com.sun.tools.javac.Main',
    '-proc:none',
    '-cp',
    expanded(jars),
    '-d',
    dir,
    source,
  ];
  try {
    await run(java, [...FLAGS, ...compiler], { timeout: ANSWERS_WITHIN_MS });
  } catch (error) {
    close();
    const text = error instanceof Error ? error.message : String(error);
    if (/jdk\.compiler/.test(text) && /not found/.test(text)) return { missing: 'this Java has no compiler (a JRE)' };
    throw error;
  }
  const command = [...FLAGS, '-cp', [dir, jars].join(delimiter), `org.apache.kafka.connect.mirror.${name}`];
  return { ask: (questions, args = []) => ask(java, [...command, ...args], questions), close };
}

/** Only the launcher of Java understands `folder/*`, its compiler called this way does not. */
function expanded(jars: string): string {
  const folder = dirname(jars);
  const files = readdirSync(folder).filter((file) => file.endsWith('.jar'));
  return files.map((file) => join(folder, file)).join(delimiter);
}

function ask(java: string, args: readonly string[], questions: readonly string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(java, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: ANSWERS_WITHIN_MS });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err = (err + text).slice(-4_000);
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      const answers = out.split('\n').slice(0, -1);
      if (code === 0 && answers.length >= questions.length) resolve(answers);
      else reject(new Error(`the oracle ended with ${code} after ${answers.length} answers: ${err}`));
    });
    child.stdin.end(questions.map((question) => `${question}\n`).join(''));
  });
}
