import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { openApiDocument } from '../../src/api-docs/openapi.js';
import { Commands } from '../../src/realtime/gateway/commands.js';
import { PASSWORD } from '../clients/account.js';
import type { TestSocket } from '../clients/test-socket.js';
import {
  type ExpectedProblem,
  expectProblem,
  expectRefusal,
  FORBIDDEN,
  INVALID_CREDENTIALS,
  invalid,
  NOT_A_MEMBER,
  NOT_FOUND,
  UNAUTHENTICATED,
} from '../support/problem.js';
import { TestServer } from '../harness/server.js';
import { allRows, seedConversations, type Person, type SeededConversations } from '../support/seeded-conversations.js';

type Values = Record<string, unknown>;

/** Values that a field refuses; under another name where the error is in a nested field. */
type Bad = Record<string, readonly unknown[]>;

/** A valid request that this user may not make, or whose target does not exist. */
interface Denied {
  readonly who: Person;
  readonly what: string;
  readonly with: (world: SeededConversations) => Values;
  readonly expected: ExpectedProblem;
}

/** A route or command with its valid and invalid inputs. */
interface Input {
  /** `METHOD /path/{parameter}` as in the OpenAPI document, or the name of a command. */
  readonly name: string;
  /** The user that may call it; absent for public routes. */
  readonly by?: Person;
  /** Values by name: path parameters, query or body. */
  readonly valid?: (world: SeededConversations) => Values;
  readonly required?: readonly string[];
  readonly bad?: Bad;
  readonly denied?: readonly Denied[];
}

const ANY_TEXT = [null, 7, true, {}, ['x']];
const EMAILS = [...ANY_TEXT, '', 'x', 'a@', '@b.example', 'a b@c.example', `${'a'.repeat(250)}@b.example`];
const TOKENS = [...ANY_TEXT, '', 'x', 'A'.repeat(43), 'x'.repeat(129)];
const NO_IDS = ['', 'x', '7', 'general', `${randomUUID()}0`, '{}', "' OR 1=1 --"];
const ID_VALUES = [null, 7, true, {}, [randomUUID()], ...NO_IDS];
const IDS_VALUES = [null, 'x', {}, randomUUID()];
const TITLES = [7, true, {}, ['x'], '', ' \n', 'x'.repeat(101), 'two\nlines', 'bell\u0007', '\ud800'];
const TOPICS = [7, true, {}, ['x'], 'x'.repeat(501), 'bell\u0007'];
const PAGES = { limit: ['0', '-1', '101', '1.5', 'ten'], cursor: ['x', 'bnVsbA', 'x'.repeat(2_000)] };
/**
 * Valid by RFC 3339, but not storable: a leap second, and years that a database or the wire format cannot represent.
 */
const UNSTORABLE_TIMES = ['2016-12-31T23:59:60Z', '0999-12-31T23:59:59Z', '9999-12-31T23:59:59-00:01'];
const DEVICES: Bad = {
  device: [null, 'phone', 7, ['x']],
  'device.id': [{ id: '' }, { id: 7 }, { id: 'x'.repeat(129) }],
  'device.name': [{ name: '' }, { name: null }, { name: 'x'.repeat(101) }],
  'device.platform': [{ platform: 'fridge' }, { platform: null }],
  'device.token': [{ token: 'x' }],
};
const UNKNOWN_FIELDS = ['role', 'senderId', 'seq', 'rev', 'createdAt', 'password_hash'];

const refusedOutside = (
  where: (world: SeededConversations) => Values,
  what: string,
  expected: ExpectedProblem,
): Denied[] => (['outsider', 'former'] as const).map((who) => ({ who, what, with: where, expected }));

/**
 * Refusals for users outside the conversation, for every operation on one conversation; `name` is the field of its id.
 */
const membersOnly = (name: string, more: (world: SeededConversations) => Values = () => ({})): Denied[] => [
  ...refusedOutside((world) => ({ [name]: world.conversations.group, ...more(world) }), 'a group', NOT_FOUND),
  ...refusedOutside(
    (world) => ({ [name]: world.conversations.direct, ...more(world) }),
    'a direct conversation',
    NOT_FOUND,
  ),
  ...refusedOutside((world) => ({ [name]: world.conversations.room, ...more(world) }), 'a room', NOT_A_MEMBER),
  ...refusedOutside((world) => ({ [name]: world.general, ...more(world) }), 'a public room', NOT_A_MEMBER),
  unknownId('owner', name, more),
];

