import { once } from 'node:events';
import { setImmediate as nextTick } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { writeOncePerTick } from '../../src/realtime/fanout/connection-writer.js';
import { Fanout, type Listener } from '../clients/fanout.js';

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe.each([
  ["with Socket.IO's own writes", () => undefined],
  ['with one write per tick', writeOncePerTick],
])('fan-out %s', (_name, prepare) => {
  let fanout: Fanout;
  let io: Fanout['io'];
  beforeEach(async () => {
    fanout = await Fanout.start(prepare);
    ({ io } = fanout);
  });
  afterEach(() => fanout.stop());

  /** Broadcasts `end`. @returns the names of the events that each listener received before it */
  async function receivedBy(...listeners: Listener[]): Promise<unknown[][]> {
    io.emit('end');
    return Promise.all(listeners.map(async (listener) => (await listener.before('end')).map(([name]) => name)));
  }

  it('delivers to polling clients in order', async () => {
    const listener = await fanout.listener(['room'], { transports: ['polling'] });
    for (const count of numbers(0, 20)) {
      io.to('room').emit('count', count);
      listener.socket.emit('direct', Buffer.from([count]));
      if (count % 5 === 0) await nextTick();
    }
    io.emit('end');
    expect(await listener.before('end')).toEqual(
      numbers(0, 20).flatMap((count) => [
        ['count', count],
        ['direct', Buffer.from([count])],
      ]),
    );
  });

  it('loses and reorders nothing while a client upgrades from polling to a websocket', async () => {
    let count = 0;
    let sinceUpgrade = 0;
    io.on('connection', async (socket) => {
      while (sinceUpgrade < 50) {
        io.emit('count', count++);
        socket.emit('count', count++);
        if (socket.conn.transport.name === 'websocket') sinceUpgrade++;
        await nextTick();
      }
      io.emit('end');
    });
    const listener = await fanout.listener([], { transports: ['polling', 'websocket'] });
    const received = await listener.before('end');
    expect(received).toEqual(numbers(0, count).map((number) => ['count', number]));
    expect(count).toBeGreaterThan(100);
  });

  it('delivers everything in order to a client that stopped reading and reads again', async () => {
    const listener = await fanout.listener();
    await listener.backUp(io);
    for (const count of numbers(0, 30)) {
      io.emit('count', count);
      if (count % 4 === 0) listener.socket.emit('direct', count);
      if (count % 10 === 0) await nextTick();
    }
    io.emit('end');
    listener.resume();
    const received = (await listener.before('end')).filter(([name]) => name !== 'bulk');
    expect(received).toEqual(
      numbers(0, 30).flatMap((count) => [['count', count], ...(count % 4 === 0 ? [['direct', count]] : [])]),
    );
  });

  it('discards volatile events for sockets that cannot send at once, and for no others', async () => {
    const [quick, slow] = await Promise.all([fanout.listener(), fanout.listener()]);
    await slow.backUp(io);
    slow.socket.emit('before');
    io.volatile.emit('volatile');
    await nextTick();
    io.emit('end');
    slow.resume();
    expect((await quick.before('end')).map(([name]) => name)).toEqual(['volatile']);
    expect((await slow.before('end')).map(([name]) => name).filter((name) => name !== 'bulk')).toEqual(['before']);
  });

  it('delivers all events before it disconnects a socket', async () => {
    const [one, two, three, other] = await Promise.all([
      fanout.listener(['bye']),
      fanout.listener(['bye']),
      fanout.listener(),
      fanout.listener(),
    ]);
    io.emit('first');
    one.socket.emit('direct');
    io.to('bye').emit('ended');
    io.in('bye').disconnectSockets(true);
    io.emit('second');
    three.socket.disconnect();
    expect(await receivedBy(other)).toEqual([['first', 'second']]);
    expect(await one.before('disconnect')).toEqual([['first'], ['direct'], ['ended']]);
    expect(await two.before('disconnect')).toEqual([['first'], ['ended']]);
    expect(await three.before('disconnect')).toEqual([['first'], ['second']]);
  });

  it('continues for the other connections when some break', async () => {
    const [closed, broken, ended, gone, other] = await Promise.all(numbers(0, 5).map(() => fanout.listener()));
    const disconnected = Promise.all([closed, broken, ended, gone].map((each) => once(each!.socket, 'disconnect')));
    gone!.client.disconnect();
    io.emit('first');
    closed!.socket.conn.close();
    broken!.stream.destroy();
    ended!.stream.end();
    io.emit('second');
    await nextTick();
    io.emit('third');
    await disconnected;
    expect(await receivedBy(other!)).toEqual([['first', 'second', 'third']]);
  });

  it('delivers to the sockets that are in the room when the event is emitted', async () => {
    const [joining, leaving] = await Promise.all([fanout.listener(), fanout.listener(['room'])]);
    io.to('room').emit('first');
    io.in(leaving.socket.id).socketsLeave('room');
    io.to('room').emit('second');
    io.in(joining.socket.id).socketsJoin('room');
    io.to('room').emit('third');
    io.of('/').adapter.delAll(leaving.socket.id);
    io.emit('fourth');
    await leaving.socket.join('room');
    io.to('room').emit('fifth');
    io.emit('end');
    expect((await leaving.before('end')).map(([name]) => name)).toEqual(['first', 'fifth']);
    expect((await joining.before('end')).map(([name]) => name)).toEqual(['third', 'fourth', 'fifth']);
  });

  it('delivers nothing to a socket whose handshake is unfinished', async () => {
    io.use((socket, next) => {
      void socket.join('early');
      io.to('early').emit('too early');
      next();
    });
    const listener = await fanout.listener();
    io.to('early').emit('early');
    expect(await receivedBy(listener)).toEqual([['early']]);
  });
});
