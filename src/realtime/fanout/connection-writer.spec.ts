import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { Fanout, type Listener } from '../../../test/clients/fanout.js';
import { waitFor } from '../../../test/support/wait-for.js';
import { MAX_BUFFERED_BYTES, writeOncePerTick } from './connection-writer.js';

/** What a listener's stream is given from here on, one entry for each write to the system. */
function writesTo({ stream }: Listener): Buffer[][] {
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

describe('one write per turn', () => {
  let fanout: Fanout;
  let io: Fanout['io'];
  beforeEach(async () => {
    fanout = await Fanout.start(writeOncePerTick);
    ({ io } = fanout);
  });
  afterEach(() => fanout.stop());

  it('writes the events of a turn at once, and those who get the same share the buffer', async () => {
    const listeners = await Promise.all([['room'], ['room'], []].map((rooms) => fanout.listener(rooms)));
    const [one, two, three] = listeners.map(writesTo);
    io.emit('a');
    io.to('room').emit('b');
    io.emit('c', Buffer.from([1]));
    expect([one, two, three]).toEqual([[], [], []]);
    await turn();
    expect([one, two, three].map((writes) => writes!.map((chunks) => chunks.length))).toEqual([[1], [1], [1]]);
    expect(two![0]![0]).toBe(one![0]![0]);
    expect(three![0]![0]!.length).toBeLessThan(one![0]![0]!.length);
  });

  it('writes a single event as one buffer that all share', async () => {
    const listeners = await Promise.all([fanout.listener(), fanout.listener()]);
    const [one, two] = listeners.map(writesTo);
    io.emit('a');
    await turn();
    expect(one).toEqual([[expect.any(Buffer)]]);
    expect(two![0]![0]).toBe(one![0]![0]);
  });

  it('writes events and the packet behind them at once', async () => {
    const listener = await fanout.listener();
    const writes = writesTo(listener);
    io.emit('a');
    io.emit('b');
    listener.socket.emit('c');
    io.emit('d');
    expect(writes).toEqual([]);
    await turn();
    expect(writes).toHaveLength(1);
    io.emit('end');
    expect(await listener.before('end')).toEqual([['a'], ['b'], ['c'], ['d']]);
  });

  it('writes the direct events of a turn at once', async () => {
    const listener = await fanout.listener();
    const writes = writesTo(listener);
    for (const name of ['a', 'b', 'c', 'd']) listener.socket.emit(name);
    listener.socket.emit('end');
    expect((await listener.before('end')).map(([name]) => name)).toEqual(['a', 'b', 'c', 'd']);
    expect(writes).toHaveLength(1);
  });

  it('writes at once to a client that came by polling', async () => {
    const listener = await fanout.listener([], { transports: ['polling', 'websocket'] });
    await waitFor('upgraded', () => listener.socket.conn.transport.name === 'websocket');
    const writes = writesTo(listener);
    io.emit('a');
    io.emit('b');
    await turn();
    expect(writes).toEqual([[expect.any(Buffer)]]);
  });

  it('writes nothing to a websocket that is closing', async () => {
    const listener = await fanout.listener();
    const writes = writesTo(listener);
    (listener.socket.conn.transport as any).socket.close();
    io.emit('late');
    await turn();
    expect(Buffer.concat(writes.flat()).includes('late')).toBe(false);
  });

  it.each([
    ['broadcast', (to: string) => io.to(to).emit('bulk', 'x'.repeat(100_000))],
    ['direct', (to: string) => io.sockets.sockets.get(to)?.emit('bulk', 'x'.repeat(100_000))],
  ])('drops who reads too slowly what is %s, and nobody else', async (_kind, send) => {
    const [slow, quick] = await Promise.all([fanout.listener(), fanout.listener()]);
    const dropped = once(slow.socket, 'disconnect').then(([reason]: unknown[]) => reason);
    const { stream } = slow;
    slow.pause();
    let sent = 0;
    let most = 0;
    while (slow.socket.connected) {
      send(slow.socket.id);
      io.to(quick.socket.id).emit('count', sent++);
      await turn();
      if (!stream.destroyed) most = Math.max(most, stream.writableLength);
    }
    expect(await dropped).toBe('slow reader');
    expect(stream.destroyed).toBe(true);
    expect(most).toBeLessThanOrEqual(MAX_BUFFERED_BYTES);
    io.emit('end');
    expect(await quick.before('end')).toHaveLength(sent);
  });

  it('drops who does not come to fetch', async () => {
    const url = `${fanout.origin}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1));
    const connected = once(io, 'connection');
    await fetch(`${url}&sid=${sid}`, { method: 'POST', body: '40' });
    const [socket] = await connected;
    const dropped = once(socket, 'disconnect');
    let sent = 0;
    for (; socket.connected && sent < MAX_BUFFERED_BYTES; sent += 100_000) {
      io.emit('bulk', 'x'.repeat(100_000));
      await turn();
    }
    expect((await dropped)[0]).toBe('slow reader');
    expect(sent).toBeGreaterThan(MAX_BUFFERED_BYTES - 100_000);
    await waitFor('released', () => socket.conn.writeBuffer.length === 0);
    expect(socket.conn.transport.readyState).toBe('closed');
  });
});
