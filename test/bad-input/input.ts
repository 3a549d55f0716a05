import { randomUUID } from 'node:crypto';

import { type ExpectedProblem, NOT_A_MEMBER, NOT_FOUND } from '../support/problem.js';
import type { Person, SeededConversations } from '../support/seeded-conversations.js';

export type Values = Record<string, unknown>;

/** Values that a field refuses; under another name where the error is in a nested field. */
type Bad = Record<string, readonly unknown[]>;

/** A valid request that the user has no permission for, or with a missing target. */
interface Denied {
  readonly who: Person;
  readonly what: string;
  readonly with: (world: SeededConversations) => Values;
  readonly expected: ExpectedProblem;
}

/** A route or command with its valid and invalid inputs. */
export interface Input {
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

export const ANY_TEXT = [null, 7, true, {}, ['x']];
export const EMAILS = [...ANY_TEXT, '', 'x', 'a@', '@b.example', 'a b@c.example', `${'a'.repeat(250)}@b.example`];
export const TOKENS = [...ANY_TEXT, '', 'x', 'A'.repeat(43), 'x'.repeat(129)];
export const NO_IDS = ['', 'x', '7', 'general', `${randomUUID()}0`, '{}', "' OR 1=1 --"];
export const ID_VALUES = [null, 7, true, {}, [randomUUID()], ...NO_IDS];
export const IDS_VALUES = [null, 'x', {}, randomUUID()];
export const TITLES = [7, true, {}, ['x'], '', ' \n', 'x'.repeat(101), 'two\nlines', 'bell\u0007', '\ud800'];
export const TOPICS = [7, true, {}, ['x'], 'x'.repeat(501), 'bell\u0007'];
export const PAGES = { limit: ['0', '-1', '101', '1.5', 'ten'], cursor: ['x', 'bnVsbA', 'x'.repeat(2_000)] };
/**
 * Valid by RFC 3339, but not storable: a leap second, and years that a database or the wire format cannot represent.
 */
export const UNSTORABLE_TIMES = ['2016-12-31T23:59:60Z', '0999-12-31T23:59:59Z', '9999-12-31T23:59:59-00:01'];
export const DEVICES: Bad = {
  device: [null, 'phone', 7, ['x']],
  'device.id': [{ id: '' }, { id: 7 }, { id: 'x'.repeat(129) }],
  'device.name': [{ name: '' }, { name: null }, { name: 'x'.repeat(101) }],
  'device.platform': [{ platform: 'fridge' }, { platform: null }],
  'device.token': [{ token: 'x' }],
};
export const UNKNOWN_FIELDS = ['role', 'senderId', 'seq', 'rev', 'createdAt', 'password_hash'];

export const refusedOutside = (
  where: (world: SeededConversations) => Values,
  what: string,
  expected: ExpectedProblem,
): Denied[] => (['outsider', 'former'] as const).map((who) => ({ who, what, with: where, expected }));

/**
 * Refusals for users outside the conversation, for every operation on one conversation; `name` is the field of its id.
 */
export const membersOnly = (name: string, more: (world: SeededConversations) => Values = () => ({})): Denied[] => [
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

export const unknownId = (
  who: Person,
  name: string,
  more: (world: SeededConversations) => Values = () => ({}),
): Denied => ({
  who,
  what: 'a missing id',
  with: (world) => ({ [name]: world.unknownId, ...more(world) }),
  expected: NOT_FOUND,
});

export const denied = (
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
