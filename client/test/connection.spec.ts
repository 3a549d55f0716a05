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
    const transport: Opened = { token, handlers, isClosed: false };
    opened.push(transport);
    return {
      command: () => Promise.reject(new UnreachableError()),
      close: () => (transport.isClosed = true),
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
  it('is online once the server has subscribed it, and forwards events', async () => {
    await make({});
    connection.start();
    expect(state()).toBe('connecting');
    ready();
    last().handlers.onEvent({ name: 'conversation:changed', payload: { conversationId: 'c', rev: 3 } });
    expect({ state: state(), calls }).toEqual({ state: 'online', calls: ['online', 'conversation:changed'] });
  });

  it('drops an attempt that takes too long, and tries again', async () => {
    await make({ connectMs: 1, retryMinMs: 1, retryMaxMs: 1 });
    connection.start();
    await waitFor('there are three attempts', () => opened.length >= 3);
    expect(opened.slice(0, 2).every(({ isClosed }) => isClosed)).toBe(true);
  });

  it('waits before the next attempt, and connects at once when the network returns', async () => {
    await make({ retryMinMs: 60_000, retryMaxMs: 60_000 });
    connection.start();
    last().handlers.onEnd(null);
    expect(connection.state.getSnapshot()).toMatchObject({ status: 'offline', retryAt: expect.any(Number) });
    connection.wake();
    expect({ state: state(), attempts: opened.length }).toEqual({ state: 'connecting', attempts: 2 });
  });

  it('reconnects at the time that a draining server named', async () => {
    await make({ retryMinMs: 60_000, retryMaxMs: 60_000 });
    connection.start();
    ready();
    last().handlers.onEvent({ name: 'server:draining', payload: { reconnectInMs: 5 } });
    last().handlers.onEnd(null);
    expect(calls).toEqual(['online', 'offline']);
    await waitFor('the client has reconnected', () => opened.length === 2);
  });

  it('reconnects when a command is not answered', async () => {
    await make({ retryMinMs: 1, retryMaxMs: 1 });
    connection.start();
    ready();
    await expect(connection.command('sync', { conversations: {} })).rejects.toThrow(UnreachableError);
    await waitFor('there is another transport', () => opened.length === 2);
    expect(opened[0]?.isClosed).toBe(true);
  });

  it('ignores events of a transport that has ended', async () => {
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
  ])('ends when its session ends (%s)', async (reason, shown) => {
    await make({});
    connection.start();
    ready();
    const payload: any = { reason };
    last().handlers.onEvent({ name: 'session:ended', payload });
    await waitFor('the connection has ended', () => state() === 'ended');
    expect(connection.state.getSnapshot().endedReason).toBe(shown);
    expect(last().isClosed).toBe(true);
  });
});

describe('backoffMs', () => {
  it.each([
    [1, 0, 500],
    [1, 1, 250],
    [2, 0, 1_000],
    [4, 0.5, 3_000],
    [9, 0, 30_000],
    [1_000, 1, 15_000],
  ])('after %i failures, with the random number %d, returns %i ms', (failures, random, ms) => {
    expect(backoffMs(failures, random, { minMs: 500, maxMs: 30_000 })).toBe(ms);
  });
});
