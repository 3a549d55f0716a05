import { describe, expect, it } from '@jest/globals';

import { aConversation, aMember } from '../../test/fakes/view-factories.js';
import type { StoredMemberChanges } from './member-changes.js';
import { memberEvents } from './member-events.js';

const member = (id: string, rev: number) => aMember(id, { rev });
const joined = (userId: string, rev: number) =>
  ({ kind: 'join', userId, rev, role: 'member', member: member(userId, rev) }) as const;
const promoted = (userId: string, rev: number) =>
  ({ kind: 'role', userId, rev, role: 'owner', member: member(userId, rev) }) as const;
const left = (userId: string, rev: number) => ({ kind: 'leave', userId, rev, member: null }) as const;
const view = (title: string) => aConversation({ title });

const eventsOf = (stored: Partial<StoredMemberChanges>, more: Partial<Parameters<typeof memberEvents>[1]> = {}) =>
  memberEvents(
    { changes: [], inBlocks: [], added: new Map(), deleted: false, ...stored },
    { conversationId: 'c', actorId: 'ann', ownReason: 'left', isOnline: () => false, ...more },
  );

describe('memberEvents', () => {
  it('adds the conversation for all new members before any of them is announced', () => {
    const added = new Map([
      ['ben', view('c of ben')],
      ['cleo', view('c of cleo')],
    ]);
    expect(eventsOf({ changes: [joined('ben', 2), joined('cleo', 3)], added })).toEqual([
      { name: 'conversation.added', event: { userId: 'ben', conversation: view('c of ben') } },
      { name: 'conversation.added', event: { userId: 'cleo', conversation: view('c of cleo') } },
      { name: 'member.joined', event: { conversationId: 'c', rev: 2, member: { ...member('ben', 2), online: false } } },
      {
        name: 'member.joined',
        event: { conversationId: 'c', rev: 3, member: { ...member('cleo', 3), online: false } },
      },
    ]);
  });

  it('removes the conversation for a departed member before the others see the departure', () => {
    expect(eventsOf({ changes: [left('ann', 2), promoted('ben', 3)] })).toEqual([
      { name: 'conversation.removed', event: { conversationId: 'c', userId: 'ann', reason: 'left' } },
      { name: 'member.left', event: { conversationId: 'c', rev: 2, userId: 'ann', by: 'ann', reason: 'left' } },
      {
        name: 'member.updated',
        event: { conversationId: 'c', rev: 3, member: { ...member('ben', 3), online: false } },
      },
    ]);
  });

  it.each([
    ['ann', 'left', 'left'],
    ['ann', 'deleted', 'deleted'],
    ['ben', 'deleted', 'removed'],
  ] as const)('gives %s, who leaves with the own reason %s, the reason %s', (userId, ownReason, reason) => {
    const [removed, departed] = eventsOf({ changes: [left(userId, 2)] }, { ownReason });
    expect([removed?.event, departed?.event]).toMatchObject([
      { userId, reason },
      { userId, reason, by: 'ann' },
    ]);
  });

  it('announces no departure in a deleted conversation', () => {
    expect(eventsOf({ changes: [left('ann', 2)], deleted: true }).map(({ name }) => name)).toEqual([
      'conversation.removed',
    ]);
  });

  it.each([
    ['online without a block', ['ben'], [], true],
    ['online with a block', ['ben'], ['ben'], false],
    ['offline', [], [], false],
  ])('shows a member who is %s', (_case, online, inBlocks, expected) => {
    const [event] = eventsOf({ changes: [joined('ben', 2)], inBlocks }, { isOnline: (id) => online.includes(id) });
    expect(event?.event).toMatchObject({ member: { online: expected } });
  });
});
