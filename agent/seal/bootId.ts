import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Names this boot of the machine: the kernel's id, or a random one where there is none. */
export function bootIdOf(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return randomUUID();
  }
}