const unknownId = (who: Person, name: string, more: (world: SeededConversations) => Values = () => ({})): Denied => ({
  who,
  what: 'a missing id',
  with: (world) => ({ [name]: world.unknownId, ...more(world) }),
  expected: NOT_FOUND,
});

const denied = (
  who: Person,
  what: string,
  expected: ExpectedProblem,
  where: (world: SeededConversations) => Values,
): Denied => ({
  who,
  what,
  with: where,
  expected,
});

const CREATE: Omit<Input, 'name'> = {
  by: 'owner',
  valid: () => ({ type: 'room', title: 'New' }),
  required: ['type', 'title'],
  bad: {
    id: ID_VALUES,
    type: [null, 7, '', 'channel', 'ROOM', ['room']],
    title: [null, ...TITLES],
    topic: TOPICS,
    memberIds: IDS_VALUES,
  },
  denied: [
    denied('owner', 'a malformed member', invalid('memberIds.1'), ({ people }) => ({
      memberIds: [people.admin.id, 'x'],
    })),
    denied('owner', 'the same member twice', invalid('memberIds'), ({ people }) => ({
      memberIds: [people.admin.id, people.admin.id],
    })),
    denied('owner', 'too many members', invalid('memberIds'), () => ({
      memberIds: Array.from({ length: 1_001 }, () => randomUUID()),
    })),
    denied('owner', 'an unknown member', NOT_FOUND, ({ people, unknownId: nothing }) => ({
      memberIds: [people.admin.id, nothing],
    })),
    denied('owner', 'no other user', invalid('memberIds'), () => ({ type: 'direct', title: undefined })),
    denied('owner', 'the user itself', invalid('memberIds'), ({ people }) => ({
      type: 'direct',
      title: undefined,
      memberIds: [people.owner.id],
    })),
    denied('owner', 'two other users', invalid('memberIds'), ({ people }) => ({
      type: 'direct',
      title: undefined,
      memberIds: [people.admin.id, people.outsider.id],
    })),
    denied('owner', 'a direct conversation with a title', invalid('title'), ({ people }) => ({
      type: 'direct',
      memberIds: [people.outsider.id],
    })),
    denied('owner', 'a direct conversation with a topic', invalid('topic'), ({ people }) => ({
      type: 'direct',
      title: undefined,
      topic: 'x',
      memberIds: [people.outsider.id],
    })),
    denied('owner', 'an unknown user', NOT_FOUND, ({ unknownId: nothing }) => ({
      type: 'direct',
      title: undefined,
      memberIds: [nothing],
    })),
    ...(['outsider', 'admin'] as const).map((who) =>
      denied(
        who,
        'the id of another’s conversation',
        { status: 409, code: 'id_conflict' },
        ({ conversations: places }) => ({
          id: places.group,
        }),
      ),
    ),
  ],
};

