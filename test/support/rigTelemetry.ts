import { ProcessTelemetry } from '../../shared/telemetry/telemetry.ts';

export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly message: string;
  readonly [fact: string]: unknown;
}

/**
 * Silent; TRIBUTARY_TEST_LOG=1 prints. Each role has a registry of its own, as in its own process. `lines`: where the log
 * lines are collected.
 */
export function rigTelemetry(role: string, lines?: LogLine[]): ProcessTelemetry {
  const write = (line: string): void => {
    lines?.push(JSON.parse(line) as LogLine);
    if (process.env.TRIBUTARY_TEST_LOG) process.stderr.write(line);
  };
  return new ProcessTelemetry({ bindings: { role }, destination: { write } });
}

/** A counter or gauge, all labels together; 0 where nothing was counted yet. */
export async function metricOf(telemetry: ProcessTelemetry | null, name: string): Promise<number> {
  const found = await telemetry?.registry.getSingleMetric(name)?.get();
  return found?.values.reduce((sum, { value }) => sum + value, 0) ?? 0;
}
