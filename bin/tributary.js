#!/usr/bin/env node
// The launcher: plain JavaScript that any Node from 18 on can read. It finds a Node that is new enough (this one, or the
// one that `npm ci` put beside a clone), then runs bin/main.ts (clone) or dist/bin/main.js (published package).
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NEEDED_MAJOR = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));

// A clone runs from its sources: what Node makes of them is kept beside its packages, which halves the start.
const compileCache = join(root, 'node_modules', '.cache', 'tributary');
const inClone = existsSync(join(root, 'package-lock.json'));

const major = Number(process.versions.node.split('.')[0]);
if (major >= NEEDED_MAJOR && inClone) nodeModule.enableCompileCache(compileCache);
if (major >= NEEDED_MAJOR) await import(pathToFileURL(mainFile()).href);
else runOn(newerNode());

/** Node reads TypeScript everywhere but in installed packages, which have the built files. */
function mainFile() {
  const source = join(root, 'bin', 'main.ts');
  const installed = root.split(sep).includes('node_modules');
  return !installed && existsSync(source) ? source : join(root, 'dist', 'bin', 'main.js');
}

function newerNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  return [join(root, 'node_modules', 'node', 'bin', name), join(dirname(root), 'node', 'bin', name)].find(existsSync);
}

function runOn(node) {
  if (node === undefined) {
    const hint = inClone ? 'Run "npm ci" here, which brings one.' : 'Install it.';
    process.stderr.write(`tributary: Node ${NEEDED_MAJOR} or newer is needed, this is ${process.version}. ${hint}\n`);
    process.exitCode = 1;
    return;
  }
  // The channel tells the child when this process is gone, even by SIGKILL: then it must not live on alone.
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  const cache = inClone ? { NODE_COMPILE_CACHE: compileCache } : {};
  const env = { ...process.env, ...cache, TRIBUTARY_LAUNCHED: '1' };
  const child = spawn(node, [mainFile(), ...process.argv.slice(2)], { stdio, env });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => {
    process.stderr.write(`tributary: can't start ${node}: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
