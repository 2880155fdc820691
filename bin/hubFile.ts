/** hub.yaml: the hub's own options, and `clusters:` and `flows:` of what it pulls, judged together. */
import { type HubConfig, hubOptions } from '../hub/config.ts';
import { type PullSettings, pullParts, readPullYaml } from '../hub/pull/config/index.ts';
import { ConfigError, parseConfig, readText, topLevelKeys } from '../shared/config/index.ts';

export interface HubFile {
  readonly config: HubConfig;
  /** Null: it pulls nothing. */
  readonly flows: PullSettings | null;
}

const PULLS = Object.keys(pullParts);

/** @throws ConfigError with every mistake of both */
export function loadHub(file: string): HubFile {
  const text = readText(file);
  const pulls = topLevelKeys(text).some((key) => PULLS.includes(key));
  const mistakes: ConfigError[] = [];
  const read = <T>(part: () => T): T | null => {
    try {
      return part();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      mistakes.push(error);
      return null;
    }
  };
  const config = read(() => parseConfig(hubOptions, text, { file, others: PULLS }));
  const others = Object.keys(hubOptions.properties);
  const flows = pulls ? read(() => readPullYaml(text, { file, others }).settings) : null;
  if (config !== null && mistakes.length === 0) return { config, flows };
  const all = mistakes.flatMap((error) => error.mistakes);
  const once = new Map(
    all.map((mistake) => [`${mistake.line}:${mistake.column} ${mistake.path} ${mistake.problem}`, mistake]),
  );
  throw new ConfigError(
    file,
    [...once.values()].sort((a, b) => a.line - b.line || a.column - b.column),
  );
}
