/** `tributary agent` and `tributary hub`: a role in the foreground until a signal comes. */
import type { Command } from 'commander';

/** Enough to start with; a test reads them as the roles do. */
export const MINIMAL = {
  agent: `edge: store-217
hub: { url: "http://127.0.0.1:8443" }
buffer: { path: buffer.db }
sources:
  - http: { listen: "127.0.0.1:7080" }
  - kafka: { brokers: ["127.0.0.1:9092"], topics: ["orders"] }
`,
  hub: `kafka: { brokers: ["127.0.0.1:9092"] }
listen: "127.0.0.1:8443"
ledger: { replicationFactor: 1 }
`,
} as const;

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');

const help = (role: keyof typeof MINIMAL): string => `
The least that ${role}.yaml needs, on one machine without TLS and tokens:

${indented(MINIMAL[role])}
All options: docs/reference/${role}.md. Is a file right? "tributary config check ${role}.yaml".

It logs JSON lines on stderr; one has the event "ready" when it is up. SIGTERM or SIGINT: it finishes what is under way
and exits with 0; a second signal ends it at once. Whenever it is killed, nothing that was acknowledged is lost.

Example:
  tributary ${role} --config ${role}.yaml
`;

export function registerRoles(program: Command): void {
  program
    .command('agent')
    .description('run an agent: read local sources, keep what was read, send it to the hub')
    .requiredOption('-c, --config <file>', 'YAML file')
    .addHelpText('after', help('agent'))
    .action(async ({ config: file }: { config: string }) => {
      const { agentOptions } = await import('../../agent/config.ts');
      const { loadConfig } = await import('../../shared/config/index.ts');
      const { runRole } = await import('../role.ts');
      const config = loadConfig(agentOptions, file);
      const facts = { role: 'agent', edge: config.edge } as const;
      await runRole(facts, config.telemetry.log, async (telemetry) => {
        const { runAgent } = await import('../../agent/assemble.ts');
        return runAgent(config, telemetry);
      });
    });
  program
    .command('hub')
    .description('run a hub: take what the agents send, write it into central Kafka, and pull what "flows:" names')
    .requiredOption('-c, --config <file>', 'YAML file')
    .addHelpText('after', help('hub'))
    .action(async ({ config: file }: { config: string }) => {
      const { loadHub } = await import('../hubFile.ts');
      const { listenText } = await import('../../shared/config/index.ts');
      const { runRole } = await import('../role.ts');
      const { config, flows } = loadHub(file);
      const facts = { role: 'hub', listen: listenText(config.listen) } as const;
      await runRole(facts, config.telemetry.log, async (telemetry) => {
        const { runHub } = await import('../../hub/assemble.ts');
        return runHub(config, telemetry, flows);
      });
    });
}
