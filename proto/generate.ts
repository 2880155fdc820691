/** Writes proto/generated/ from tributary.proto; run by `npm run proto` after a change. The result is checked in. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const source = 'proto/tributary.proto';
const out = 'proto/generated';

function run(program: string, args: string[]): void {
  const done = spawnSync(process.execPath, [`node_modules/.bin/${program}`, ...args], { stdio: 'inherit' });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

mkdirSync(out, { recursive: true });
run('pbjs', [
  '-t',
  'static-module',
  '-w',
  'es6',
  '--force-number',
  '--no-verify',
  '--no-delimited',
  '--no-convert',
  '--no-typeurl',
  '--no-service',
  '-o',
  `${out}/tributary.js`,
  source,
]);
run('pbts', ['-o', `${out}/tributary.d.ts`, `${out}/tributary.js`]);
const js = readFileSync(`${out}/tributary.js`, 'utf8').replace('protobufjs/minimal"', 'protobufjs/minimal.js"');
writeFileSync(`${out}/tributary.js`, js);
