import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 45_000;

/** Polls until the answer is not null; fails with what `state` says then. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null> | T | null,
  state: () => unknown = () => '',
): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error(`never came true: ${what}; ${JSON.stringify(await state())}`);
    await sleep(20);
  }
}