const SEND: Omit<Input, 'name'> = {
  by: 'owner',
  valid: ({ conversations: places }) => ({ conversationId: places.group, text: 'New' }),
  required: ['conversationId', 'text'],
  bad: {
    id: ID_VALUES,
    conversationId: ID_VALUES,
    text: [...ANY_TEXT, '', ' \n\t ', 'x'.repeat(8_001), '\u0000', 'bell\u0007', '\ud800', '\u0085x\u009f'],
    replyToId: [7, true, {}, [], ...NO_IDS],
    mentions: IDS_VALUES,
    metadata: [7, true, 'x', [], { long: 'x'.repeat(4_096) }, { x: 'ü'.repeat(2_048) }],
  },
  denied: [
    ...membersOnly('conversationId'),
    denied('owner', 'a reply to nothing', NOT_FOUND, ({ unknownId: nothing }) => ({ replyToId: nothing })),
    denied('owner', 'a reply to another conversation', NOT_FOUND, ({ messages }) => ({ replyToId: messages.room })),
    denied('owner', 'a malformed mention', invalid('mentions.0'), () => ({ mentions: ['x'] })),
    denied('owner', 'the same mention twice', invalid('mentions'), ({ people }) => ({
      mentions: [people.admin.id, people.admin.id],
    })),
    denied('owner', 'a mention of an outsider', invalid('mentions'), ({ people }) => ({
      mentions: [people.admin.id, people.outsider.id],
    })),
    denied('owner', 'a mention of a former member', invalid('mentions'), ({ people }) => ({
      mentions: [people.former.id],
    })),
    denied('owner', 'too many mentions', invalid('mentions'), () => ({
      mentions: Array.from({ length: 51 }, () => randomUUID()),
    })),
    denied(
      'owner',
      'the id of an own message with another text',
      { status: 409, code: 'id_conflict' },
      ({ messages }) => ({
        id: messages.group,
      }),
    ),
    denied(
      'owner',
      'the id of an own message in another conversation',
      { status: 409, code: 'id_conflict' },
      ({ messages }) => ({
        id: messages.room,
        text: 'Hello',
      }),
    ),
    denied('member', 'the id of another user’s message', { status: 409, code: 'id_conflict' }, ({ messages }) => ({
      id: messages.group,
      text: 'Hello',
    })),
  ],
};

const SEQS = [-1, 1.5, 2 ** 31];
const LIST: Omit<Input, 'name'> = {
  by: 'owner',
  valid: ({ conversations: places }) => ({ conversationId: places.group }),
  required: ['conversationId'],
  bad: { conversationId: NO_IDS, before: [0, ...SEQS], after: SEQS, around: [0, ...SEQS], limit: [0, 101, -1, 1.5] },
  denied: [
    ...membersOnly('conversationId'),
    denied('owner', 'two windows at once', invalid('before'), () => ({ before: 1, after: 1 })),
    denied('owner', 'all windows at once', invalid('before'), () => ({ before: 1, after: 1, around: 1 })),
  ],
};

/** Refusals for users outside the conversation, for every operation on one message. */
const messageDenied = [
  ...refusedOutside(({ messages }) => ({ id: messages.group }), 'a message in a group', NOT_FOUND),
  ...refusedOutside(({ messages }) => ({ id: messages.direct }), 'a message in a direct conversation', NOT_FOUND),
  ...refusedOutside(({ messages }) => ({ id: messages.room }), 'a message in a room', NOT_A_MEMBER),
  unknownId('owner', 'id'),
];

const EDIT = {
  by: 'owner',
  valid: ({ messages }) => ({ id: messages.group, text: 'Hello again' }),
  required: ['text'],
  bad: { text: [...ANY_TEXT, '', ' \n', 'x'.repeat(8_001), 'bell\u0007', '\ud800'] },
  denied: [
    ...messageDenied,
    denied('admin', 'another user’s message', FORBIDDEN, () => ({})),
    denied('member', 'another user’s message', FORBIDDEN, ({ messages }) => ({ id: messages.direct })),
  ],
} as const satisfies Omit<Input, 'name'>;

const DELETE = {
  by: 'owner',
  valid: ({ messages }) => ({ id: messages.group }),
  denied: [...messageDenied, denied('member', 'another user’s message', FORBIDDEN, () => ({}))],
} as const satisfies Omit<Input, 'name'>;

const REACT = {
  by: 'member',
  valid: ({ messages }) => ({ id: messages.group, emoji: '👍' }),
  denied: [
    ...messageDenied,
    denied('member', 'no emoji', invalid('emoji'), () => ({ emoji: 'ok' })),
    denied('member', 'two emoji', invalid('emoji'), () => ({ emoji: '👍👍' })),
  ],
} as const satisfies Omit<Input, 'name'>;

const OWN_STATE: Omit<Input, 'name'> = {
  by: 'member',
  valid: ({ conversations: places }) => ({ id: places.group, pinned: true }),
  bad: {
    mutedUntil: [7, true, {}, '', 'tomorrow', '2026-13-01T00:00:00Z', ...UNSTORABLE_TIMES],
    pinned: [null, 'yes', 1, {}],
    archived: [null, 'yes', 1, {}],
  },
  denied: membersOnly('id'),
};

