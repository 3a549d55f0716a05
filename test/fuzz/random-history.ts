import { randomUUID } from 'node:crypto';

import { expect } from '@jest/globals';

import type { Account } from '../clients/account.js';
import { checkConversation } from '../clients/conversation-copy.mjs';
import type { Rest } from '../clients/rest.js';
import { serverSnapshot } from '../clients/server-snapshot.js';
import { SimulatedClient, type SimulatedClientOptions } from '../clients/simulated-client.js';
import { type Action, OWNERS, USERS } from './random-actions.js';

const REFUSALS = new Set(['not_found', 'not_a_member', 'forbidden', 'conflict', 'id_conflict']);

/** The unread count is the same in the inbox, in a peek, and in the answer to a marker update that changes nothing. */
async function expectUnread(rest: Rest, snapshot: any[]): Promise<void> {
  const { body: peek } = await rest.get('/sync/peek');
  expect(peek.unread).toBe(snapshot.reduce((sum, { me }) => sum + me.unreadCount, 0));
  for (const { id, lastSeq, me } of snapshot) {
    expect(me.unreadCount).toBe(lastSeq - me.readSeq);
    const peeked = peek.conversations.find((each: any) => each.id === id)?.unreadCount ?? 0;
    const { body: markers } = await rest.put(`/conversations/${id}/read`, { seq: 0 });
    expect([peeked, markers.unreadCount, markers.readSeq]).toEqual([me.unreadCount, me.unreadCount, me.readSeq]);
  }
}

/** One random history: a group, a room, and the clients that follow them. */
export class History {
  private readonly clients: SimulatedClient[];
  private readonly conversationIds: string[] = [];
  /** The `seq` of each message in any answer so far, by message id. */
  private readonly seqs = new Map<string, number>();
  private readonly sends: { id: string; conversationId: string; text: string; sender: number }[] = [];

  constructor(
    origin: string,
    private readonly accounts: readonly Account[],
    options: readonly SimulatedClientOptions[],
  ) {
    this.clients = OWNERS.map((owner, index) => new SimulatedClient(origin, accounts[owner]!, options[index]!));
  }

  /** Runs the batches, then `check`, then leaves the conversations. */
  async run(batches: readonly (readonly Action[])[], check: (history: this) => Promise<void>): Promise<void> {
    try {
      // The group exists before the clients connect; the room is announced to them live.
      await this.create('group', 0, [1, 2]);
      await Promise.all(this.clients.map((client) => client.open()));
      await this.create('room', 1, [0, 2]);
      for (const batch of batches) {
        // Pending commands are acknowledged before their socket closes, so that none is still running at the check.
        const order = batch.toSorted((a, b) => Number(b.kind === 'drop') - Number(a.kind === 'drop'));
        await Promise.all(order.map((action) => this.perform(action)));
      }
      await check(this);
    } finally {
      for (const client of this.clients) client.close();
      await Promise.all(
        this.accounts.flatMap(({ rest }) => this.conversationIds.map((id) => rest.post(`/conversations/${id}/leave`))),
      );
    }
  }

  /** After one more sync each client holds exactly the server's state. */
  async compare(): Promise<void> {
    await this.settle();
    for (const { model } of this.clients) model.foreground();
    await Promise.all(this.clients.map(({ model }) => model.idle()));
    await this.expectEqual();
  }

  /** Compares without a final sync: clients that missed nothing are up to date from events alone. */
  async compareBeforeForeground(): Promise<void> {
    await this.settle();
    expect(this.clients.map(({ model }) => model.gaps)).toEqual(OWNERS.map(() => 0));
    await this.expectEqual();
  }

  /** Delivers all delayed events, connects every client, and waits until each has processed its events. */
  private async settle(): Promise<void> {
    for (const { link } of this.clients) link.heal();
    await Promise.all(this.clients.map((client) => client.open()));
    await Promise.all(this.clients.map((client) => client.settle()));
  }

  private async expectEqual(): Promise<void> {
    const rows = new Map<string, Promise<any>>();
    const snapshots = await Promise.all(
      this.accounts.map(({ rest }) =>
        serverSnapshot(rows, async (path) => {
          const { status, body } = await rest.get(path);
          expect(status).toBe(200);
          return body;
        }),
      ),
    );
    await Promise.all(this.accounts.map(({ rest }, index) => expectUnread(rest, snapshots[index]!)));
    for (const [index, { model }] of this.clients.entries()) {
      const snapshot = model.snapshot() as any[];
      expect(snapshot).toEqual(snapshots[OWNERS[index]!]);
      for (const { lastSeq, messages, members, memberCount } of snapshot) {
        expect(messages.map(({ seq }: any) => seq)).toEqual(Array.from({ length: lastSeq }, (_, n) => n + 1));
        expect(new Set(messages.map(({ id }: any) => id)).size).toBe(lastSeq);
        for (const { id, seq } of messages) expect(this.seqs.get(id)).toBe(seq);
        expect(Object.keys(members)).toHaveLength(memberCount);
      }
    }
  }

  private async create(type: string, creator: number, others: readonly number[]): Promise<void> {
    const memberIds = others.map((other) => this.accounts[other]!.id);
    const { status, body } = await this.accounts[creator]!.rest.post('/conversations', { type, title: 'T', memberIds });
    expect(status).toBe(201);
    this.conversationIds.push(body.id);
  }

