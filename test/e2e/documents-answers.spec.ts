import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Readiness } from '../../src/health/readiness.js';
import { PASSWORD } from '../clients/account.js';
import type { Answer, Rest } from '../clients/rest.js';
import { OpenApiDocument } from '../documents/openapi-document.js';
import { TestServer } from '../harness/server.js';
import { emailToken } from '../support/mail-token.js';

let server: TestServer;
let api: OpenApiDocument;
beforeAll(async () => {
  server = await TestServer.start();
  api = new OpenApiDocument((await server.rest.get('/openapi.json')).body);
});
afterAll(() => server.stop());

describe('answers', () => {
  /** `METHOD /path status` of each answer that matched the document. */
  const seen = new Set<string>();

  /** Sends a request and checks its body, status and every answer field against the document. */
  async function checked(
    rest: Rest,
    name: string,
    status: number,
    input: { body?: unknown; query?: string; path?: string[] } = {},
  ) {
    const [method = '', template = ''] = name.split(' ');
    const values = [...(input.path ?? [])];
    const path = template.replaceAll(/\{\w+\}/g, () => values.shift() ?? '');
    if (status < 300) expect(api.bodyViolations(name, input.body)).toEqual([]);
    if (status === 400 && input.body !== undefined) expect(api.bodyViolations(name, input.body)).not.toEqual([]);
    const answer: Answer = await rest.send(method, path + (input.query ?? ''), input.body);
    expect({ name, status: answer.status }).toEqual({ name, status });
    expect({ name, faults: api.answerViolations(name, answer) }).toEqual({ name, faults: [] });
    seen.add(`${name} ${status}`);
    return answer.body;
  }

  /** Registers a user; the answer is checked as well. */
  async function person(
    username: string,
    more: object = {},
  ): Promise<{ id: string; auth: Answer['body']; rest: Rest }> {
    const body = { username, password: PASSWORD, ...more };
    const auth = await checked(server.rest, 'POST /auth/register', 201, { body });
    return { id: auth.user.id, auth, rest: server.rest.as(auth.accessToken) };
  }

  it('on accounts and sessions match the document', async () => {
    const { rest } = server;
    const ann = await person('tour_ann', {
      email: 'ann@mail.example',
      device: { id: 'a', name: 'b', platform: 'ios' },
    });
    await checked(rest, 'POST /auth/register', 409, { body: { username: 'tour_ann', password: PASSWORD } });
    await checked(rest, 'POST /auth/register', 409, {
      body: { username: 'tour_other', password: PASSWORD, email: 'ann@mail.example' },
    });
    await checked(rest, 'POST /auth/register', 400, { body: { username: 'x', role: 'admin', device: { id: 7 } } });
    const login = await checked(rest, 'POST /auth/login', 200, { body: { login: 'TOUR_ann', password: PASSWORD } });
    await checked(rest, 'POST /auth/login', 401, { body: { login: 'tour_ann', password: 'wrong password' } });
    await checked(rest, 'POST /auth/login', 400, { body: {} });
    await checked(rest, 'POST /auth/login', 413, { body: { login: 'x'.repeat(300_000), password: 'x' } });
    const next = await checked(rest, 'POST /auth/refresh', 200, { body: { refreshToken: login.refreshToken } });
    await checked(rest, 'POST /auth/refresh', 401, { body: { refreshToken: 'x' } });
    await checked(ann.rest, 'GET /auth/sessions', 200);
    await checked(ann.rest, 'GET /auth/sessions', 200, { query: '?limit=1' });
    await checked(ann.rest, 'GET /auth/sessions', 400, { query: '?limit=0' });
    await checked(rest, 'GET /auth/sessions', 401);
    await checked(ann.rest, 'DELETE /auth/sessions/{id}', 204, { path: [next.session.id] });
    await checked(ann.rest, 'DELETE /auth/sessions/{id}', 404, { path: [next.session.id] });
    await checked(ann.rest, 'DELETE /auth/sessions/{id}', 400, { path: ['x'] });
    await checked(rest.as(next.accessToken), 'GET /users/me', 401);
    const change = { currentPassword: PASSWORD, newPassword: PASSWORD };
    await checked(ann.rest, 'POST /auth/password', 204, { body: change });
    await checked(ann.rest, 'POST /auth/password', 401, { body: { ...change, currentPassword: 'wrong password' } });
    await checked(ann.rest, 'POST /auth/password', 400, { body: { newPassword: 'short' } });
    await checked(ann.rest, 'POST /auth/logout', 204);
    await checked(ann.rest, 'POST /auth/logout', 401);
    const again = await checked(rest, 'POST /auth/login', 200, { body: { login: 'tour_ann', password: PASSWORD } });
    await checked(rest.as(again.accessToken), 'POST /auth/logout-all', 204);
  });

  it('on mail match the document', async () => {
    const account = await server.account('tour');
    const change = { email: 'tour@mail.example', password: PASSWORD };
    await checked(account.rest, 'PUT /users/me/email', 200, { body: change });
    await checked(account.rest, 'PUT /users/me/email', 401, { body: { ...change, password: 'wrong password' } });
    await checked((await person('tour_same')).rest, 'PUT /users/me/email', 409, { body: change });
    await checked(account.rest, 'POST /auth/email/verification', 204);
    const [toVerify, toReset] = [
      await emailToken(server, account, 'verify'),
      await emailToken(server, account, 'reset'),
    ];
    await checked(server.rest, 'POST /auth/email/verify', 204, { body: { token: toVerify } });
    await checked(server.rest, 'POST /auth/password/forgotten', 204, { body: { email: 'tour@mail.example' } });
    const reset = { token: toReset, newPassword: PASSWORD };
    await checked(server.rest, 'POST /auth/password/reset', 204, { body: reset });
    await checked(server.rest, 'POST /auth/password/reset', 400, { body: { ...reset, newPassword: 'short' } });
    await checked(server.rest, 'POST /auth/email/verify', 400, { body: {} });
  });

  it('on users match the document', async () => {
    const ann = await person('tour_user');
    await checked(ann.rest, 'GET /users/me', 200);
    const profile = { displayName: 'Ann', avatarUrl: 'https://images.example/a.png', about: 'Hi' };
    await checked(ann.rest, 'PATCH /users/me', 200, { body: profile });
    await checked(ann.rest, 'PATCH /users/me', 200, { body: { avatarUrl: null, about: null } });
    await checked(ann.rest, 'PATCH /users/me', 400, { body: { displayName: 7, avatarUrl: 'x', id: 'y' } });
    await checked(ann.rest, 'GET /users', 200, { query: '?q=tour' });
    await checked(ann.rest, 'GET /users', 200, { query: '?q=tour&limit=1' });
    await checked(ann.rest, 'GET /users', 400, { query: '?limit=x' });
    await checked(ann.rest, 'GET /users/{id}', 200, { path: [ann.id] });
    await checked(ann.rest, 'GET /users/{id}', 404, { path: [randomUUID()] });
    await checked(ann.rest, 'GET /users/{id}', 400, { path: ['x'] });
    const ben = await person('tour_blocked');
    await checked(ann.rest, 'PUT /users/me/blocks/{userId}', 204, { path: [ben.id] });
    await checked(ann.rest, 'PUT /users/me/blocks/{userId}', 404, { path: [randomUUID()] });
    await checked(ann.rest, 'PUT /users/me/blocks/{userId}', 400, { path: [ann.id] });
    await checked(ann.rest, 'GET /users/me/blocks', 200);
    await checked(ben.rest, 'POST /conversations', 403, { body: { type: 'direct', memberIds: [ann.id] } });
    await checked(ann.rest, 'GET /users/me/export', 200);
    await checked(ann.rest, 'DELETE /users/me/blocks/{userId}', 204, { path: [ben.id] });
    await checked(ben.rest, 'DELETE /users/me', 401, { body: { password: 'wrong password' } });
    await checked(ben.rest, 'DELETE /users/me', 400, { body: {} });
    await checked(ben.rest, 'DELETE /users/me', 204, { body: { password: PASSWORD } });
    await checked(ben.rest, 'GET /users/me', 401);
  });

  it('on conversations, members and messages match the document', async () => {
    const [ann, ben, eve] = [await person('tour_one'), await person('tour_two'), await person('tour_three')];
    const create = (body: object, status = 201): Promise<Answer['body']> =>
      checked(ann.rest, 'POST /conversations', status, { body });
    const group = await create({ id: randomUUID(), type: 'group', title: null, memberIds: [ben.id] });
    await create({ id: group.id, type: 'group' }, 200);
    const room = await create({ type: 'room', title: 'Tour room', topic: 'Tours' });
    const direct = await create({ type: 'direct', memberIds: [ben.id] });
    await create({ type: 'direct', memberIds: [ben.id] }, 200);
    await create({ type: 'tour', memberIds: ['x'] }, 400);
    await create({ type: 'group', memberIds: [randomUUID()] }, 404);
    await checked(eve.rest, 'POST /conversations', 409, { body: { id: group.id, type: 'group' } });

    const sent = {
      id: randomUUID(),
      conversationId: group.id,
      text: 'Hello',
      mentions: [ben.id],
      metadata: { a: [1] },
    };
    const message = await checked(ann.rest, 'POST /messages', 201, { body: sent });
    await checked(ann.rest, 'POST /messages', 200, { body: sent });
    const reply = { conversationId: group.id, text: 'Hi', replyToId: message.id, metadata: null };
    await checked(ben.rest, 'POST /messages', 201, { body: reply });
    await checked(ben.rest, 'POST /messages', 201, { body: { conversationId: direct.id, text: '👋' } });
    await checked(ann.rest, 'POST /messages', 409, { body: { ...sent, text: 'Other' } });
    await checked(ann.rest, 'POST /messages', 400, { body: { text: 7, seq: 1 } });
    await checked(eve.rest, 'POST /messages', 403, { body: { conversationId: room.id, text: 'x' } });
    await checked(eve.rest, 'POST /messages', 404, { body: { conversationId: group.id, text: 'x' } });
    for (const query of ['', '&limit=1', '&before=2', '&after=1', '&around=1']) {
      await checked(ben.rest, 'GET /messages', 200, { query: `?conversationId=${group.id}${query}` });
    }
    await checked(ben.rest, 'GET /messages', 400, { query: '?limit=0' });
    await checked(eve.rest, 'GET /messages', 403, { query: `?conversationId=${room.id}` });
    await checked(eve.rest, 'GET /messages', 404, { query: `?conversationId=${group.id}` });
    await checked(ben.rest, 'GET /messages/search', 200, { query: '?q=h' });
    await checked(ben.rest, 'GET /messages/search', 200, { query: `?q=hello&limit=1&conversationId=${group.id}` });
    await checked(ben.rest, 'GET /messages/search', 400, { query: '?q=&cursor=x' });
    await checked(eve.rest, 'GET /messages/search', 403, { query: `?q=hello&conversationId=${room.id}` });
    await checked(eve.rest, 'GET /messages/search', 404, { query: `?q=hello&conversationId=${group.id}` });
    await checked(ben.rest, 'GET /messages/{id}', 200, { path: [message.id] });
    await checked(ben.rest, 'GET /messages/{id}', 400, { path: ['x'] });
    await checked(eve.rest, 'GET /messages/{id}', 404, { path: [message.id] });

    const like = { path: [message.id, encodeURIComponent('👍')] };
    await checked(ben.rest, 'PUT /messages/{id}/reactions/{emoji}', 200, like);
    await checked(ben.rest, 'PUT /messages/{id}/reactions/{emoji}', 400, { path: [message.id, 'x'] });
    await checked(eve.rest, 'PUT /messages/{id}/reactions/{emoji}', 404, like);
    await checked(ben.rest, 'DELETE /messages/{id}/reactions/{emoji}', 200, like);
    await checked(ben.rest, 'PUT /messages/{id}/reactions/{emoji}', 200, like);
    await checked(ann.rest, 'PATCH /messages/{id}', 200, { path: [message.id], body: { text: 'Hello there' } });
    await checked(ann.rest, 'PATCH /messages/{id}', 400, { path: [message.id], body: { text: 7 } });
    await checked(ben.rest, 'PATCH /messages/{id}', 403, { path: [message.id], body: { text: 'Mine' } });
    const marker = { path: [group.id], body: { seq: 2 } };
    await checked(ben.rest, 'PUT /conversations/{id}/delivered', 200, marker);
    await checked(ben.rest, 'PUT /conversations/{id}/read', 200, marker);
    await checked(ben.rest, 'PUT /conversations/{id}/read', 400, { ...marker, body: { seq: -1 } });
    const own = { mutedUntil: '2099-01-01T00:00:00.000Z', pinned: true, archived: true };
    await checked(ben.rest, 'PATCH /conversations/{id}/me', 200, { path: [group.id], body: own });
    await checked(eve.rest, 'PATCH /conversations/{id}/me', 404, { path: [group.id], body: own });
    const known = { conversations: { [group.id]: 1, [randomUUID()]: 7 }, receiptsOf: [group.id] };
    await checked(ann.rest, 'POST /sync', 200, { body: { conversations: {} } });
    await checked(ann.rest, 'POST /sync', 200, { body: known });
    await checked(ben.rest, 'POST /sync', 200, { body: { ...known, stateRev: 0, limit: 1 } });
    await checked(ann.rest, 'POST /sync', 400, { body: {} });
    await checked(ann.rest, 'GET /sync/peek', 200);
    await checked(server.rest, 'GET /config', 200);
    await checked(ann.rest, 'DELETE /messages/{id}', 200, { path: [message.id] });
    await checked(ann.rest, 'GET /messages', 200, { query: `?conversationId=${group.id}` });

    for (const query of ['', '?limit=1', '?archived=true'])
      await checked(ann.rest, 'GET /conversations', 200, { query });
    await checked(ann.rest, 'GET /conversations', 400, { query: '?cursor=x' });
    await checked(eve.rest, 'GET /conversations/discover', 200);
    await checked(ann.rest, 'GET /conversations/discover', 200, { query: '?q=tour&limit=1' });
    await checked(ann.rest, 'GET /conversations/discover', 400, { query: '?limit=x' });
    for (const { id } of [group, room, direct]) await checked(ann.rest, 'GET /conversations/{id}', 200, { path: [id] });
    await checked(eve.rest, 'GET /conversations/{id}', 200, { path: [room.id] });
    await checked(eve.rest, 'GET /conversations/{id}', 404, { path: [group.id] });
    await checked(ann.rest, 'PATCH /conversations/{id}', 200, {
      path: [group.id],
      body: { title: 'Named', topic: null },
    });
    await checked(ann.rest, 'PATCH /conversations/{id}', 400, { path: [group.id], body: { title: 7 } });
    await checked(ben.rest, 'PATCH /conversations/{id}', 403, { path: [group.id], body: { title: 'Mine' } });

    await checked(ann.rest, 'GET /conversations/{id}/members', 200, { path: [group.id] });
    await checked(ann.rest, 'GET /conversations/{id}/members', 200, { path: [group.id], query: '?limit=1' });
    await checked(eve.rest, 'GET /conversations/{id}/members', 403, { path: [room.id] });
    const members = { path: [group.id], body: { userIds: [eve.id, ben.id] } };
    await checked(ann.rest, 'POST /conversations/{id}/members', 200, members);
    await checked(ann.rest, 'POST /conversations/{id}/members', 400, { ...members, body: { userIds: [] } });
    await checked(ann.rest, 'POST /conversations/{id}/members', 403, { ...members, path: [direct.id] });
    const role = { path: [group.id, eve.id], body: { role: 'admin' } };
    await checked(ann.rest, 'PATCH /conversations/{id}/members/{userId}', 200, role);
    await checked(ann.rest, 'PATCH /conversations/{id}/members/{userId}', 400, { ...role, body: { role: 'king' } });
    await checked(ben.rest, 'PATCH /conversations/{id}/members/{userId}', 403, role);
    await checked(ann.rest, 'PATCH /conversations/{id}/members/{userId}', 409, { ...role, path: [group.id, ann.id] });
    await checked(eve.rest, 'DELETE /conversations/{id}/members/{userId}', 403, { path: [group.id, ann.id] });
    await checked(ann.rest, 'DELETE /conversations/{id}/members/{userId}', 204, { path: [group.id, eve.id] });
    await checked(eve.rest, 'POST /conversations/{id}/join', 200, { path: [room.id] });
    await checked(eve.rest, 'POST /conversations/{id}/join', 404, { path: [group.id] });
    await checked(eve.rest, 'POST /conversations/{id}/leave', 204, { path: [room.id] });
    await checked(eve.rest, 'POST /conversations/{id}/leave', 403, { path: [room.id] });
    await checked(ann.rest, 'POST /conversations/{id}/leave', 403, { path: [direct.id] });
    await checked(ben.rest, 'DELETE /conversations/{id}', 403, { path: [group.id] });
    await checked(ann.rest, 'DELETE /conversations/{id}', 204, { path: [group.id] });
    await checked(ann.rest, 'DELETE /conversations/{id}', 404, { path: [group.id] });
  });

  it('on health match the document', async () => {
    for (const name of ['GET /health', 'GET /health/live', 'GET /health/ready']) await checked(server.rest, name, 200);
    const draining = await server.beside();
    draining.running.app.get(Readiness).startDraining();
    await checked(draining.rest, 'GET /health/ready', 503);
    await draining.stop();
  });

  it('cover every documented success', () => {
    const successes = [...api.operations].flatMap(([name, { responses }]) =>
      Object.keys(responses)
        .filter((status) => status.startsWith('2'))
        .map((status) => `${name} ${status}`),
    );
    expect(successes.filter((success) => !seen.has(success))).toEqual([]);
  });
});
