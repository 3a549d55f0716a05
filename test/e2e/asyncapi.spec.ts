import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';

import { asyncApiDocument } from '../../src/api-docs/asyncapi.js';
import type { AnswerClass } from '../../src/realtime/gateway/command.js';
import { Commands } from '../../src/realtime/gateway/commands.js';
import { AsyncApiDocument } from '../documents/asyncapi-document.js';
import { TestServer } from '../harness/server.js';

/** The fields of each event, all of them required. An independent copy: a new field must be a decision. */
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

describe('AsyncAPI document', () => {
  it('is valid by the published AsyncAPI 3.0 schema', () => {
    const schema = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0.json') as object;
    const ajv = new Ajv({ strict: false, allErrors: true, meta: false, validateSchema: false, validateFormats: false });
    const isValid = ajv.compile(schema);
    isValid(live.document);
    expect(isValid.errors ?? []).toEqual([]);
    expect(live.document.asyncapi).toBe('3.0.0');
  });

  it('resolves every reference', () => {
    const text = JSON.stringify(live.document);
    const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
    const find = (path: string): unknown =>
      path
        .split('/')
        .reduce((part: any, name) => part?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], live.document);
    expect(references.length).toBeGreaterThan(100);
    expect(references.filter((path) => find(path) === undefined)).toEqual([]);
  });

  it('equals the committed document (after a change: npm run docs)', () => {
    expect(asyncApiDocument(server.running.app.get(Commands))).toEqual(live.document);
    expect(`${JSON.stringify(live.document, null, 2)}\n`).toBe(readFileSync('docs/asyncapi.json', 'utf8'));
  });

  it('lists every command and event', () => {
    expect(live.commands).toEqual(server.running.app.get(Commands).names);
    expect(live.events).toEqual(Object.keys(EVENTS));
  });

  it('describes the payload and the answer of each command', () => {
    const { messages } = live.document.channels.live;
    const reference = (message: string): object => ({ $ref: `#/channels/live/messages/${message}` });
    for (const { name, payload, answer } of server.running.app.get(Commands)) {
      const { reply, ...operation } = live.document.operations[name];
      expect({ name, ...operation }).toEqual({
        name,
        action: 'receive',
        channel: { $ref: '#/channels/live' },
        summary: expect.stringMatching(/\S/),
        messages: [reference(name)],
      });
      expect(reply.messages).toEqual([reference(`${name}.done`), reference('refused')]);
      expect(messages[name].payload).toEqual(schema(payload.name));
      expect(messages[`${name}.done`].payload).toEqual({
        type: 'object',
        required: ['ok', 'data'],
        properties: { ok: { type: 'boolean', const: true }, data: answerSchema(answer) },
      });
    }
  });

  it('describes the answer to a refused command', () => {
    expect(live.document.channels.live.messages.refused.payload).toEqual({
      type: 'object',
      required: ['ok', 'error'],
      properties: { ok: { type: 'boolean', const: false }, error: schema('Problem') },
    });
  });

  it.each(Object.entries(EVENTS))('describes the payload of %s', (name, fields) => {
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

  it('defines the schemas that it references, and no others', () => {
    const references = JSON.stringify(live.document).matchAll(/"#\/components\/schemas\/(\w+)"/g);
    const names = new Set(Array.from(references, ([, name]) => name));
    expect(Object.keys(live.document.components.schemas).sort()).toEqual([...names].sort());
  });
});

/** A reference to the schema of a class: views are documented without the suffix of their class. */
const schema = (className: string): object => ({ $ref: `#/components/schemas/${className.replace(/View$/, '')}` });

function answerSchema(answer: AnswerClass): object {
  if (answer === null) return { type: 'object', properties: {} };
  return typeof answer === 'function' ? schema(answer.name) : { type: 'array', items: schema(answer[0].name) };
}
