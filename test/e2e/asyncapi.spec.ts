import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';

import { asyncApiDocument } from '../../src/api-docs/asyncapi.js';
import { Commands } from '../../src/realtime/gateway/commands.js';
import { AsyncApiDocument } from '../documents/asyncapi-document.js';
import { TestServer } from '../harness/server.js';

/** What each command takes and answers, by the names of schemas; `null` is an empty object. */
const COMMANDS: Record<string, [string, string | [string] | null]> = {
  'message:send': ['SendMessage', 'Message'],
  'message:edit': ['EditMessage', 'Message'],
  'message:delete': ['MessageRef', 'Message'],
  'message:react': ['React', 'Message'],
  'message:unreact': ['React', 'Message'],
  'message:list': ['ListMessages', 'MessagePage'],
  'conversation:create': ['CreateConversation', 'Conversation'],
  'conversation:join': ['ConversationRef', 'Conversation'],
  'conversation:leave': ['ConversationRef', null],
  'conversation:read': ['MoveMarker', 'Markers'],
  'conversation:delivered': ['MoveMarker', 'Markers'],
  'typing:start': ['ConversationRef', null],
  'typing:stop': ['ConversationRef', null],
  'presence:watch': ['WatchPresence', ['Presence']],
  sync: ['Sync', 'SyncResult'],
  'session:refresh': ['RefreshSocket', 'RefreshedSocket'],
};

/** The fields of each event, all of which it always has. */
const EVENTS: Record<string, string[]> = {
  'message:created': ['conversationId', 'message', 'rev'],
  'message:updated': ['conversationId', 'message', 'rev'],
  'message:deleted': ['conversationId', 'message', 'rev'],
  'member:joined': ['conversationId', 'member', 'rev'],
  'member:updated': ['conversationId', 'member', 'rev'],
  'member:left': ['by', 'conversationId', 'reason', 'rev', 'userId'],
  'conversation:added': ['conversation'],
  'conversation:updated': ['conversation', 'conversationId', 'rev'],
  'conversation:removed': ['conversationId', 'reason'],
  'conversation:changed': ['conversationId', 'rev'],
  'conversation:me': ['conversationId', 'me', 'stateRev'],
  'receipt:read': ['conversationId', 'seq', 'userId'],
  'receipt:delivered': ['conversationId', 'seq', 'userId'],
  typing: ['active', 'conversationId', 'expiresInMs', 'userId'],
  'presence:changed': ['lastSeenAt', 'online', 'userId'],
  'session:ready': ['epoch', 'heartbeat', 'serverTime', 'sessionId', 'stateRev', 'userId'],
  'session:expiring': ['expiresAt'],
  'session:ended': ['reason'],
  'server:draining': ['reconnectInMs'],
};

let server: TestServer;
let live: AsyncApiDocument;
beforeAll(async () => {
  server = await TestServer.start();
  live = new AsyncApiDocument((await server.rest.get('/asyncapi.json')).body);
});
afterAll(() => server.stop());

describe('the AsyncAPI document', () => {
  it('is valid by the schema that the AsyncAPI initiative publishes', () => {
    const schema = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0.json') as object;
    const ajv = new Ajv({ strict: false, allErrors: true, meta: false, validateSchema: false, validateFormats: false });
    const isValid = ajv.compile(schema);
    isValid(live.document);
    expect(isValid.errors ?? []).toEqual([]);
    expect(live.document.asyncapi).toBe('3.0.0');
  });

  it('refers only to parts that it has', () => {
    const text = JSON.stringify(live.document);
    const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
    const find = (path: string): unknown =>
      path
        .split('/')
        .reduce((part: any, name) => part?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], live.document);
    expect(references.length).toBeGreaterThan(100);
    expect(references.filter((path) => find(path) === undefined)).toEqual([]);
  });

  it('is the committed one: after a change, npm run docs', () => {
    expect(asyncApiDocument(server.running.app.get(Commands))).toEqual(live.document);
    expect(`${JSON.stringify(live.document, null, 2)}\n`).toBe(readFileSync('docs/asyncapi.json', 'utf8'));
  });

  it('has every command and every event', () => {
    expect(live.commands).toEqual(Object.keys(COMMANDS));
    expect(live.events).toEqual(Object.keys(EVENTS));
  });

  it.each(Object.entries(COMMANDS))('says what %s takes and answers', (name, [payload, answer]) => {
    const { messages } = live.document.channels.live;
    const { reply, ...operation } = live.document.operations[name];
    const reference = (message: string): object => ({ $ref: `#/channels/live/messages/${message}` });
    expect(operation).toEqual({
      action: 'receive',
      channel: { $ref: '#/channels/live' },
      summary: expect.stringMatching(/\S/),
      messages: [reference(name)],
    });
    expect(reply.messages).toEqual([reference(`${name}.done`), reference('refused')]);
    expect(messages[name].payload).toEqual(schema(payload));
    expect(messages[`${name}.done`].payload).toEqual({
      type: 'object',
      required: ['ok', 'data'],
      properties: { ok: { type: 'boolean', const: true }, data: schema(answer) },
    });
  });

  it('says what a refused command is answered', () => {
    expect(live.document.channels.live.messages.refused.payload).toEqual({
      type: 'object',
      required: ['ok', 'error'],
      properties: { ok: { type: 'boolean', const: false }, error: schema('Problem') },
    });
  });

  it.each(Object.entries(EVENTS))('says what %s brings', (name, fields) => {
    const { channels, components, operations } = live.document;
    expect(operations[name]).toEqual({
      action: 'send',
      channel: { $ref: '#/channels/live' },
      summary: expect.stringMatching(/\S/),
      messages: [{ $ref: `#/channels/live/messages/${name}` }],
    });
    const { payload } = channels.live.messages[name];
    const { properties, required } = components.schemas[payload.$ref.split('/').at(-1)];
    expect(Object.keys(properties).sort()).toEqual(fields);
    expect(required.toSorted()).toEqual(fields);
  });

  it('has the schemas that it refers to, and no others', () => {
    const references = JSON.stringify(live.document).matchAll(/"#\/components\/schemas\/(\w+)"/g);
    const names = new Set(Array.from(references, ([, name]) => name));
    expect(Object.keys(live.document.components.schemas).sort()).toEqual([...names].sort());
  });
});

/** How the document writes an answer of that name. */
function schema(name: string | [string] | null): object {
  if (name === null) return { type: 'object', properties: {} };
  return typeof name === 'string'
    ? { $ref: `#/components/schemas/${name}` }
    : { type: 'array', items: schema(name[0]) };
}
