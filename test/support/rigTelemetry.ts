import { ProcessTelemetry } from '../../shared/telemetry/telemetry.ts';

/** Silent; TRIBUTARY_TEST_LOG=1 prints. Each role has a registry of its own, as in its own process. */
export function rigTelemetry(role: string): ProcessTelemetry {
  const bindings = { role };
  return process.env.TRIBUTARY_TEST_LOG
    ? new ProcessTelemetry({ bindings })
    : new ProcessTelemetry({ bindings, destination: { write: () => undefined } });
}
