import { once } from 'node:events';
import { setImmediate as nextTick } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { MAX_BUFFERED_BYTES, writeOncePerTick } from '../../src/realtime/fanout/connection-writer.js';
import { Fanout, type Listener } from '../clients/fanout.js';
import { waitFor } from '../support/wait-for.js';

/** Records the chunks of each later write to the listener's stream: one entry per write to the system. */
function recordWrites({ stream }: Listener): Buffer[][] {
  const writes: Buffer[][] = [];
  const { _write, _writev } = stream;
  stream._write = (chunk, ...more) => {
    writes.push([chunk]);
    _write.call(stream, chunk, ...more);
  };
  stream._writev = (chunks, done) => {
    writes.push(chunks.map(({ chunk }) => chunk));
    _writev!.call(stream, chunks, done);
  };
  return writes;
}

describe('ConnectionWriter', () => {
  let fanout: Fanout;
  let io: Fanout['io'];
  beforeEach(async () => {
    fanout = await Fanout.start(writeOncePerTick);
    ({ io } = fanout);
  });
  afterEach(() => fanout.stop());

  it('writes the events of a tick in one write, and shares the buffer between connections with equal events', async () => {
    const listeners = await Promise.all([['room'], ['room'], []].map((rooms) => fanout.listener(rooms)));
    const [one, two, three] = listeners.map(recordWrites);
    io.emit('a');
    io.to('room').emit('b');
    io.emit('c', Buffer.from([1]));
    expect([one, two, three]).toEqual([[], [], []]);
    await nextTick();
    expect([one, two, three].map((writes) => writes!.map((chunks) => chunks.length))).toEqual([[1], [1], [1]]);
    expect(two![0]![0]).toBe(one![0]![0]);
    expect(three![0]![0]!.length).toBeLessThan(one![0]![0]!.length);
  });

  it('writes a single event as one buffer shared by all connections', async () => {
    const listeners = await Promise.all([fanout.listener(), fanout.listener()]);
    const [one, two] = listeners.map(recordWrites);
    io.emit('a');
    await nextTick();
    expect(one).toEqual([[expect.any(Buffer)]]);
    expect(two![0]![0]).toBe(one![0]![0]);
  });

  it('writes events and the packet behind them in one write', async () => {
    const listener = await fanout.listener();
    const writes = recordWrites(listener);
    io.emit('a');
    io.emit('b');
    listener.socket.emit('c');
    io.emit('d');
    expect(writes).toEqual([]);
    await nextTick();
    expect(writes).toHaveLength(1);
    io.emit('end');
    expect(await listener.before('end')).toEqual([['a'], ['b'], ['c'], ['d']]);
  });

  it('writes the direct events of a tick in one write', async () => {
    const listener = await fanout.listener();
    const writes = recordWrites(listener);
    for (const name of ['a', 'b', 'c', 'd']) listener.socket.emit(name);
    listener.socket.emit('end');
    expect((await listener.before('end')).map(([name]) => name)).toEqual(['a', 'b', 'c', 'd']);
    expect(writes).toHaveLength(1);
  });

  it('writes once per tick to a client that was upgraded from polling', async () => {
    const listener = await fanout.listener([], { transports: ['polling', 'websocket'] });
    await waitFor('upgraded', () => listener.socket.conn.transport.name === 'websocket');
    const writes = recordWrites(listener);
    io.emit('a');
    io.emit('b');
    await nextTick();
    expect(writes).toEqual([[expect.any(Buffer)]]);
  });

  it('writes nothing to a closing websocket', async () => {
    const listener = await fanout.listener();
    const writes = recordWrites(listener);
    (listener.socket.conn.transport as any).socket.close();
    io.emit('late');
    await nextTick();
    expect(Buffer.concat(writes.flat()).includes('late')).toBe(false);
  });

  it.each([
    ['broadcast', (to: string) => io.to(to).emit('bulk', 'x'.repeat(100_000))],
    ['direct', (to: string) => io.sockets.sockets.get(to)?.emit('bulk', 'x'.repeat(100_000))],
  ])('drops a slow reader of %s events, and no other connection', async (_kind, send) => {
    const [slow, quick] = await Promise.all([fanout.listener(), fanout.listener()]);
    const dropped = once(slow.socket, 'disconnect').then(([reason]: unknown[]) => reason);
    const { stream } = slow;
    slow.pause();
    let sent = 0;
    let most = 0;
    while (slow.socket.connected) {
      send(slow.socket.id);
      io.to(quick.socket.id).emit('count', sent++);
      await nextTick();
      if (!stream.destroyed) most = Math.max(most, stream.writableLength);
    }
    expect(await dropped).toBe('slow reader');
    expect(stream.destroyed).toBe(true);
    expect(most).toBeLessThanOrEqual(MAX_BUFFERED_BYTES);
    io.emit('end');
    expect(await quick.before('end')).toHaveLength(sent);
  });

  it('drops a polling client that stops polling', async () => {
    const url = `${fanout.origin}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1));
    const connected = once(io, 'connection');
    await fetch(`${url}&sid=${sid}`, { method: 'POST', body: '40' });
    const [socket] = await connected;
    const dropped = once(socket, 'disconnect');
    let sent = 0;
    for (; socket.connected && sent < MAX_BUFFERED_BYTES; sent += 100_000) {
      io.emit('bulk', 'x'.repeat(100_000));
      await nextTick();
    }
    expect((await dropped)[0]).toBe('slow reader');
    expect(sent).toBeGreaterThan(MAX_BUFFERED_BYTES - 100_000);
    await waitFor('released', () => socket.conn.writeBuffer.length === 0);
    expect(socket.conn.transport.readyState).toBe('closed');
  });
});