  /** Performs an action. A refusal is a valid outcome, any other error is not. */
  private async perform(action: Action): Promise<void> {
    const client = this.clients[action.client]!;
    if (action.kind === 'drop') {
      client.close();
    } else if (action.kind === 'open') {
      await client.open();
    } else {
      const code = await this.execute(action);
      if (code !== null && !REFUSALS.has(code)) throw new Error(`${action.kind} failed: ${code}`);
    }
  }

  /** @returns the error code of a refusal */
  private async execute(action: Action): Promise<string | null> {
    const { kind, actor, choice, overSocket } = action;
    const conversationId = this.conversationIds[action.conversation]!;
    const path = `/conversations/${conversationId}`;
    const target = this.accounts[action.target]!;
    const earlier = this.sends[action.message % Math.max(this.sends.length, 1)];
    const by = (person: number, command: string | null, payload: object, method: string, path: string, body?: object) =>
      this.request(person, overSocket ? command : null, payload, method, path, body);

    if (kind === 'send') {
      const message = {
        id: randomUUID(),
        conversationId,
        text: `message ${this.sends.length}`,
        ...(choice === 1 && earlier && { replyToId: earlier.id }),
        ...(choice === 2 && { mentions: [this.accounts[actor]!.id] }),
        ...(choice === 3 && { metadata: { conversation: action.conversation } }),
      };
      this.sends.push({ ...message, sender: actor });
      return by(actor, 'message:send', message, 'POST', '/messages', message);
    }
    if (['retry', 'edit', 'delete', 'react', 'unreact'].includes(kind)) {
      if (!earlier) return null;
      const { id, sender, text } = earlier;
      const emoji = ['👍', '🎉', '❤️'][choice % 3]!;
      const messagePath = `/messages/${id}`;
      const reaction = `${messagePath}/reactions/${encodeURIComponent(emoji)}`;
      const again = { id, conversationId: earlier.conversationId, text };
      const edited = `edited ${choice}`;
      if (kind === 'retry') return by(sender, 'message:send', again, 'POST', '/messages', again);
      if (kind === 'edit')
        return by(sender, 'message:edit', { id, text: edited }, 'PATCH', messagePath, { text: edited });
      if (kind === 'delete') return by(actor, 'message:delete', { id }, 'DELETE', messagePath);
      if (kind === 'react') return by(actor, 'message:react', { id, emoji }, 'PUT', reaction);
      return by(actor, 'message:unreact', { id, emoji }, 'DELETE', reaction);
    }
    const role = ['owner', 'admin', 'member'][choice % 3];
    const title = { title: `title ${choice}`, topic: choice % 2 ? null : 'topic' };
    const marker = { seq: action.message };
    switch (kind) {
      case 'join':
        return by(actor, 'conversation:join', { conversationId }, 'POST', `${path}/join`);
      case 'leave':
        return by(actor, 'conversation:leave', { conversationId }, 'POST', `${path}/leave`);
      case 'kick':
        return by(actor, null, {}, 'DELETE', `${path}/members/${target.id}`);
      case 'add': {
        const userIds = [...new Set([target.id, this.accounts[(action.target + choice) % USERS]!.id])];
        return by(actor, null, {}, 'POST', `${path}/members`, { userIds });
      }
      case 'role':
        return by(actor, null, {}, 'PATCH', `${path}/members/${target.id}`, { role });
      case 'rename':
        return by(actor, null, {}, 'PATCH', path, title);
      case 'read':
        return by(actor, 'conversation:read', { conversationId, ...marker }, 'PUT', `${path}/read`, marker);
      case 'delivered':
        return by(actor, 'conversation:delivered', { conversationId, ...marker }, 'PUT', `${path}/delivered`, marker);
      case 'pin':
        return by(actor, null, {}, 'PATCH', `${path}/me`, { pinned: choice % 2 === 0 });
      case 'mute':
        return by(actor, null, {}, 'PATCH', `${path}/me`, {
          mutedUntil: choice % 2 ? null : '2099-01-01T00:00:00.000Z',
        });
      case 'archive':
        return by(actor, null, {}, 'PATCH', `${path}/me`, { archived: choice !== 0 });
      case 'erase':
        return by(actor, null, {}, 'DELETE', path);
      default:
        throw new Error(`unknown action ${kind}`);
    }
  }

  /** Uses one of the user's sockets if there is a command and an open socket, otherwise REST. */
  private async request(
    person: number,
    command: string | null,
    payload: object,
    method: string,
    path: string,
    body?: object,
  ): Promise<string | null> {
    const socket = command === null ? null : this.socketOf(person);
    if (socket) {
      const { ok, data, error } = await socket.emit(command!, payload);
      if (ok) this.check(data);
      return ok ? null : error.code;
    }
    const answer = await this.accounts[person]!.rest.send(method, path, body);
    if (answer.status >= 300) return answer.body.code;
    this.check(answer.body);
    return null;
  }

  /** Checks an answer: the `seq` of a message never changes, and unread counts add up. */
  private check(answer: any): void {
    if (answer?.me) checkConversation(answer);
    if (answer?.seq === undefined) return;
    const { id, seq } = answer;
    expect(this.seqs.get(id) ?? seq).toBe(seq);
    this.seqs.set(id, seq);
  }

  private socketOf(person: number): SimulatedClient['socket'] {
    return this.clients.find((client, index) => OWNERS[index] === person && client.socket)?.socket ?? null;
  }
}
