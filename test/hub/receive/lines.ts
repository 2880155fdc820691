import { ProcessTelemetry } from '../../../shared/telemetry/telemetry.ts';

/** Real telemetry whose log lines can be read. */
export function listen() {
  const lines: Record<string, unknown>[] = [];
  const telemetry = new ProcessTelemetry({
    level: 'debug',
    destination: { write: (line) => lines.push(JSON.parse(line)) },
  });
  const named = (event: string) => lines.filter((line) => line.event === event);
  const metric = async (name: string, labels: Record<string, string> = {}): Promise<number | undefined> => {
    const found = (await telemetry.registry.getMetricsAsJSON()).find((known) => known.name === name);
    const fits = (given: Partial<Record<string, string | number>>) =>
      Object.entries(labels).every(([k, v]) => given[k] === v);
    return found?.values.find((value) => fits(value.labels))?.value;
  };
  return { telemetry, lines, named, metric };
}
