import { describe, expect, it } from '@jest/globals';

import { Login, Register } from '../../auth/auth.dto.js';
import { DomainError } from '../../common/domain-error.js';
import { PageQuery } from '../../common/pagination.dto.js';
import { CreateConversation, InboxQuery, UpdateConversation } from '../../conversations/conversations.dto.js';
import { AddMembers } from '../../members/members.dto.js';
import { ListMessages, SendMessage } from '../../messages/messages.dto.js';
import { UpdateProfile } from '../../users/users.dto.js';
import { bodyValidator, isDescribed, isUuid, queryValidator, type SchemaClass, schemas } from './schemas.js';

const ID = '0199f0a0-0000-7000-8000-00000000000a';
const id = (n: number) => `0199f0a0-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
const ids = (count: number) => Array.from({ length: count }, (_, index) => id(index));

/** The faults of an invalid value, each as `field code`; empty if it is valid. */
function faults(validate: (value: unknown) => unknown, value: unknown): string[] {
  try {
    validate(value);
    return [];
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'validation_failed') throw error;
    return (error.extra.errors ?? []).map(({ field, code }) => `${field} ${code}`).sort();
  }
}

const body = (type: SchemaClass, value: unknown) => faults(bodyValidator(type), value);
const query = (type: SchemaClass, value: unknown) => faults(queryValidator(type), value);
const json = (text: string): unknown => JSON.parse(text);

describe('a body', () => {
  const account = { username: 'ann', password: 'correct horse' };
  const message = { conversationId: ID, text: 'Hello' };
  const group = { type: 'group' };

  it.each<[string, SchemaClass, unknown]>([
    ['the required fields', Register, account],
    [
      'optional fields',
      Register,
      { ...account, displayName: 'Ann', email: 'a@b.example', device: { id: '1', platform: 'ios' } },
    ],
    ['an empty nested object', Register, { ...account, device: {} }],
    ['null in a nullable field', SendMessage, { ...message, replyToId: null, metadata: null }],
    ['any object for metadata', SendMessage, { ...message, metadata: { a: [1, { b: null }] } }],
    ['an empty list', SendMessage, { ...message, mentions: [] }],
    ['the most items that a list may have', SendMessage, { ...message, mentions: ids(50) }],
    ['a UUID of any version', SendMessage, { ...message, id: '00000000-0000-0000-0000-000000000000' }],
    ['no field when all are optional', UpdateProfile, {}],
    ['an object without a prototype', UpdateProfile, Object.assign(Object.create(null), { about: null })],
    ['as many characters as allowed, counted as code points', Register, { ...account, password: '🦊'.repeat(128) }],
  ])('is accepted with %s', (_case, type, value) => {
    expect(body(type, value)).toEqual([]);
  });

  it.each<[string, SchemaClass, unknown, string[]]>([
    ['a missing field', Register, { username: 'ann' }, ['password required']],
    ['two missing fields', Register, {}, ['password required', 'username required']],
    ['an unknown field', Register, { ...account, admin: true }, ['admin unknownField']],
    ['an unknown nested field', Register, { ...account, device: { root: true } }, ['device.root unknownField']],
    ['a known field in other case', Register, { ...account, Email: 'a@b.example' }, ['Email unknownField']],
    ['a wrong type', Register, { ...account, password: 12345678 }, ['password type']],
    ['a string in place of an object', Register, { ...account, device: 'phone' }, ['device type']],
    ['a list in place of an object', Register, { ...account, device: [] }, ['device type']],
    ['null in place of an object', Register, { ...account, device: null }, ['device type']],
    ['null for a string', Register, { ...account, displayName: null }, ['displayName type']],
    ['too short a string', Register, { ...account, password: 'short' }, ['password minLength']],
    ['too long a string', Register, { ...account, password: 'x'.repeat(129) }, ['password maxLength']],
    ['a wrong character', Register, { ...account, username: 'ann k' }, ['username pattern']],
    ['a newline after a match of the pattern', Register, { ...account, username: 'ann\n' }, ['username pattern']],
    ['an invalid e-mail address', Register, { ...account, email: 'ann' }, ['email format']],
    [
      'a value outside the enumeration',
      Register,
      { ...account, device: { platform: 'toaster' } },
      ['device.platform enum'],
    ],
    ['a nested empty string', Register, { ...account, device: { id: '' } }, ['device.id minLength']],
    ['an invalid UUID', SendMessage, { ...message, conversationId: 'general' }, ['conversationId format']],
    ['a UUID in braces', SendMessage, { ...message, conversationId: `{${ID}}` }, ['conversationId format']],
    ['a UUID with a newline', SendMessage, { ...message, conversationId: `${ID}\n` }, ['conversationId format']],
    ['a list in place of metadata', SendMessage, { ...message, metadata: [] }, ['metadata type']],
    ['a string in place of a list', SendMessage, { ...message, mentions: ID }, ['mentions type']],
    ['an item that is no UUID', SendMessage, { ...message, mentions: [ID, 'ben'] }, ['mentions.1 format']],
    ['too many items', SendMessage, { ...message, mentions: ids(51) }, ['mentions maxItems']],
    ['too few items', AddMembers, { userIds: [] }, ['userIds minItems']],
    ['a duplicate item', AddMembers, { userIds: [ID, id(1), ID] }, ['userIds uniqueItems']],
    ['a duplicate item in another case', AddMembers, { userIds: [ID, ID.toUpperCase()] }, ['userIds uniqueItems']],
    ['a number in place of a string', CreateConversation, { ...group, title: 5 }, ['title type']],
    ['an invalid URL', UpdateProfile, { avatarUrl: 'not a url' }, ['avatarUrl format', 'avatarUrl pattern']],
    ['a URL with a scheme other than HTTP', UpdateProfile, { avatarUrl: 'javascript:alert(1)' }, ['avatarUrl pattern']],
  ])('is rejected with %s', (_case, type, value, expected) => {
    expect(body(type, value)).toEqual(expected);
  });

  it.each([
    ['at the top', '{"__proto__":{"admin":true},"login":"ann","password":"x"}', ['__proto__ unknownField']],
    ['nested', '{"login":"ann","password":"x","device":{"__proto__":{}}}', ['device.__proto__ unknownField']],
    ['as the key `constructor`', '{"login":"ann","password":"x","constructor":{}}', ['constructor unknownField']],
  ])('is rejected when it sets a prototype: %s', (_case, text, expected) => {
    expect(body(Login, json(text))).toEqual(expected);
    expect(Object.prototype).not.toHaveProperty('admin');
  });

  it.each([
    ['null', null],
    ['undefined', undefined],
    ['a list', []],
    ['a string', '{}'],
    ['a number', 1],
    ['bytes', Buffer.from('{}')],
    ['a date', new Date()],
    ['an error', new DomainError('internal', '')],
  ])('is rejected when it is %s, not a plain object', (_case, value) => {
    expect(body(UpdateProfile, value)).toEqual([' type']);
  });

  it('is validated without converting types', () => {
    expect(body(SendMessage, { conversationId: ID, text: 7 })).toEqual(['text type']);
  });

  it('has all UUIDs folded to lower case in place, also in lists', () => {
    const sent = {
      id: ID.toUpperCase(),
      conversationId: ID.toUpperCase(),
      text: 'HELLO',
      replyToId: ID.toUpperCase(),
      mentions: [ID.toUpperCase(), id(11)],
    };
    const validated = bodyValidator(SendMessage)(sent);
    expect(validated).toEqual({ id: ID, conversationId: ID, text: 'HELLO', replyToId: ID, mentions: [ID, id(11)] });
    expect(validated).toBe(sent);
  });

  it('is answered with at most 20 faults, and with long names truncated', () => {
    const hostile = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`${index}`.padEnd(500, 'x'), 1]));
    const named = body(UpdateProfile, hostile);
    expect(named).toHaveLength(20);
    expect(Math.max(...named.map((fault) => fault.length))).toBeLessThan(150);
  });

  it('is rejected with a detail that describes the first fault', () => {
    expect(() => bodyValidator(Login)({ login: 'ann' })).toThrow('password is required');
    expect(() => bodyValidator(UpdateConversation)({ colour: 1 })).toThrow('colour is not a field of this request');
  });
});

describe('a query string', () => {
  it('has numbers, booleans and UUIDs converted from text', () => {
    expect(queryValidator(PageQuery)({ limit: '20', cursor: 'abc' })).toEqual({ limit: 20, cursor: 'abc' });
    expect(queryValidator(InboxQuery)({ archived: 'true', limit: '100' })).toEqual({ archived: true, limit: 100 });
    expect(queryValidator(InboxQuery)({ archived: 'false' })).toEqual({ archived: false });
    expect(queryValidator(ListMessages)({ conversationId: ID.toUpperCase(), before: '12' })).toEqual({
      conversationId: ID,
      before: 12,
    });
  });

  it('loses unknown parameters, such as those that campaigns add to links', () => {
    expect(queryValidator(PageQuery)({ limit: '20', utm_source: 'mail' })).toEqual({ limit: 20 });
  });

  it.each<[string, SchemaClass, unknown, string[]]>([
    ['a word in place of a number', PageQuery, { limit: 'many' }, ['limit type']],
    ['an empty number', PageQuery, { limit: '' }, ['limit type']],
    ['a fraction', PageQuery, { limit: '1.5' }, ['limit type']],
    ['too small a number', PageQuery, { limit: '0' }, ['limit minimum']],
    ['too large a number', PageQuery, { limit: '101' }, ['limit maximum']],
    [
      'a number above every seq',
      ListMessages,
      { conversationId: ID, after: '99999999999999999999' },
      ['after maximum'],
    ],
    ['a parameter given twice', PageQuery, { limit: ['1', '2'] }, ['limit type']],
    ['a list in place of a string', PageQuery, { cursor: ['a', 'b'] }, ['cursor type']],
    ['an empty cursor', PageQuery, { cursor: '' }, ['cursor minLength']],
    ['a word in place of a boolean', InboxQuery, { archived: 'yes' }, ['archived type']],
    ['a missing parameter', ListMessages, {}, ['conversationId required']],
    ['an invalid UUID', ListMessages, { conversationId: '1' }, ['conversationId format']],
  ])('is rejected with %s', (_case, type, value, expected) => {
    expect(query(type, value)).toEqual(expected);
  });
});

describe('schemas', () => {
  it('forbid additional properties in commands and allow them in views', () => {
    expect(schemas()['SendMessage']).toMatchObject({
      additionalProperties: false,
      required: ['conversationId', 'text'],
    });
    expect(schemas()['Message']).not.toHaveProperty('additionalProperties');
  });

  it('exist only for classes with described fields', () => {
    expect(isDescribed(SendMessage)).toBe(true);
    for (const other of [String, Object, DomainError, undefined, null, 'SendMessage', {}]) {
      expect(isDescribed(other)).toBe(false);
    }
  });

  it.each([
    [ID, true],
    [ID.toUpperCase(), true],
    [`${ID} `, false],
    [`urn:uuid:${ID}`, false],
    [ID.replaceAll('-', ''), false],
    ['', false],
  ])('isUuid(%p) returns %p', (text, expected) => {
    expect(isUuid(text)).toBe(expected);
  });
});
