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

// protobufjs finds the package `long` beside it and would hand out its objects for 64-bit fields, zeros included. They are
// plain numbers here; shared/wire refuses what is not exact.
const plainNumbers = '$protobuf.util.Long = null;\n$protobuf.configure();\n';
const generated = readFileSync(`${out}/tributary.js`, 'utf8');
const importLine = /^import \$protobuf from "protobufjs\/minimal(\.js)?";\n/m;
if (!importLine.test(generated)) throw new Error('pbjs writes another import line now: adapt this file');
writeFileSync(
  `${out}/tributary.js`,
  generated.replace(importLine, () => `import $protobuf from "protobufjs/minimal.js";\n${plainNumbers}`),
);
