import { setImmediate as nextTick } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { writeOncePerTick } from '../../src/realtime/fanout/connection-writer.js';
import { Fanout, type Listener } from '../clients/fanout.js';
import { waitFor } from '../support/wait-for.js';

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

  it('delivers an event once to each socket in any of the rooms, except the excluded ones', async () => {
    const [both, red, blue, none] = await Promise.all([
      fanout.listener(['red', 'blue']),
      fanout.listener(['red']),
      fanout.listener(['blue']),
      fanout.listener(),
    ]);
    io.emit('all');
    io.to('red').emit('red');
    io.to(['red', 'blue', 'empty']).emit('either');
    io.to('empty').emit('no receiver');
    io.to('red').except('blue').emit('red only');
    io.except(['red', 'empty']).emit('not red');
    both.socket.broadcast.emit('others');
    both.socket.to('red').emit('other red');
    io.local.compress(false).emit('local');
    expect(await receivedBy(both, red, blue, none)).toEqual([
      ['all', 'red', 'either', 'local'],
      ['all', 'red', 'either', 'red only', 'others', 'other red', 'local'],
      ['all', 'either', 'not red', 'others', 'local'],
      ['all', 'not red', 'others', 'local'],
    ]);
  });

  it('delivers the broadcasts, direct events and acknowledgements of one tick in order', async () => {
    const listener = await fanout.listener(['room']);
    const acknowledge: ((answer: string) => void)[] = [];
    listener.socket.on('ask', (answer) => acknowledge.push(answer));
    for (const _ of numbers(0, 4)) listener.client.emit('ask', (answer: string) => listener.received.push([answer]));
    await waitFor('asked', () => acknowledge.length === 4);
    for (const round of numbers(0, 4)) {
      io.to('room').emit(`${round} first`);
      acknowledge[round]!(`${round} answer`);
      io.to('room').emit(`${round} third`);
      io.emit(`${round} fourth`);
      listener.socket.emit(`${round} fifth`);
      if (round === 1) await nextTick();
    }
    const [received] = await receivedBy(listener);
    expect(received).toEqual(
      numbers(0, 4).flatMap((round) =>
        ['first', 'answer', 'third', 'fourth', 'fifth'].map((name) => `${round} ${name}`),
      ),
    );
  });

  it('keeps the order across the namespaces of one connection', async () => {
    const listener = await fanout.listener();
    io.of('/news');
    const other = listener.client.io.socket('/news');
    other.onAny((...event: unknown[]) => listener.received.push(event));
    await waitFor('connected', () => other.connected);
    io.emit('1');
    io.of('/news').emit('2');
    io.emit('3');
    io.of('/news').to('nowhere').emit('no receiver');
    io.of('/news').emit('4');
    expect(await receivedBy(listener)).toEqual([['1', '2', '3', '4']]);
  });

  it('delivers binary data among text in order', async () => {
    const listener = await fanout.listener();
    const bytes = Buffer.from([0, 1, 2, 255]);
    io.emit('text', 1);
    io.emit('binary', bytes, { deep: [new Uint16Array([7, 8]), bytes.subarray(1, 3)] }, Buffer.alloc(70_000, 9));
    listener.socket.emit('direct', bytes);
    io.emit('text', 2);
    io.emit('end');
    expect(await listener.before('end')).toEqual([
      ['text', 1],
      ['binary', bytes, { deep: [Buffer.from([7, 0, 8, 0]), Buffer.from([1, 2])] }, Buffer.alloc(70_000, 9)],
      ['direct', bytes],
      ['text', 2],
    ]);
  });

  it('delivers binary data as text to a client that accepts only text', async () => {
    const listener = await fanout.listener([], { query: { b64: '1' } });
    const frames: string[] = [];
    (listener.client.io.engine.transport as any).ws.on('message', (_data: unknown, isBinary: boolean) => {
      frames.push(isBinary ? 'binary' : 'text');
    });
    io.emit('binary', Buffer.from([1, 2, 3]));
    io.emit('text');
    io.emit('end');
    expect(await listener.before('end')).toEqual([['binary', Buffer.from([1, 2, 3])], ['text']]);
    expect(frames).toEqual(['text', 'text', 'text', 'text']);
  });

  it('keeps the order on a compressed connection', async () => {
    const compressing = await Fanout.start(prepare, { perMessageDeflate: { threshold: 0 } });
    const listener = await compressing.listener();
    for (const count of numbers(0, 5)) {
      listener.socket.emit('direct', count);
      await nextTick();
      compressing.io.emit('broadcast', count);
    }
    compressing.io.emit('end');
    const received = await listener.before('end');
    await compressing.stop();
    expect(received).toEqual(
      numbers(0, 5).flatMap((count) => [
        ['direct', count],
        ['broadcast', count],
      ]),
    );
  });

  it('delivers text of every length and script', async () => {
    const listener = await fanout.listener();
    const lengths = [0, 126, 65_536].flatMap((length) => numbers(Math.max(0, length - 20), length + 2));
    const texts = [
      ...lengths.map((length) => 'x'.repeat(length)),
      'Grüße, 你好 👋🏽',
      'é'.repeat(40_000),
      'x'.repeat(1_000_000),
    ];
    for (const text of texts) {
      io.emit('text', text);
      await nextTick();
    }
    io.emit('end');
    expect(await listener.before('end')).toEqual(texts.map((text) => ['text', text]));
  });

  it('delivers a burst to many sockets completely and in order', async () => {
    const rooms = numbers(0, 30).map((index) => (index % 3 === 0 ? ['room', 'third'] : ['room']));
    const listeners = await Promise.all(rooms.map((room) => fanout.listener(room)));
    const sent: [number, string][] = [];
    for (const count of numbers(0, 1_000)) {
      const room = count % 7 === 0 ? 'third' : 'room';
      sent.push([count, room]);
      io.to(room).emit('count', count);
      if (count % 100 === 99) await nextTick();
    }
    io.emit('end');
    for (const [index, listener] of listeners.entries()) {
      const mine = sent.filter(([, room]) => rooms[index]!.includes(room));
      expect(await listener.before('end')).toEqual(mine.map(([count]) => ['count', count]));
    }
  });

  it('calls onAnyOutgoing listeners for each outgoing event of their socket', async () => {
    const [seen, unseen] = await Promise.all([fanout.listener(['room']), fanout.listener()]);
    const outgoing: unknown[][] = [];
    seen.socket.onAnyOutgoing((...event: unknown[]) => outgoing.push(event));
    unseen.socket.onAnyOutgoing((...event: unknown[]) => outgoing.push(event));
    io.to('room').emit('event', 1);
    seen.socket.emit('direct', 2);
    expect(outgoing).toEqual([
      ['event', 1],
      ['direct', 2],
    ]);
  });

  it('collects the acknowledgements of a broadcast, in order with other events', async () => {
    const listeners = await Promise.all(numbers(0, 3).map(() => fanout.listener(['room'])));
    for (const { client } of listeners) client.on('question', (answer: (id: unknown) => void) => answer(client.id));
    io.emit('first');
    const answers = io.to('room').timeout(10_000).emitWithAck('question');
    io.emit('second');
    const received = await receivedBy(...listeners);
    expect((await answers).sort()).toEqual(listeners.map(({ client }) => client.id!).sort());
    for (const names of received) expect(names).toEqual(['first', 'question', 'second']);
  });
});
