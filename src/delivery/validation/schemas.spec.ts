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

/** `field code` of each fault, or nothing. */
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
    ['what is required', Register, account],
    [
      'what is optional',
      Register,
      { ...account, displayName: 'Ann', email: 'a@b.example', device: { id: '1', platform: 'ios' } },
    ],
    ['an empty nested object', Register, { ...account, device: {} }],
    ['null where that means nothing', SendMessage, { ...message, replyToId: null, metadata: null }],
    ['any object for metadata', SendMessage, { ...message, metadata: { a: [1, { b: null }] } }],
    ['an empty list', SendMessage, { ...message, mentions: [] }],
    ['as many as a list holds', SendMessage, { ...message, mentions: ids(50) }],
    ['a UUID of any version', SendMessage, { ...message, id: '00000000-0000-0000-0000-000000000000' }],
    ['nothing to change', UpdateProfile, {}],
    ['an object without a prototype', UpdateProfile, Object.assign(Object.create(null), { about: null })],
    ['characters, not UTF-16 units', Register, { ...account, password: '🦊'.repeat(128) }],
  ])('may have %s', (_case, type, value) => {
    expect(body(type, value)).toEqual([]);
  });

  it.each<[string, SchemaClass, unknown, string[]]>([
    ['a missing field', Register, { username: 'ann' }, ['password required']],
    ['two missing fields', Register, {}, ['password required', 'username required']],
    ['an unknown field', Register, { ...account, admin: true }, ['admin unknownField']],
    ['an unknown nested field', Register, { ...account, device: { root: true } }, ['device.root unknownField']],
    ['a known field in other letters', Register, { ...account, Email: 'a@b.example' }, ['Email unknownField']],
    ['a wrong type', Register, { ...account, password: 12345678 }, ['password type']],
    ['a string in place of an object', Register, { ...account, device: 'phone' }, ['device type']],
    ['a list in place of an object', Register, { ...account, device: [] }, ['device type']],
    ['null in place of an object', Register, { ...account, device: null }, ['device type']],
    ['null for a string', Register, { ...account, displayName: null }, ['displayName type']],
    ['too short a string', Register, { ...account, password: 'short' }, ['password minLength']],
    ['too long a string', Register, { ...account, password: 'x'.repeat(129) }, ['password maxLength']],
    ['a wrong character', Register, { ...account, username: 'ann k' }, ['username pattern']],
    ['a newline behind a pattern', Register, { ...account, username: 'ann\n' }, ['username pattern']],
    ['no e-mail address', Register, { ...account, email: 'ann' }, ['email format']],
    [
      'something else than one of a few',
      Register,
      { ...account, device: { platform: 'toaster' } },
      ['device.platform enum'],
    ],
    ['a nested empty string', Register, { ...account, device: { id: '' } }, ['device.id minLength']],
    ['no UUID', SendMessage, { ...message, conversationId: 'general' }, ['conversationId format']],
    ['a UUID in braces', SendMessage, { ...message, conversationId: `{${ID}}` }, ['conversationId format']],
    ['a UUID with a newline', SendMessage, { ...message, conversationId: `${ID}\n` }, ['conversationId format']],
    ['a list for metadata', SendMessage, { ...message, metadata: [] }, ['metadata type']],
    ['a string for a list', SendMessage, { ...message, mentions: ID }, ['mentions type']],
    ['an item that is no UUID', SendMessage, { ...message, mentions: [ID, 'ben'] }, ['mentions.1 format']],
    ['more than a list holds', SendMessage, { ...message, mentions: ids(51) }, ['mentions maxItems']],
    ['less than a list needs', AddMembers, { userIds: [] }, ['userIds minItems']],
    ['an item twice', AddMembers, { userIds: [ID, id(1), ID] }, ['userIds uniqueItems']],
    [
      'an item twice, in upper and lower case',
      AddMembers,
      { userIds: [ID, ID.toUpperCase()] },
      ['userIds uniqueItems'],
    ],
    ['numbers as text', CreateConversation, { ...group, title: 5 }, ['title type']],
    ['a URL that is none', UpdateProfile, { avatarUrl: 'not a url' }, ['avatarUrl format', 'avatarUrl pattern']],
    ['a URL that runs', UpdateProfile, { avatarUrl: 'javascript:alert(1)' }, ['avatarUrl pattern']],
  ])('is refused with %s', (_case, type, value, expected) => {
    expect(body(type, value)).toEqual(expected);
  });

  it.each([
    ['at the top', '{"__proto__":{"admin":true},"login":"ann","password":"x"}', ['__proto__ unknownField']],
    ['nested', '{"login":"ann","password":"x","device":{"__proto__":{}}}', ['device.__proto__ unknownField']],
    ['by its other name', '{"login":"ann","password":"x","constructor":{}}', ['constructor unknownField']],
  ])('is refused with a prototype %s', (_case, text, expected) => {
    expect(body(Login, json(text))).toEqual(expected);
    expect(Object.prototype).not.toHaveProperty('admin');
  });

  it.each([
    ['null', null],
    ['nothing', undefined],
    ['a list', []],
    ['a string', '{}'],
    ['a number', 1],
    ['bytes', Buffer.from('{}')],
    ['a date', new Date()],
    ['an error', new DomainError('internal', '')],
  ])('is an object, and not %s', (_case, value) => {
    expect(body(UpdateProfile, value)).toEqual([' type']);
  });

  it('is not coerced: a number is not its text', () => {
    expect(body(SendMessage, { conversationId: ID, text: 7 })).toEqual(['text type']);
  });

  it('has its UUIDs folded to lower case, wherever they stand', () => {
    const sent = {
      id: ID.toUpperCase(),
      conversationId: ID.toUpperCase(),
      text: 'HELLO',
      replyToId: ID.toUpperCase(),
      mentions: [ID.toUpperCase(), id(11)],
    };
    const taken = bodyValidator(SendMessage)(sent);
    expect(taken).toEqual({ id: ID, conversationId: ID, text: 'HELLO', replyToId: ID, mentions: [ID, id(11)] });
    expect(taken).toBe(sent);
  });

  it('has its faults counted up to a bound, and long names cut', () => {
    const hostile = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`${index}`.padEnd(500, 'x'), 1]));
    const named = body(UpdateProfile, hostile);
    expect(named).toHaveLength(20);
    expect(Math.max(...named.map((fault) => fault.length))).toBeLessThan(150);
  });

  it('is refused in words that name the first fault', () => {
    expect(() => bodyValidator(Login)({ login: 'ann' })).toThrow('password is required');
    expect(() => bodyValidator(UpdateConversation)({ colour: 1 })).toThrow('colour is not a field of this request');
  });
});