const marker = (name: string): Omit<Input, 'name'> => ({
  by: 'member',
  valid: ({ conversations: places }) => ({ [name]: places.group, seq: 1 }),
  required: ['seq'],
  bad: { seq: [null, '1', true, {}, -1, 1.5, 2 ** 31] },
  denied: membersOnly(name),
});

const SYNC: Omit<Input, 'name'> = {
  by: 'member',
  valid: ({ conversations: places }) => ({ conversations: { [places.group]: 1 } }),
  required: ['conversations'],
  bad: {
    conversations: [null, 7, 'x', [], { x: 1 }],
    epoch: [null, 7, {}, 'x'.repeat(65)],
    stateRev: [null, '1', -1, 1.5, {}],
    receiptsOf: IDS_VALUES,
    limit: [null, '1', 0, 501, {}],
  },
};

const ROUTES: readonly Input[] = [
  {
    name: 'POST /auth/register',
    valid: () => ({ username: 'new_one', password: PASSWORD }),
    required: ['username', 'password'],
    bad: {
      username: [...ANY_TEXT, '', 'ab', 'x'.repeat(33), 'a b', 'é'.repeat(5), 'a\n'],
      password: [...ANY_TEXT, '', 'seven77', 'x'.repeat(129)],
      displayName: [null, ...TITLES],
      email: EMAILS,
      ...DEVICES,
    },
  },
  {
    name: 'POST /auth/login',
    valid: ({ people }) => ({ login: people.owner.username, password: PASSWORD }),
    required: ['login', 'password'],
    bad: {
      login: [...ANY_TEXT, '', 'x'.repeat(255), { $ne: null }],
      password: [...ANY_TEXT, '', 'x'.repeat(129)],
      ...DEVICES,
    },
  },
  {
    name: 'POST /auth/refresh',
    valid: ({ people }) => ({ refreshToken: people.owner.auth.refreshToken }),
    required: ['refreshToken'],
    bad: { refreshToken: [...ANY_TEXT, '', 'x'.repeat(257)] },
  },
  {
    name: 'POST /auth/password',
    by: 'owner',
    valid: () => ({ currentPassword: PASSWORD, newPassword: `${PASSWORD}!` }),
    required: ['currentPassword', 'newPassword'],
    bad: {
      currentPassword: [...ANY_TEXT, '', 'x'.repeat(129)],
      newPassword: [...ANY_TEXT, '', 'seven77', 'x'.repeat(129)],
    },
    denied: [denied('owner', 'a wrong password', INVALID_CREDENTIALS, () => ({ currentPassword: 'not the password' }))],
  },
  {
    name: 'POST /auth/password/forgotten',
    valid: () => ({ email: 'nobody@mail.example' }),
    required: ['email'],
    bad: { email: EMAILS },
  },
  {
    name: 'POST /auth/password/reset',
    valid: ({ tokens }) => ({ token: tokens.reset, newPassword: `${PASSWORD}!` }),
    required: ['token', 'newPassword'],
    bad: { token: TOKENS, newPassword: [...ANY_TEXT, '', 'seven77', 'x'.repeat(129)] },
  },
  {
    name: 'POST /auth/email/verify',
    valid: ({ tokens }) => ({ token: tokens.verify }),
    required: ['token'],
    bad: { token: TOKENS },
  },
  {
    name: 'PUT /users/me/email',
    by: 'admin',
    valid: ({ people }) => ({ email: `${people.admin.username}@mail.example`, password: PASSWORD }),
    required: ['email', 'password'],
    bad: { email: EMAILS, password: [...ANY_TEXT, '', 'x'.repeat(129)] },
    denied: [denied('admin', 'a wrong password', INVALID_CREDENTIALS, () => ({ password: 'not the password' }))],
  },
  { name: 'GET /auth/sessions', by: 'owner', bad: PAGES },
  {
    name: 'DELETE /auth/sessions/{id}',
    by: 'owner',
    valid: ({ people }) => ({ id: people.owner.auth.session.id }),
    denied: [unknownId('owner', 'id'), denied('member', 'another user’s session', NOT_FOUND, () => ({}))],
  },
  {
    name: 'PATCH /users/me',
    by: 'owner',
    valid: () => ({ displayName: 'New', about: 'New', avatarUrl: 'https://images.example/new.png' }),
    bad: {
      displayName: [null, ...TITLES],
      about: TOPICS,
      avatarUrl: [7, {}, [], '', 'x', 'javascript:alert(1)', `https://a.example/${'x'.repeat(2_048)}`],
    },
  },
  { name: 'GET /users', by: 'owner', valid: () => ({ q: 'o' }), bad: { ...PAGES, q: ['x'.repeat(101)] } },
  {
    name: 'GET /users/{id}',
    by: 'owner',
    valid: ({ people }) => ({ id: people.member.id }),
    denied: [unknownId('owner', 'id')],
  },
  { name: 'GET /users/me/blocks', by: 'owner', bad: PAGES },
  {
    name: 'PUT /users/me/blocks/{userId}',
    by: 'owner',
    valid: ({ people }) => ({ userId: people.outsider.id }),
    denied: [
      unknownId('owner', 'userId'),
      denied('owner', 'oneself', invalid('userId'), ({ people }) => ({ userId: people.owner.id })),
    ],
  },
  {
    name: 'DELETE /users/me/blocks/{userId}',
    by: 'owner',
    valid: ({ people }) => ({ userId: people.outsider.id }),
  },
  {
    name: 'DELETE /users/me',
    by: 'former',
    valid: () => ({ password: PASSWORD }),
    required: ['password'],
    bad: { password: [...ANY_TEXT, '', 'x'.repeat(129)] },
    denied: [denied('former', 'a wrong password', INVALID_CREDENTIALS, () => ({ password: 'not the password' }))],
  },
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

const NUMBERS_ONLY = ['1', null, true, {}];
const COMMANDS: readonly Input[] = [
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

/** Operations that delete what the others need, in this order. */
const DESTRUCTIVE = [
  'message:delete',
  'conversation:leave',
  'DELETE /messages/{id}',
  'DELETE /conversations/{id}/members/{userId}',
  'DELETE /conversations/{id}',
  'DELETE /auth/sessions/{id}',
  'DELETE /users/me',
  'POST /auth/password/reset',
];
const destructiveLast = (inputs: readonly Input[]): Input[] =>
  inputs.toSorted((a, b) => DESTRUCTIVE.indexOf(a.name) - DESTRUCTIVE.indexOf(b.name));

/** One request and its expected refusal. */
interface Case {
  readonly title: string;
  readonly who: Person | undefined;
  readonly values: (world: SeededConversations) => Values;
  readonly expected: ExpectedProblem;
}

/** All refusals that the table declares for a route or command. */
function casesOf({ name, by, valid = () => ({}), required = [], bad = {}, denied: faults = [] }: Input): Case[] {
  const parameters = Array.from(name.matchAll(/\{(\w+)\}/g), ([, parameter = '']) => parameter);
  const takesBody = !/^(GET|DELETE) /.test(name) && !/(join|leave|\{emoji\}|blocks\/\{userId\})$/.test(name);
  const invalidCase = (
    title: string,
    change: (world: SeededConversations) => Values,
    expected: ExpectedProblem,
    who = by,
  ): Case => ({
    title,
    who,
    values: (world) => ({ ...valid(world), ...change(world) }),
    expected,
  });
  return [
    ...required.map((field) => invalidCase(`without ${field}`, () => ({ [field]: undefined }), invalid(field))),
    ...Object.entries(bad).flatMap(([field, values]) =>
      values.map((value) =>
        invalidCase(`${field} ${shown(value)}`, () => ({ [field.split('.')[0]!]: value }), invalid(field)),
      ),
    ),
    ...(takesBody || !name.includes(' ') ? UNKNOWN_FIELDS.filter((field) => !(field in bad)) : []).map((field) =>
      invalidCase(`an unknown field ${field}`, () => ({ [field]: 'x' }), invalid(field)),
    ),
    ...parameters.flatMap((parameter) =>
      ['x', '7', `${randomUUID()}0`, "' OR 1=1"].map((value) =>
        invalidCase(`${parameter} ${shown(value)} in its path`, () => ({ [parameter]: value }), invalid(parameter)),
      ),
    ),
    ...faults.map((each) => invalidCase(`${each.what}, by ${each.who}`, each.with, each.expected, each.who)),
  ];
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 30)}… of ${text.length}` : text;
}

let server: TestServer;
let seed: SeededConversations;
/** The socket of each user: sends the commands, and shows that no event is delivered. */
const devices = new Map<Person, TestSocket>();

beforeAll(async () => {
  server = await TestServer.start();
  seed = await seedConversations(server);
  for (const person of Object.keys(seed.people) as Person[]) devices.set(person, await seed.people[person].connect());
});
afterAll(() => server.stop());

/** The stored rows after the previous case. */
let stored: Record<string, unknown> | undefined;

/** Sends one invalid request. No row changes, no event is delivered, and every connection stays open. */
async function expectNoEffect(send: () => Promise<void>): Promise<void> {
  const before = (stored ??= await allRows(server));
  await send();
  stored = await allRows(server);
  expect(stored).toEqual(before);
  await Promise.all(
    Array.from(devices, async ([person, device]) => {
      // Events that were published before are delivered before this acknowledgement.
      const mayRead = ['owner', 'admin', 'member'].includes(person);
      const list = await device.emit('message:list', { conversationId: seed.conversations.group });
      expect(list).toMatchObject({ ok: mayRead });
      expect(device.seen.map(({ name }) => name)).toEqual(['session:ready']);
    }),
  );
}

/** Splits the values into path, query and body, by route. */
async function request(name: string, who: Person | undefined, { ...values }: Values) {
  const [method = '', template = ''] = name.split(' ');
  const path = template.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => {
    const value = String(values[parameter]);
    delete values[parameter];
    return encodeURIComponent(value);
  });
  const rest = who === undefined ? server.rest : seed.people[who].rest;
  if (method === 'GET') {
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    const query = new URLSearchParams(given.map(([key, value]): [string, string] => [key, String(value)]));
    return rest.send(method, `${path}?${query.toString()}`);
  }
  return rest.send(method, path, Object.keys(values).length === 0 ? undefined : values);
}

describe.each(ROUTES)('$name', (input) => {
  it.each(casesOf(input))('refuses $title', async ({ who, values, expected }) => {
    await expectNoEffect(async () => expectProblem(await request(input.name, who, values(seed)), expected));
  });

  if (input.by) {
    it('refuses a request without a token', async () => {
      const values = input.valid?.(seed) ?? {};
      await expectNoEffect(async () => expectProblem(await request(input.name, undefined, values), UNAUTHENTICATED));
    });
  }
});

describe.each(COMMANDS)('$name', (input) => {
  it.each(casesOf(input))('refuses $title', async ({ who, values, expected }) => {
    const payload = JSON.parse(JSON.stringify(values(seed))) as Values;
    await expectNoEffect(async () => expectRefusal(await devices.get(who!)!.emit(input.name, payload), expected));
  });
});

describe('the tables above', () => {
  it('cover every route that takes input', () => {
    const { paths } = openApiDocument(server.running.app);
    const taking = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations as Record<string, { parameters?: unknown[]; requestBody?: unknown }>)
        .filter(([, { parameters = [], requestBody }]) => parameters.length > 0 || requestBody)
        .map(([method]) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`),
    );
    expect(ROUTES.map(({ name }) => name).sort()).toEqual(taking.sort());
  });

  it('cover every command', () => {
    expect(COMMANDS.map(({ name }) => name).sort()).toEqual(server.running.app.get(Commands).names.sort());
  });

  it('start from valid requests: each succeeds unchanged', async () => {
    for (const input of destructiveLast(COMMANDS)) {
      const payload = input.valid?.(seed);
      expect(await devices.get(input.by!)!.emit(input.name, payload)).toMatchObject({ ok: true });
    }
    seed = await seedConversations(server);
    for (const input of destructiveLast(ROUTES)) {
      const { status, body } = await request(input.name, input.by, input.valid?.(seed) ?? {});
      expect({ name: input.name, status, code: body?.code }).toEqual({
        name: input.name,
        status: expect.any(Number),
        code: undefined,
      });
      expect(status).toBeLessThan(300);
    }
  });
});
