import { setImmediate } from 'node:timers/promises';

import { beforeEach, describe, expect, it } from '@jest/globals';

import { waitFor } from '../../test/support/wait-for.js';
import { ProblemError, UnreachableError } from '../src/errors.js';
import { messagesView } from '../src/model/selectors.js';
import { SyncState } from '../src/model/sync-state.js';
import { timingOf } from '../src/options.js';
import { Outbox } from '../src/sync/outbox.js';
import type { ChatMessage } from '../src/public-state.js';
import type { Problem } from '../src/api-types.js';
import { FakeTransport } from './fake-transport.js';
import { conversation, member, message, messages, pendingSend, user } from './message-fixtures.js';

const ANN = user('ann');

let transport: FakeTransport;
let syncState: SyncState;
let outbox: Outbox;
let refusals: string[];

beforeEach(() => {
  transport = new FakeTransport();
  syncState = new SyncState('ann');
  for (const id of ['c', 'd']) {
    const entry = { conversation: conversation({ id, rev: 4, lastSeq: 3 }), rev: 4, reset: true, more: false };
    syncState.applySync({
      serverTime: '',
      epoch: 'e',
      stateRev: 0,
      complete: true,
      conversations: [{ ...entry, messages: messages(1, 3), members: [member('ann')] }],
      me: [],
      left: [],
      receipts: [],
    });
  }
  outbox = new Outbox(() => syncState, transport, timingOf({ retryMinMs: 1, retryMaxMs: 1 }));
  refusals = [];
  outbox.signals.on('refused', ({ entry, problem }) => refusals.push(`${entry.kind} ${problem.code}`));
});

const problem = (code: Problem['code']): ProblemError =>
  new ProblemError({ type: 'about:blank', title: code, status: 400, code, detail: code, requestId: '' });

const shown = (): ChatMessage[] =>
  messagesView(syncState.get('c')!.tail.items, true, { queue: outbox.queue, conversationId: 'c', self: ANN });

/** Delivers the event of a stored message. */
function logged(seq: number, id: string, text: string): void {
  const stored = message(seq, { id, text });
  const { change } = syncState.apply({
    name: 'message:created',
    payload: { conversationId: 'c', rev: stored.rev, message: stored },
  });
  outbox.onStateChange(change!);
}

