import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { waitFor } from '../../test/support/wait-for.js';
import { Connection } from '../src/connection/connection.js';
import type { SocketTransport, TransportHandlers } from '../src/connection/socket-transport.js';
import { UnreachableError } from '../src/errors.js';
import { backoffMs } from '../src/model/backoff.js';
import { timingOf } from '../src/options.js';
import { TokenSession } from '../src/session/session.js';
import { MemoryTokenStore } from '../src/session/token-store.js';

interface Opened {
  readonly token: string;
  readonly handlers: TransportHandlers;
  isClosed: boolean;
}

const READY = {
  userId: 'ann',
  sessionId: 's',
  epoch: 'e',
  stateRev: 0,
  serverTime: new Date().toISOString(),
  heartbeat: { intervalMs: 25_000, timeoutMs: 20_000 },
};

let opened: Opened[];
let connection: Connection;
let calls: string[];

async function make(timing: Parameters<typeof timingOf>[0]): Promise<void> {
  const session = new TokenSession('http://127.0.0.1:9/api/v1', new MemoryTokenStore(), 50);
  const auth: any = { user: { id: 'ann' }, session: { id: 's' }, accessToken: 'token', refreshToken: 'r' };
  await session.begin(auth);
  const open = (token: string, handlers: TransportHandlers): SocketTransport => {
    const link: Opened = { token, handlers, isClosed: false };
    opened.push(link);
    return {
      command: () => Promise.reject(new UnreachableError()),
      close: () => (link.isClosed = true),
    };
  };
  connection = new Connection(open, session, timingOf(timing), {
    onLogEvent: ({ name }) => calls.push(name),
    onEphemeralEvent: ({ name }) => calls.push(name),
    onOnline: () => calls.push('online'),
    onOffline: () => calls.push('offline'),
  });
  session.onEnd = (reason) => connection.stop(reason);
}

beforeEach(() => {
  opened = [];
  calls = [];
});
afterEach(() => connection.stop());

const last = (): Opened => opened.at(-1)!;
const ready = (): void => last().handlers.onEvent({ name: 'session:ready', payload: READY });
const state = (): string => connection.state.getSnapshot().status;

describe('a connection', () => {
  it('is online once it is subscribed, and passes on what it hears', async () => {
    await make({});
    connection.start();
    expect(state()).toBe('connecting');
    ready();
    last().handlers.onEvent({ name: 'conversation:changed', payload: { conversationId: 'c', rev: 3 } });
    expect({ state: state(), calls }).toEqual({ state: 'online', calls: ['online', 'conversation:changed'] });
  });

  it('is given up when it is not there in time, and tried again', async () => {
    await make({ connectMs: 1, retryMinMs: 1, retryMaxMs: 1 });
    connection.start();
    await waitFor('there are three attempts', () => opened.length >= 3);
    expect(opened.slice(0, 2).every(({ isClosed }) => isClosed)).toBe(true);
  });

  it('waits for its next attempt, unless the network is back before', async () => {
    await make({ retryMinMs: 60_000, retryMaxMs: 60_000 });
    connection.start();
    last().handlers.onEnd(null);
    expect(connection.state.getSnapshot()).toMatchObject({ status: 'offline', retryAt: expect.any(Number) });
    connection.wake();
    expect({ state: state(), attempts: opened.length }).toEqual({ state: 'connecting', attempts: 2 });
  });

  it('comes back when a draining server says', async () => {
    await make({ retryMinMs: 60_000, retryMaxMs: 60_000 });
    connection.start();
    ready();
    last().handlers.onEvent({ name: 'server:draining', payload: { reconnectInMs: 5 } });
    last().handlers.onEnd(null);
    expect(calls).toEqual(['online', 'offline']);
    await waitFor('it has come back', () => opened.length === 2);
  });

  it('that does not answer a command is made anew', async () => {
    await make({ retryMinMs: 1, retryMaxMs: 1 });
    connection.start();
    ready();
    await expect(connection.command('sync', { conversations: {} })).rejects.toThrow(UnreachableError);
    await waitFor('there is another', () => opened.length === 2);
    expect(opened[0]?.isClosed).toBe(true);
  });

  it('hears nothing more of a link that is over', async () => {
    await make({ retryMinMs: 60_000, retryMaxMs: 60_000 });
    connection.start();
    const old = last();
    old.handlers.onEnd(null);
    connection.wake();
    old.handlers.onEvent({ name: 'session:ready', payload: READY });
    old.handlers.onEnd(null);
    expect({ state: state(), attempts: opened.length, calls }).toEqual({ state: 'connecting', attempts: 2, calls: [] });
  });

  it.each([
    ['revoked', 'revoked'],
    ['password_changed', 'password_changed'],
    ['of a newer server', 'revoked'],
  ])('ends with its session (%s)', async (reason, shown) => {
    await make({});
    connection.start();
    ready();
    const payload: any = { reason };
    last().handlers.onEvent({ name: 'session:ended', payload });
    await waitFor('it has ended', () => state() === 'ended');
    expect(connection.state.getSnapshot().endedReason).toBe(shown);
    expect(last().isClosed).toBe(true);
  });
});

describe('the wait between attempts', () => {
  it.each([
    [1, 0, 500],
    [1, 1, 250],
    [2, 0, 1_000],
    [4, 0.5, 3_000],
    [9, 0, 30_000],
    [1_000, 1, 15_000],
  ])('after %i failures, with the random number %d, is %i ms', (failures, random, ms) => {
    expect(backoffMs(failures, random, { minMs: 500, maxMs: 30_000 })).toBe(ms);
  });
});
