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
    .addOption(
      new Option('--role <role>', 'whose file it is; found out from what is in it').choices([...ROLES, 'pull']),
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 it is right, 2 it is not.\n\nExample:\n  tributary config check /etc/tributary/agent.yaml\n',
    )
    .action(async (file: string, options: CheckFlags) => {
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
    .description('write the reference pages of all options, agent.md, hub.md, pull.md and mirrormaker.md')
    .option('--dir <folder>', 'where', join('docs', 'reference'))
    .addHelpText('after', '\nExample:\n  tributary config docs --dir docs/reference\n')
    .action(async ({ dir }: { dir: string }) => {
      const { referencePage } = await import('../configRoles.ts');
      const { pullPage, verdictPage } = await import('../../hub/pull/config/index.ts');
      mkdirSync(dir, { recursive: true });
      const write = (name: string, page: string): void => {
        writeFileSync(join(dir, `${name}.md`), page);
        process.stdout.write(`${join(dir, `${name}.md`)}\n`);
      };
      for (const role of ROLES) write(role, referencePage(role));
      write('pull', pullPage());
      write('mirrormaker', verdictPage());
    });
}

interface CheckFlags {
  readonly role?: Role | 'pull';
  readonly json?: boolean;
}

async function check(file: string, options: CheckFlags): Promise<number> {
  const { roleOf, schemaOf } = await import('../configRoles.ts');
  const { loadConfig } = await import('../../shared/config/index.ts');
  const { isHubFile, isPullFile, loadPull, remarkLines } = await import('../pullFile.ts');
  const role = options.role ?? (isPullFile(file) && !isHubFile(file) ? 'pull' : roleOf(file));
  let remarks: readonly string[] = [];
  try {
    if (role === 'pull') remarks = remarkLines(file, loadPull(file));
    else if (role === 'hub') (await import('../hubFile.ts')).loadHub(file);
    else loadConfig(schemaOf(role), file);
  } catch (error) {
    if (!(error instanceof ConfigError) || !options.json) throw error;
    process.stdout.write(`${JSON.stringify({ file, role, ok: false, mistakes: error.mistakes }, null, 2)}\n`);
    return EXIT.badUsage;
  }
  const about = { file, role, ok: true, mistakes: [], ...(role === 'pull' ? { remarks } : {}) };
  process.stdout.write(options.json ? `${JSON.stringify(about)}\n` : [...remarks, `${file}: ok, ${role}\n`].join('\n'));
  return EXIT.ok;
}