describe('a query string', () => {
  it('arrives as text, and is taken for what it means', () => {
    expect(queryValidator(PageQuery)({ limit: '20', cursor: 'abc' })).toEqual({ limit: 20, cursor: 'abc' });
    expect(queryValidator(InboxQuery)({ archived: 'true', limit: '100' })).toEqual({ archived: true, limit: 100 });
    expect(queryValidator(InboxQuery)({ archived: 'false' })).toEqual({ archived: false });
    expect(queryValidator(ListMessages)({ conversationId: ID.toUpperCase(), before: '12' })).toEqual({
      conversationId: ID,
      before: 12,
    });
  });

  it('loses what it does not know: links grow parameters of their own', () => {
    expect(queryValidator(PageQuery)({ limit: '20', utm_source: 'mail' })).toEqual({ limit: 20 });
  });

  it.each<[string, SchemaClass, unknown, string[]]>([
    ['a word for a number', PageQuery, { limit: 'many' }, ['limit type']],
    ['nothing for a number', PageQuery, { limit: '' }, ['limit type']],
    ['half a number', PageQuery, { limit: '1.5' }, ['limit type']],
    ['too small a number', PageQuery, { limit: '0' }, ['limit minimum']],
    ['too large a number', PageQuery, { limit: '101' }, ['limit maximum']],
    [
      'a number beyond all seqs',
      ListMessages,
      { conversationId: ID, after: '99999999999999999999' },
      ['after maximum'],
    ],
    ['a parameter given twice', PageQuery, { limit: ['1', '2'] }, ['limit type']],
    ['a list for a string', PageQuery, { cursor: ['a', 'b'] }, ['cursor type']],
    ['an empty cursor', PageQuery, { cursor: '' }, ['cursor minLength']],
    ['a word for yes or no', InboxQuery, { archived: 'yes' }, ['archived type']],
    ['a missing parameter', ListMessages, {}, ['conversationId required']],
    ['no UUID', ListMessages, { conversationId: '1' }, ['conversationId format']],
  ])('is refused with %s', (_case, type, value, expected) => {
    expect(query(type, value)).toEqual(expected);
  });
});

describe('schemas', () => {
  it('are strict for what comes in, and open for what goes out', () => {
    expect(schemas()['SendMessage']).toMatchObject({
      additionalProperties: false,
      required: ['conversationId', 'text'],
    });
    expect(schemas()['Message']).not.toHaveProperty('additionalProperties');
  });

  it('are known for the classes that have one', () => {
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
  ])('%p is a UUID: %p', (text, expected) => {
    expect(isUuid(text)).toBe(expected);
  });
});
