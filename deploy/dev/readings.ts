/** This machine's own telemetry: from /proc where there is one, else from Node's `os`. */
import { readdirSync, readFileSync, statfsSync } from 'node:fs';
import { cpus, freemem, loadavg, networkInterfaces, totalmem, uptime } from 'node:os';

/** One reading: `name` says of what (a CPU, a disk, an interface); the other members are numbers. */
export interface Reading {
  readonly name: string;
  readonly [measure: string]: string | number;
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}

export function readLoad(): Reading[] {
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  const total = { name: 'load', oneMinute: one, fiveMinutes: five, fifteenMinutes: fifteen, uptimeSeconds: uptime() };
  const each = cpus().map(({ times }, index) => ({
    name: `cpu${index}`,
    userMs: times.user,
    systemMs: times.sys,
    idleMs: times.idle,
  }));
  return [total, ...each];
}

export function readMemory(): Reading[] {
  const reading: Record<string, number> = { totalBytes: totalmem(), freeBytes: freemem() };
  for (const line of linesOf('/proc/meminfo')) {
    const [, name, kib] = /^(Cached|Dirty|SwapFree|MemAvailable):\s+(\d+) kB/.exec(line) ?? [];
    if (name) reading[`${name[0]?.toLowerCase()}${name.slice(1)}Bytes`] = Number(kib) * 1024;
  }
  return [{ name: 'memory', ...reading }];
}

export function readDisks(): Reading[] {
  const { bsize, blocks, bavail, files, ffree } = statfsSync('.');
  const space = { name: 'space', totalBytes: bsize * blocks, availableBytes: bsize * bavail, files, freeFiles: ffree };
  const devices = linesOf('/proc/diskstats')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , name]) => name !== undefined && !/^(loop|ram)/.test(name))
    .map(([, , name = '', reads, , sectorsRead, , writes, , sectorsWritten]) => ({
      name,
      reads: Number(reads),
      readBytes: Number(sectorsRead) * 512,
      writes: Number(writes),
      writtenBytes: Number(sectorsWritten) * 512,
    }));
  return [space, ...devices];
}

export function readNetwork(): Reading[] {
  const counted = linesOf('/proc/net/dev')
    .slice(2)
    .map((line) => line.trim().split(/[\s:]+/))
    .map(([name = '', receivedBytes, receivedPackets, , , , , , , sentBytes, sentPackets]) => ({
      name,
      receivedBytes: Number(receivedBytes),
      receivedPackets: Number(receivedPackets),
      sentBytes: Number(sentBytes),
      sentPackets: Number(sentPackets),
    }));
  if (counted.length > 0) return counted;
  return Object.entries(networkInterfaces()).map(([name, addresses]) => ({ name, addresses: addresses?.length ?? 0 }));
}

export function readProcesses(): Reading[] {
  const [statLine = ''] = linesOf('/proc/stat').filter((line) => line.startsWith('processes'));
  const own = process.resourceUsage();
  let running = 0;
  try {
    running = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).length;
  } catch {
    running = 0;
  }
  const forks = Number(statLine.split(' ')[1] ?? 0);
  return [
    { name: 'processes', running, forks, feederUserMs: own.userCPUTime / 1000, feederRssBytes: own.maxRSS * 1024 },
  ];
}
