import { randomUUID } from 'node:crypto';

import { FORBIDDEN, invalid, NOT_A_MEMBER, NOT_FOUND } from '../support/problem.js';
import {
  type Input,
  NO_IDS,
  IDS_VALUES,
  TITLES,
  TOPICS,
  PAGES,
  refusedOutside,
  membersOnly,
  unknownId,
  denied,
} from './input.js';
import { CREATE, SEND, LIST, EDIT, DELETE, REACT, OWN_STATE, marker, SYNC } from './operations.js';

/** The routes of conversations, members, messages and sync that take input. */
export const CHAT_ROUTES: readonly Input[] = [
  { name: 'GET /conversations', by: 'owner', bad: { ...PAGES, archived: ['yes', '2', ''] } },
  { name: 'POST /conversations', ...CREATE },
  { name: 'GET /conversations/discover', by: 'owner', bad: { ...PAGES, q: ['x'.repeat(101)] } },
  {
    name: 'GET /conversations/{id}',
    by: 'owner',
    valid: ({ conversations: places }) => ({ id: places.group }),
    denied: [
      ...refusedOutside(() => ({}), 'a group', NOT_FOUND),
      ...refusedOutside(({ conversations: places }) => ({ id: places.direct }), 'a direct conversation', NOT_FOUND),
      unknownId('owner', 'id'),
    ],
  },
  {
    name: 'PATCH /conversations/{id}',
    by: 'owner',
    valid: ({ conversations: places }) => ({ id: places.group, title: 'New', topic: 'New' }),
    bad: { title: TITLES, topic: TOPICS },
    denied: [
      ...membersOnly('id'),
      denied('owner', 'a room without a title', invalid('title'), ({ conversations: places }) => ({
        id: places.room,
        title: null,
      })),
      denied('owner', 'a direct conversation', FORBIDDEN, ({ conversations: places }) => ({ id: places.direct })),
      denied('member', 'a group', FORBIDDEN, () => ({})),
      denied('member', 'a room', FORBIDDEN, ({ conversations: places }) => ({ id: places.room })),
    ],
  },
  {
    name: 'DELETE /conversations/{id}',
    by: 'owner',
    valid: ({ conversations: places }) => ({ id: places.group }),
    denied: [
      ...membersOnly('id'),
      denied('owner', 'a direct conversation', FORBIDDEN, ({ conversations: places }) => ({ id: places.direct })),
      ...(['admin', 'member'] as const).flatMap((who) => [
        denied(who, 'a group', FORBIDDEN, () => ({})),
        denied(who, 'a room', FORBIDDEN, ({ conversations: places }) => ({ id: places.room })),
      ]),
    ],
  },
  {
    name: 'GET /conversations/{id}/members',
    by: 'owner',
    valid: ({ conversations: places }) => ({ id: places.group }),
    bad: PAGES,
    denied: membersOnly('id'),
  },
  {
    name: 'POST /conversations/{id}/members',
    by: 'owner',
    valid: ({ conversations: places, people }) => ({ id: places.group, userIds: [people.outsider.id] }),
    required: ['userIds'],
    bad: { userIds: [...IDS_VALUES, []] },
    denied: [
      ...membersOnly('id'),
      denied('owner', 'a malformed user', invalid('userIds.0'), () => ({ userIds: ['x'] })),
      denied('owner', 'the same user twice', invalid('userIds'), ({ people }) => ({
        userIds: [people.outsider.id, people.outsider.id],
      })),
      denied('owner', 'too many users', invalid('userIds'), () => ({
        userIds: Array.from({ length: 101 }, () => randomUUID()),
      })),
      denied('owner', 'a list with an unknown user', NOT_FOUND, ({ people, unknownId: nothing }) => ({
        userIds: [people.outsider.id, nothing],
      })),
      denied('owner', 'a direct conversation', FORBIDDEN, ({ conversations: places }) => ({ id: places.direct })),
      denied('member', 'a room', FORBIDDEN, ({ conversations: places }) => ({ id: places.room })),
    ],
  },
  {
    name: 'PATCH /conversations/{id}/members/{userId}',
    by: 'owner',
    valid: ({ conversations: places, people }) => ({ id: places.group, userId: people.member.id, role: 'admin' }),
    required: ['role'],
    bad: { role: [null, 7, '', 'king', 'OWNER', ['admin']] },
    denied: [
      ...membersOnly('id'),
      denied('owner', 'a user who is not a member', NOT_FOUND, ({ people }) => ({ userId: people.outsider.id })),
      denied('owner', 'a former member', NOT_FOUND, ({ people }) => ({ userId: people.former.id })),
      denied('owner', 'an unknown user', NOT_FOUND, ({ unknownId: nothing }) => ({ userId: nothing })),
      denied('owner', 'oneself', { status: 409, code: 'conflict' }, ({ people }) => ({ userId: people.owner.id })),
      denied('owner', 'a direct conversation', FORBIDDEN, ({ conversations: places }) => ({ id: places.direct })),
      ...(['admin', 'member'] as const).flatMap((who) => [
        denied(who, 'a group', FORBIDDEN, () => ({})),
        denied(who, 'the user itself in a room', FORBIDDEN, ({ conversations: places, people }) => ({
          id: places.room,
          userId: people[who].id,
        })),
      ]),
    ],
  },
  {
    name: 'DELETE /conversations/{id}/members/{userId}',
    by: 'owner',
    valid: ({ conversations: places, people }) => ({ id: places.group, userId: people.member.id }),
    denied: [
      ...membersOnly('id'),
      denied('owner', 'a user who is not a member', NOT_FOUND, ({ people }) => ({ userId: people.outsider.id })),
      denied('owner', 'a former member', NOT_FOUND, ({ people }) => ({ userId: people.former.id })),
      denied('owner', 'a direct conversation', FORBIDDEN, ({ conversations: places }) => ({ id: places.direct })),
      denied('owner', 'the user itself in a direct conversation', FORBIDDEN, ({ conversations: places, people }) => ({
        id: places.direct,
        userId: people.owner.id,
      })),
      denied('admin', 'the owner', FORBIDDEN, ({ people }) => ({ userId: people.owner.id })),
      denied('member', 'an admin', FORBIDDEN, ({ people }) => ({ userId: people.admin.id })),
      denied('member', 'the owner of a room', FORBIDDEN, ({ conversations: places, people }) => ({
        id: places.room,
        userId: people.owner.id,
      })),
    ],
  },
  {
    name: 'POST /conversations/{id}/join',
    by: 'outsider',
    valid: ({ conversations: places }) => ({ id: places.room }),
    denied: [
      ...refusedOutside(({ conversations: places }) => ({ id: places.group }), 'a group', NOT_FOUND),
      ...refusedOutside(({ conversations: places }) => ({ id: places.direct }), 'a direct conversation', NOT_FOUND),
      denied('member', 'a group, as a member', NOT_FOUND, ({ conversations: places }) => ({ id: places.group })),
      unknownId('outsider', 'id'),
    ],
  },
  {
    name: 'POST /conversations/{id}/leave',
    by: 'member',
    valid: ({ conversations: places }) => ({ id: places.room }),
    denied: [
      ...membersOnly('id'),
      denied('member', 'a direct conversation', FORBIDDEN, ({ conversations: places }) => ({ id: places.direct })),
    ],
  },
  { name: 'POST /messages', ...SEND },
  { name: 'GET /messages', ...LIST },
  {
    name: 'GET /messages/search',
    by: 'owner',
    valid: ({ conversations: places }) => ({ q: 'hello', conversationId: places.group }),
    required: ['q'],
    bad: { ...PAGES, q: ['', 'x'.repeat(201)], conversationId: NO_IDS },
    denied: membersOnly('conversationId'),
  },
  {
    name: 'GET /messages/{id}',
    by: 'owner',
    valid: ({ messages }) => ({ id: messages.group }),
    denied: [
      ...refusedOutside(({ messages }) => ({ id: messages.group }), 'a message in a group', NOT_FOUND),
      ...refusedOutside(({ messages }) => ({ id: messages.direct }), 'a message in a direct conversation', NOT_FOUND),
      ...refusedOutside(({ messages }) => ({ id: messages.room }), 'a message in a room', NOT_A_MEMBER),
      unknownId('owner', 'id'),
    ],
  },
  { name: 'PATCH /messages/{id}', ...EDIT },
  { name: 'DELETE /messages/{id}', ...DELETE },
  { name: 'PUT /messages/{id}/reactions/{emoji}', ...REACT },
  { name: 'DELETE /messages/{id}/reactions/{emoji}', ...REACT },
  { name: 'PATCH /conversations/{id}/me', ...OWN_STATE },
  { name: 'PUT /conversations/{id}/read', ...marker('id') },
  { name: 'PUT /conversations/{id}/delivered', ...marker('id') },
  { name: 'POST /sync', ...SYNC },
];
