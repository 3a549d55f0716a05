import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { openApiDocument } from '../../src/api-docs/openapi.js';
import { Commands } from '../../src/realtime/gateway/commands.js';
import { ACCOUNT_ROUTES } from '../bad-input/account-routes.js';
import { casesOf, destructiveLast } from '../bad-input/cases.js';
import { CHAT_ROUTES } from '../bad-input/chat-routes.js';
import { COMMANDS } from '../bad-input/commands.js';
import type { Values } from '../bad-input/input.js';
import type { TestSocket } from '../clients/test-socket.js';
import { TestServer } from '../harness/server.js';
import { expectProblem, expectRefusal, UNAUTHENTICATED } from '../support/problem.js';
import { allRows, seedConversations, type Person, type SeededConversations } from '../support/seeded-conversations.js';

const ROUTES = [...ACCOUNT_ROUTES, ...CHAT_ROUTES];

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
/** The first case that had an effect. Later cases would fail because of it, and therefore do not run. */
let polluter: string | undefined;

/** Sends one invalid request. No row changes, no event is delivered, and every connection stays open. */
async function expectNoEffect(send: () => Promise<void>): Promise<void> {
  if (polluter !== undefined) return;
  const before = (stored ??= await allRows(server));
  const [answer] = await Promise.allSettled([send()]);
  try {
    stored = await allRows(server);
    expect(stored).toEqual(before);
    await Promise.all(Array.from(devices, ([person, device]) => expectUnaffected(person, device)));
  } catch (effect) {
    polluter = expect.getState().currentTestName ?? '';
    const reasons = [effect, ...(answer.status === 'rejected' ? [answer.reason] : [])].map(String);
    throw new Error(`"${polluter}" changed the server; no later case has run\n\n${reasons.join('\n\n')}`, {
      cause: effect,
    });
  }
  if (answer.status === 'rejected') throw answer.reason;
}

async function expectUnaffected(person: Person, device: TestSocket): Promise<void> {
  // Events that were published before are delivered before this acknowledgement.
  const mayRead = ['owner', 'admin', 'member'].includes(person);
  const list = await device.emit('message:list', { conversationId: seed.conversations.group });
  expect(list).toMatchObject({ ok: mayRead });
  expect(device.seen.map(({ name }) => name)).toEqual(['session:ready']);
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
    if (polluter !== undefined) return;
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
