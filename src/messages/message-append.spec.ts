import { describe, expect, it } from '@jest/globals';

import { after, newMessage, NOON } from '../../test/fakes/row-factories.js';
import { DomainError } from '../common/domain-error.js';
import { directKey } from '../conversations/conversation.js';
import { type AppendFacts, type AppendTarget, planAppend } from './message-append.js';
import type { NewMessage, StoredMessage } from './message.js';

const LATER = after(1_000);

/** The tables of a test: a group of ann and ben, a direct conversation of both, and a room of ann. */
const CONVERSATIONS: Readonly<Record<string, AppendTarget>> = {
  group: { type: 'group', directKey: null, lastSeq: 4, rev: 9 },
  direct: { type: 'direct', directKey: directKey('ann', 'ben'), lastSeq: 0, rev: 1 },
  room: { type: 'room', directKey: null, lastSeq: 0, rev: 1 },
};
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  group: ['ann', 'ben'],
  direct: ['ann', 'ben'],
  room: ['ann'],
};
const KNOWN: StoredMessage = {
  senderId: 'ann',
  conversationId: 'group',
  text: 'Known',
  edited: false,
  deleted: false,
};

const facts = (changes: Partial<AppendFacts> = {}): AppendFacts => ({
  conversation: (id) => CONVERSATIONS[id] ?? null,
  membership: (id, userId) => (MEMBERS[id]?.includes(userId) ? { userId, role: 'member' } : null),
  isMember: (id, userId) => MEMBERS[id]?.includes(userId) ?? false,
  isBlocked: () => false,
  stored: (id) => (id === 'known' ? KNOWN : null),
  quoted: (id) => (id === 'known' ? { conversationId: 'group', seq: 3 } : null),
  isInDoubt: () => false,
  ...changes,
});

const send = (id: string, changes: Partial<NewMessage> = {}): NewMessage =>
  newMessage('group', 'ann', { id, ...changes });
const repeated = send('known', { text: 'Known' });

const codes = (sends: readonly NewMessage[], changes?: Partial<AppendFacts>): string[] =>
  planAppend(facts(changes), sends).outcomes.map((outcome) => (outcome instanceof DomainError ? outcome.code : 'ok'));

describe('a plan of sends', () => {
  it('numbers the sends of each conversation without gaps, after its counters', () => {
    const { messages, logs } = planAppend(facts(), [
      send('a'),
      send('b', { conversationId: 'room' }),
      send('c', { senderId: 'ben', createdAt: LATER }),
    ]);
    expect(messages.map(({ id, seq, rev }) => [id, seq, rev])).toEqual([
      ['a', 5, 10],
      ['b', 1, 2],
      ['c', 6, 11],
    ]);
    expect(logs).toEqual(
      new Map([
        ['group', { lastSeq: 6, rev: 11, activeAt: LATER }],
        ['room', { lastSeq: 1, rev: 2, activeAt: NOON }],
      ]),
    );
  });

  it('gives a refused send no number', () => {
    const sends = [send('a'), send('b', { senderId: 'eve' }), send('c')];
    expect(codes(sends)).toEqual(['ok', 'not_found', 'ok']);
    expect(planAppend(facts(), sends).messages.map(({ seq }) => seq)).toEqual([5, 6]);
  });

  it.each<[string, Partial<NewMessage>, string]>([
    ['to an unknown conversation', { conversationId: 'none' }, 'not_found'],
    ['of an outsider to a group', { senderId: 'eve' }, 'not_found'],
    ['of an outsider to a room', { senderId: 'eve', conversationId: 'room' }, 'not_a_member'],
    ['that replies to an unknown message', { replyToId: 'none' }, 'not_found'],
    ['that replies to a message of another conversation', { replyToId: 'known', conversationId: 'room' }, 'not_found'],
    ['that mentions a user who is no member', { mentions: ['ben', 'eve'] }, 'validation_failed'],
    ['with the id of a message of another sender', { id: 'known', text: 'Known', senderId: 'ben' }, 'id_conflict'],
    ['with the id of a message with another text', { id: 'known', text: 'Other' }, 'id_conflict'],
    ['with the id of a message elsewhere', { id: 'known', text: 'Known', conversationId: 'room' }, 'id_conflict'],
    ['with a known id to an unknown conversation', { id: 'known', conversationId: 'none' }, 'id_conflict'],
  ])('refuses a send %s', (_case, changes, code) => {
    const plan = planAppend(facts(), [send('a', changes)]);
    expect(plan.outcomes).toEqual([expect.objectContaining({ code })]);
    expect([plan.messages, plan.logs.size]).toEqual([[], 0]);
  });

  it('refuses a send across a block in a direct conversation only', () => {
    const sends = [send('a', { conversationId: 'direct' }), send('b')];
    expect(codes(sends, { isBlocked: (one, other) => one === 'ann' && other === 'ben' })).toEqual(['blocked', 'ok']);
  });

  it('accepts a repeated send of a former or blocked member without storing it', () => {
    const plan = planAppend(facts({ membership: () => null, isBlocked: () => true }), [repeated]);
    expect(plan).toEqual({ outcomes: [{ id: 'known', isNew: false }], messages: [], logs: new Map() });
  });

  it('accepts a repeated send of an edited or deleted message', () => {
    for (const change of [{ edited: true }, { deleted: true }]) {
      const stored = (): StoredMessage => ({ ...KNOWN, ...change, text: 'Changed' });
      expect(codes([repeated], { stored })).toEqual(['ok']);
    }
  });

  it('stores a send that occurs twice once, and makes it new once', () => {
    const plan = planAppend(facts(), [send('a'), send('a'), send('a', { text: 'Other' })]);
    expect(plan.messages.map(({ seq }) => seq)).toEqual([5]);
    expect(plan.outcomes).toEqual([
      { id: 'a', isNew: true },
      { id: 'a', isNew: false },
      expect.objectContaining({ code: 'id_conflict' }),
    ]);
  });

  it('makes a stored send new once when it is in doubt', () => {
    const { outcomes, messages } = planAppend(facts({ isInDoubt: () => true }), [repeated, repeated]);
    expect(outcomes).toEqual([
      { id: 'known', isNew: true },
      { id: 'known', isNew: false },
    ]);
    expect(messages).toEqual([]);
  });

  it('resolves a reply to a stored message, and to an earlier send of the batch', () => {
    const { messages } = planAppend(facts(), [
      send('a', { replyToId: 'known' }),
      send('b', { replyToId: 'a' }),
      send('c', { replyToId: 'd' }),
      send('d'),
    ]);
    expect(messages.map(({ id, replyToSeq }) => [id, replyToSeq])).toEqual([
      ['a', 3],
      ['b', 5],
      ['d', null],
    ]);
  });
});
