import { randomUUID } from 'node:crypto';

import { FORBIDDEN, invalid, NOT_A_MEMBER, NOT_FOUND } from '../support/problem.js';
import {
  type Input,
  ANY_TEXT,
  NO_IDS,
  ID_VALUES,
  IDS_VALUES,
  TITLES,
  TOPICS,
  UNSTORABLE_TIMES,
  refusedOutside,
  membersOnly,
  unknownId,
  denied,
} from './input.js';

/*
 * The inputs of operations that are both a route and a command.
 */

export const CREATE: Omit<Input, 'name'> = {
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

export const SEND: Omit<Input, 'name'> = {
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

export const SEQS = [-1, 1.5, 2 ** 31];
export const LIST: Omit<Input, 'name'> = {
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

export const EDIT = {
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

export const DELETE = {
  by: 'owner',
  valid: ({ messages }) => ({ id: messages.group }),
  denied: [...messageDenied, denied('member', 'another user’s message', FORBIDDEN, () => ({}))],
} as const satisfies Omit<Input, 'name'>;

export const REACT = {
  by: 'member',
  valid: ({ messages }) => ({ id: messages.group, emoji: '👍' }),
  denied: [
    ...messageDenied,
    denied('member', 'no emoji', invalid('emoji'), () => ({ emoji: 'ok' })),
    denied('member', 'two emoji', invalid('emoji'), () => ({ emoji: '👍👍' })),
  ],
} as const satisfies Omit<Input, 'name'>;

export const OWN_STATE: Omit<Input, 'name'> = {
  by: 'member',
  valid: ({ conversations: places }) => ({ id: places.group, pinned: true }),
  bad: {
    mutedUntil: [7, true, {}, '', 'tomorrow', '2026-13-01T00:00:00Z', ...UNSTORABLE_TIMES],
    pinned: [null, 'yes', 1, {}],
    archived: [null, 'yes', 1, {}],
  },
  denied: membersOnly('id'),
};

export const marker = (name: string): Omit<Input, 'name'> => ({
  by: 'member',
  valid: ({ conversations: places }) => ({ [name]: places.group, seq: 1 }),
  required: ['seq'],
  bad: { seq: [null, '1', true, {}, -1, 1.5, 2 ** 31] },
  denied: membersOnly(name),
});

export const SYNC: Omit<Input, 'name'> = {
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
