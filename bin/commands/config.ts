/** `tributary config`: check a file, give editors its schema, write the reference pages. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Argument, type Command, Option } from 'commander';
import { ConfigError } from '../../shared/config/mistake.ts';
import { EXIT } from '../exit.ts';
import { ROLES, type Role } from '../roleNames.ts';

export function registerConfig(program: Command): void {
  const config = program.command('config').description('check configuration files, and tell what can be in them');
  config
    .command('check <file>')
    .description('read a configuration as the role would, and list everything that is wrong')
    .addOption(new Option('--role <role>', 'whose file it is; found out from what is in it').choices(ROLES))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 it is right, 2 it is not.\n\nExample:\n  tributary config check /etc/tributary/agent.yaml\n',
    )
    .action(async (file: string, options: { role?: Role; json?: boolean }) => {
      process.exitCode = await check(file, options);
    });
  config
    .command('schema')
    .description('print the JSON Schema of a configuration, for editors')
    .addArgument(new Argument('<role>', 'whose').choices(ROLES))
    .addHelpText(
      'after',
      `
Editors with a YAML language server use it after a first line in the file:
  # yaml-language-server: $schema=agent.schema.json

Example:
  tributary config schema agent > agent.schema.json
`,
    )
    .action(async (role: Role) => {
      const { schemaOf } = await import('../configRoles.ts');
      const { jsonSchema } = await import('../../shared/config/index.ts');
      process.stdout.write(`${JSON.stringify(jsonSchema(schemaOf(role), { title: `tributary ${role}` }), null, 2)}\n`);
    });
  config
    .command('docs')
    .description('write the reference pages of all options, agent.md and hub.md')
    .option('--dir <folder>', 'where', join('docs', 'reference'))
    .addHelpText('after', '\nExample:\n  tributary config docs --dir docs/reference\n')
    .action(async ({ dir }: { dir: string }) => {
      const { referencePage } = await import('../configRoles.ts');
      mkdirSync(dir, { recursive: true });
      for (const role of ROLES) {
        writeFileSync(join(dir, `${role}.md`), referencePage(role));
        process.stdout.write(`${join(dir, `${role}.md`)}\n`);
      }
    });
}

async function check(file: string, options: { readonly role?: Role; readonly json?: boolean }): Promise<number> {
  const { roleOf, schemaOf } = await import('../configRoles.ts');
  const { loadConfig } = await import('../../shared/config/index.ts');
  const role = options.role ?? roleOf(file);
  try {
    loadConfig(schemaOf(role), file);
  } catch (error) {
    if (!(error instanceof ConfigError) || !options.json) throw error;
    process.stdout.write(`${JSON.stringify({ file, role, ok: false, mistakes: error.mistakes }, null, 2)}\n`);
    return EXIT.badUsage;
  }
  process.stdout.write(
    options.json ? `${JSON.stringify({ file, role, ok: true, mistakes: [] })}\n` : `${file}: ok, ${role}\n`,
  );
  return EXIT.ok;
}
