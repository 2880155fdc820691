import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { type ProxyOptions, TcpProxy } from './proxy.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

/** An echo server behind a proxy; what it has got so far. */
async function echo(options: Partial<ProxyOptions> = {}) {
  const got: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      got.push(chunk);
      socket.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await TcpProxy.listen({ targetPort: (server.address() as AddressInfo).port, ...options });
  cleanups.push(
    () => server.close(),
    () => sockets.forEach((socket) => void socket.destroy()),
    () => proxy.close(),
  );
  return { proxy, received: () => Buffer.concat(got).length };
}

async function client(proxy: TcpProxy) {
  const socket = connect(proxy.port, '127.0.0.1');
  const back: Buffer[] = [];
  let reset = false;
  socket.on('data', (chunk) => back.push(chunk));
  socket.on('error', (error: NodeJS.ErrnoException) => {
    reset = error.code === 'ECONNRESET';
  });
  cleanups.push(() => socket.destroy());
  await once(socket, 'connect').catch(() => undefined);
  return { socket, back: () => Buffer.concat(back), isReset: () => reset };
}

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error('never came true');
    await sleep(2);
  }
}

it('passes bytes on as they were, whatever the latency and bandwidth', async () => {
  const { proxy } = await echo({ latencyMs: 5, bytesPerSecond: 4_000_000 });
  const { socket, back } = await client(proxy);
  const sent = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251));
  socket.write(sent);
  await until(() => back().length === sent.length);
  expect(back().equals(sent)).toBe(true);
});

it('holds back who sends faster than the link', async () => {
  const { proxy, received } = await echo({ bytesPerSecond: 100_000 });
  const { socket } = await client(proxy);
  socket.write(Buffer.alloc(16_000_000));
  await until(() => received() > 10_000);
  // What is not there yet is not in the proxy either: it waits in the sender's socket.
  expect(socket.writableLength).toBeGreaterThan(0);
});

it('stalls without closing, and goes on', async () => {
  const { proxy, received } = await echo();
  const { socket, back, isReset } = await client(proxy);
  socket.write('a');
  await until(() => back().length === 1);
  proxy.stall();
  socket.write('b');
  await sleep(30);
  expect(received()).toBe(1);
  expect(isReset()).toBe(false);
  proxy.flow();
  await until(() => back().toString() === 'ab');
});

it('loses answers: requests arrive, nothing comes back', async () => {
  const { proxy, received } = await echo();
  const { socket, back } = await client(proxy);
  socket.write('ab');
  await until(() => back().length === 2);
  proxy.deafen(1);
  socket.write('cdef');
  await until(() => received() === 6);
  await until(() => back().length === 3);
  await sleep(20);
  expect(back().toString()).toBe('abc');
});

it('cuts with a reset; down, it takes nobody', async () => {
  const { proxy } = await echo();
  const first = await client(proxy);
  first.socket.write('a');
  await until(() => first.back().length === 1);
  proxy.down();
  await until(first.isReset);
  const second = await client(proxy);
  await until(() => second.socket.destroyed);
  expect(proxy.open).toBe(0);
  proxy.up();
  const third = await client(proxy);
  third.socket.write('b');
  await until(() => third.back().length === 1);
});

it('resets at random, the same for the same seed', async () => {
  const passed = async (seed: number): Promise<number[]> => {
    const { proxy } = await echo({ chaos: { seed, meanBytesToReset: 5_000 } });
    const counts: number[] = [];
    for (let at = 0; at < 3; at += 1) {
      const { socket, back } = await client(proxy);
      while (!socket.destroyed) {
        const before = back().length;
        socket.write(Buffer.alloc(100));
        await until(() => socket.destroyed || back().length >= before + 100);
      }
      counts.push(Math.floor(back().length / 100));
    }
    return counts;
  };
  const [one, again, other] = [await passed(3), await passed(3), await passed(4)];
  expect(again).toEqual(one);
  expect(other).not.toEqual(one);
});
