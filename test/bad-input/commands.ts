import { randomUUID } from 'node:crypto';

import { FORBIDDEN, invalid, NOT_FOUND, UNAUTHENTICATED } from '../support/problem.js';
import type { SeededConversations } from '../support/seeded-conversations.js';
import {
  type Input,
  ANY_TEXT,
  ID_VALUES,
  IDS_VALUES,
  refusedOutside,
  membersOnly,
  unknownId,
  denied,
} from './input.js';
import { CREATE, SEND, SEQS, LIST, EDIT, DELETE, REACT, marker, SYNC } from './operations.js';

const NUMBERS_ONLY = ['1', null, true, {}];
/** All commands. */
export const COMMANDS: readonly Input[] = [
  { name: 'message:send', ...SEND },
  {
    name: 'message:list',
    ...LIST,
    bad: {
      conversationId: ID_VALUES,
      before: [0, ...SEQS, ...NUMBERS_ONLY],
      after: [...SEQS, ...NUMBERS_ONLY],
      around: [0, ...SEQS, ...NUMBERS_ONLY],
      limit: [0, 101, ...NUMBERS_ONLY],
    },
  },
  { name: 'conversation:create', ...CREATE },
  {
    name: 'conversation:join',
    by: 'outsider',
    valid: ({ conversations: places }) => ({ conversationId: places.room }),
    required: ['conversationId'],
    bad: { conversationId: ID_VALUES },
    denied: [
      ...refusedOutside(({ conversations: places }) => ({ conversationId: places.group }), 'a group', NOT_FOUND),
      ...refusedOutside(
        ({ conversations: places }) => ({ conversationId: places.direct }),
        'a direct conversation',
        NOT_FOUND,
      ),
      denied('member', 'a group, as a member', NOT_FOUND, ({ conversations: places }) => ({
        conversationId: places.group,
      })),
      unknownId('outsider', 'conversationId'),
    ],
  },
  {
    name: 'conversation:leave',
    by: 'member',
    valid: ({ conversations: places }) => ({ conversationId: places.group }),
    required: ['conversationId'],
    bad: { conversationId: ID_VALUES },
    denied: [
      ...membersOnly('conversationId'),
      denied('member', 'a direct conversation', FORBIDDEN, ({ conversations: places }) => ({
        conversationId: places.direct,
      })),
    ],
  },
  { name: 'message:edit', ...EDIT, required: ['id', 'text'], bad: { id: ID_VALUES, ...EDIT.bad } },
  { name: 'message:delete', ...DELETE, required: ['id'], bad: { id: ID_VALUES } },
  ...['message:react', 'message:unreact'].map((name) => ({
    ...REACT,
    name,
    required: ['id', 'emoji'],
    bad: { id: ID_VALUES, emoji: [...ANY_TEXT, '', 'ok', '👍👍', 'x'.repeat(33)] },
  })),
  ...['conversation:read', 'conversation:delivered'].map((name) => ({
    ...marker('conversationId'),
    name,
    required: ['conversationId', 'seq'],
    bad: { conversationId: ID_VALUES, seq: [...NUMBERS_ONLY, -1, 1.5, 2 ** 31] },
  })),
  ...['typing:start', 'typing:stop'].map((name) => ({
    name,
    by: 'member' as const,
    valid: ({ conversations: places }: SeededConversations) => ({ conversationId: places.group }),
    required: ['conversationId'],
    bad: { conversationId: ID_VALUES },
    denied: membersOnly('conversationId'),
  })),
  { name: 'sync', ...SYNC },
  {
    name: 'presence:watch',
    by: 'member',
    valid: ({ people }) => ({ userIds: [people.owner.id] }),
    required: ['userIds'],
    bad: { userIds: IDS_VALUES },
    denied: [
      denied('member', 'somebody twice', invalid('userIds'), ({ people }) => ({
        userIds: [people.owner.id, people.owner.id],
      })),
      denied('member', 'too many users', invalid('userIds'), () => ({
        userIds: Array.from({ length: 201 }, () => randomUUID()),
      })),
    ],
  },
  {
    name: 'session:refresh',
    by: 'owner',
    valid: ({ people }) => ({ accessToken: people.owner.token }),
    required: ['accessToken'],
    bad: { accessToken: [...ANY_TEXT, '', 'x'.repeat(4_097)] },
    denied: [
      denied('owner', 'garbage', UNAUTHENTICATED, () => ({ accessToken: 'x.y.z' })),
      denied('owner', 'another user’s token', FORBIDDEN, ({ people }) => ({ accessToken: people.member.token })),
    ],
  },
];