describe('the outbox', () => {
  it('sends in order within a conversation, and to several conversations in parallel', async () => {
    outbox.send('c', { text: 'one' }, null);
    outbox.send('c', { text: 'two' }, null);
    outbox.send('d', { text: 'elsewhere' }, null);
    const first = await transport.next('message:send');
    const elsewhere = await transport.next('message:send');
    expect([first.payload.text, elsewhere.payload.text]).toEqual(['one', 'elsewhere']);
    await setImmediate();
    expect(transport.pending).toEqual([]);
    first.answer(message(4, { id: first.payload.id }));
    expect((await transport.next('message:send')).payload.text).toBe('two');
  });

  it('shows a message once, whether the acknowledgement or the event arrives first', async () => {
    const one = outbox.send('c', { text: 'one' }, null);
    (await transport.next('message:send')).answer(message(4, { id: one, text: 'one' }));
    await waitFor('the send is acknowledged', () => shown().at(-1)?.status === 'sent');
    expect(shown().filter(({ id }) => id === one)).toHaveLength(1);
    logged(4, one, 'one');
    expect({ shown: shown().filter(({ id }) => id === one).length, waiting: outbox.queue.all }).toEqual({
      shown: 1,
      waiting: [],
    });
    const two = outbox.send('c', { text: 'two' }, null);
    const sending = await transport.next('message:send');
    logged(5, two, 'two');
    sending.answer(message(5, { id: two, text: 'two' }));
    await setImmediate();
    expect({ shown: shown().filter(({ id }) => id === two).length, waiting: outbox.queue.all }).toEqual({
      shown: 1,
      waiting: [],
    });
  });

  it('repeats a send with the same id when the acknowledgement is lost', async () => {
    const id = outbox.send('c', { text: 'one' }, null);
    transport.isOnline = false;
    (await transport.next('message:send')).fail(new UnreachableError());
    await setImmediate();
    expect(outbox.queue.get(id)).toMatchObject({ attempts: 1, error: null });
    transport.isOnline = true;
    outbox.online();
    expect((await transport.next('message:send')).payload).toEqual({ id, conversationId: 'c', text: 'one' });
  });

  it.each(['internal', 'unavailable', 'rate_limited'] as const)(
    'retries a command that was rejected with %s',
    async (code) => {
      const id = outbox.send('c', { text: 'one' }, null);
      (await transport.next('message:send')).fail(problem(code));
      const again = await transport.next('message:send');
      expect(again.payload.id).toBe(id);
      expect(refusals).toEqual([]);
    },
  );

  it('keeps a permanently rejected message as failed, and sends the next one', async () => {
    const id = outbox.send('c', { text: 'one' }, null);
    outbox.send('c', { text: 'two' }, null);
    (await transport.next('message:send')).fail(problem('blocked'));
    expect((await transport.next('message:send')).payload.text).toBe('two');
    expect(shown().find((item) => item.id === id)).toMatchObject({ status: 'failed', error: { code: 'blocked' } });
    expect(refusals).toEqual(['send blocked']);
    outbox.discard(id);
    expect(shown().some((item) => item.id === id)).toBe(false);
  });

  it('sends a failed message again on retry', async () => {
    const id = outbox.send('c', { text: '' }, null);
    (await transport.next('message:send')).fail(problem('validation_failed'));
    await waitFor('the send has failed', () => shown().at(-1)?.status === 'failed');
    outbox.change({ kind: 'edit', conversationId: 'c', messageId: id, text: 'better', at: '' });
    outbox.retry(id);
    expect((await transport.next('message:send')).payload).toMatchObject({ id, text: 'better' });
  });

  it('undoes an edit that the server rejects', async () => {
    outbox.change({ kind: 'edit', conversationId: 'c', messageId: 'm2', text: 'edited', at: 'now' });
    expect(shown()[1]).toMatchObject({ text: 'edited', hasPendingChange: true });
    (await transport.next('message:edit')).fail(problem('forbidden'));
    await waitFor('the edit is rejected', () => refusals.length > 0);
    expect(shown()[1]).toMatchObject({ text: 'text 2', hasPendingChange: false });
  });

  it('applies edits and deletions of an unsent message locally', () => {
    transport.isOnline = false;
    const id = outbox.send('c', { text: 'one' }, null);
    outbox.change({ kind: 'edit', conversationId: 'c', messageId: id, text: 'two', at: '' });
    expect(outbox.queue.all).toMatchObject([{ id, draft: { text: 'two' } }]);
    outbox.change({ kind: 'delete', conversationId: 'c', messageId: id, at: '' });
    expect(outbox.queue.all).toEqual([]);
  });

  it('removes the reference of a reply when the unsent original is deleted', async () => {
    transport.isOnline = false;
    const quoted = outbox.send('c', { text: 'quoted' }, null);
    const replyTo = { id: quoted, seq: 0, senderId: ANN.id, preview: 'quoted' };
    outbox.send('c', { text: 'an answer', replyToId: quoted }, replyTo);
    outbox.change({ kind: 'delete', conversationId: 'c', messageId: quoted, at: '' });
    expect(shown().at(-1)).toMatchObject({ text: 'an answer', replyTo: null });
    transport.isOnline = true;
    outbox.online();
    expect((await transport.next('message:send')).payload).not.toHaveProperty('replyToId');
  });

  it('edits a message in flight with a separate command', async () => {
    const id = outbox.send('c', { text: 'one' }, null);
    const sending = await transport.next('message:send');
    outbox.change({ kind: 'edit', conversationId: 'c', messageId: id, text: 'two', at: 'now' });
    expect(shown().at(-1)).toMatchObject({ id, text: 'two' });
    sending.answer(message(4, { id, text: 'one' }));
    expect((await transport.next('message:edit')).payload).toEqual({ id, text: 'two' });
    expect(shown().at(-1)).toMatchObject({ id, text: 'two' });
  });

  it('shows reactions immediately', () => {
    transport.isOnline = false;
    outbox.change({ kind: 'react', conversationId: 'c', messageId: 'm1', emoji: '👍' });
    expect(shown()[0]?.reactions).toEqual([{ emoji: '👍', count: 1, userIds: ['ann'] }]);
    outbox.change({ kind: 'unreact', conversationId: 'c', messageId: 'm1', emoji: '👍' });
    expect(shown()[0]?.reactions).toEqual([]);
  });

  it('merges markers that wait to be sent', async () => {
    transport.isOnline = false;
    outbox.mark({ kind: 'read', conversationId: 'c', seq: 1 });
    outbox.mark({ kind: 'read', conversationId: 'c', seq: 3 });
    transport.isOnline = true;
    outbox.online();
    expect((await transport.next('conversation:read')).payload).toEqual({ conversationId: 'c', seq: 3 });
    expect(outbox.queue.all).toHaveLength(1);
  });

  it('resumes after a restart, without the messages that are already stored', async () => {
    const items = [pendingSend('m3', 1, { attempts: 1 }), pendingSend('p1', 2), pendingSend('p2', 3)];
    outbox.restore(items, syncState);
    outbox.online();
    expect((await transport.next('message:send')).payload).toEqual({ id: 'p1', conversationId: 'c', text: 'p1' });
    expect(outbox.queue.all.map(({ id }) => id)).toEqual(['p1', 'p2']);
  });
});
