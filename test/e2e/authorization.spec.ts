import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { AuthorizationActors, secretOf, withUnknownIds } from '../authorization/authorization-actors.js';
import { type Cell, cellsOf, readMatrix, type Role } from '../authorization/authorization-matrix.js';
import { Rest } from '../clients/rest.js';
import { TestSocket } from '../clients/test-socket.js';
import { AsyncApiDocument } from '../documents/asyncapi-document.js';
import { OpenApiDocument } from '../documents/openapi-document.js';
import {
  endsSession,
  type Operation,
  operationsOf,
  CONVERSATION_TYPES,
  sampleOf,
  type RequestContext,
  isDestructive,
} from '../fuzz/request-samples.js';
import { TestServer } from '../harness/server.js';

const MATRIX = 'docs/authorization.md';
const rows = readMatrix(MATRIX);
/** Roles outside the conversation: none of its messages may reach them. */
const ROLES_OUTSIDE: readonly Role[] = ['anonymous', 'deleted', 'outsider', 'removed'];
const UNKNOWN_FIELDS = ['role', 'senderId', 'seq', 'createdAt'];

/** The outcome of a request: a status, `ok` or an error code; and the whole answer as text. */
interface Result {
  readonly outcome: string;
  readonly text: string;
}

let server: TestServer;
let actors: AuthorizationActors;
let operations: ReadonlyMap<string, Operation>;
let schemas: Record<string, { properties: object }>;
let requests = 0;
const sockets = new Map<Role, Promise<TestSocket>>();

beforeAll(async () => {
  server = await TestServer.start();
  const api = new OpenApiDocument((await server.rest.get('/openapi.json')).body);
  const live = new AsyncApiDocument((await server.rest.get('/asyncapi.json')).body);
  operations = new Map(operationsOf(api, live).map((operation) => [operation.name, operation]));
  schemas = { ...api.document.components.schemas, ...live.document.components.schemas };
  actors = await AuthorizationActors.create(server);
});
afterAll(async () => {
  for (const device of await Promise.all(sockets.values())) device.close();
  await server.stop();
});

/** Round robin over the nodes. */
function anyNode(): string {
  const { port } = server.nodes[requests++ % server.nodes.length]!;
  return `http://127.0.0.1:${port}`;
}

/** The role's socket: connected, or refused. */
function socketOf(role: Role): Promise<TestSocket> {
  const known = sockets.get(role) ?? connect(role);
  sockets.set(role, known);
  return known;
}

async function connect(role: Role): Promise<TestSocket> {
  const device = TestSocket.open(anyNode(), role === 'anonymous' ? undefined : actors.accounts[role].token);
  const mayConnect = role !== 'anonymous' && role !== 'deleted';
  await device.next(mayConnect ? 'session:ready' : 'connect_error');
  return device;
}

/** Sends the operation. @param token for REST; a command uses the role's socket */
async function send(operation: Operation, role: Role, context: RequestContext, token?: string): Promise<Result> {
  const { target, body } = sampleOf(operation, context);
  return operation.isCommand ? command(operation.name, role, body) : request(operation.name, target, body, token);
}

async function command(name: string, role: Role, payload: unknown): Promise<Result> {
  const device = await socketOf(role);
  const [refusal] = device.all('connect_error');
  const answer = refusal ? { ok: false, error: refusal.data } : await device.emit(name, payload);
  return { outcome: answer.ok ? 'ok' : answer.error.code, text: withoutRequestIds(answer) };
}

async function request(name: string, target: string, sent: unknown, token?: string): Promise<Result> {
  const rest = new Rest(`${anyNode()}/api/v1`, token);
  const { status, headers, body } = await rest.send(name.split(' ')[0]!, target, sent);
  const sentHeaders = [...headers].filter(([header]) => header !== 'date');
  return { outcome: status < 400 ? String(status) : body.code, text: withoutRequestIds([status, sentHeaders, body]) };
}

/** The answer as text, without the ids of the request. */
const withoutRequestIds = (answer: unknown): string =>
  JSON.stringify(answer)
    .replaceAll(/"requestId":"[^"]+"/g, '')
    .replaceAll(/"x-request-id","[^"]+"/g, '');

/** Requests the operation of a cell. @returns the violations */
async function violationsOf(operation: Operation, cell: Cell): Promise<string[]> {
  const { role, conversationType, expected } = cell;
  const { name, isCommand } = operation;
  const session = await actors.session(role, endsSession(name));
  const isSuccess = /^(\d+|ok)$/.test(expected);
  const context = await actors.requestContext(cell, session, isSuccess && isDestructive(name));
  const { outcome, text } = await send(operation, role, context, session?.accessToken);
  const violations: string[] = [];
  const wanted = isCommand && isSuccess ? 'ok' : expected;
  if (outcome !== wanted) violations.push(`got ${outcome}, expected ${wanted}`);
  const isOutside = ROLES_OUTSIDE.includes(role) && !(isSuccess && name.endsWith('join'));
  if (isOutside && text.includes(secretOf(context.conversationId)))
    violations.push('received a message of the conversation');
  if (isOutside && expected === 'not_found') {
    const missing = await send(operation, role, withUnknownIds(context), session?.accessToken);
    if (missing.text !== text) violations.push(`can distinguish it from a missing one: ${text}, ${missing.text}`);
  }
  return violations.map((violation) => `${name} (${conversationType ?? 'no conversation'}): ${role} ${violation}`);
}

describe(MATRIX, () => {
  it('has a row for every route and command, and no others', () => {
    const named = new Set(rows.flatMap((row) => row.operations));
    // The keys say what to do when this fails.
    expect({
      [`add a row to ${MATRIX} for`]: [...operations.keys()].filter((name) => !named.has(name)),
      [`remove from ${MATRIX}`]: [...named].filter((name) => !operations.has(name)),
    }).toEqual({ [`add a row to ${MATRIX} for`]: [], [`remove from ${MATRIX}`]: [] });
  });

  it('states each conversation operation once for direct conversations, groups and rooms', async () => {
    const session = await actors.session('member', false);
    const cell: Cell = { role: 'member', conversationType: 'group', isOwn: false, expected: '' };
    const context = { ...(await actors.requestContext(cell, session, false)), type: 'direct' as const };
    for (const operation of operations.values()) {
      const { name } = operation;
      const sample = JSON.stringify(sampleOf(operation, context));
      const isAbout = [context.conversationId, context.messageId, '"direct"'].some((part) => sample.includes(part));
      const types = rows.flatMap((row) => (row.operations.includes(name) && !row.isOwn ? row.conversationTypes : []));
      const key = `conversation types of ${name} in ${MATRIX}`;
      if (isAbout) expect({ [key]: types.sort() }).toEqual({ [key]: [...CONVERSATION_TYPES] });
    }
  });
});

describe('a field that no schema declares', () => {
  it.each(UNKNOWN_FIELDS)('is rejected by every request body and payload: %s', async (field) => {
    const session = await actors.session('owner', false);
    const context = await actors.requestContext(
      { role: 'owner', conversationType: 'group', isOwn: false, expected: '' },
      session,
      false,
    );
    for (const operation of operations.values()) {
      const { name, schema, isCommand } = operation;
      if (schema === undefined || field in schemas[schema]!.properties) continue;
      const { target, body } = sampleOf(operation, context);
      const sent = { ...body, [field]: 'x' };
      const device = await socketOf('owner');
      const problem = isCommand
        ? (await device.emit(name, sent)).error
        : (await actors.accounts.owner.rest.send(name.split(' ')[0]!, target, sent)).body;
      expect({ name, code: problem?.code, fields: problem?.errors.map((error: any) => error.field) }).toEqual({
        name,
        code: 'validation_failed',
        fields: [field],
      });
    }
  });
});

describe('access by role', () => {
  it.each(rows)('$title', async (row) => {
    for (const name of row.operations) {
      const operation = operations.get(name);
      if (!operation) continue;
      const violations = await Promise.all(cellsOf(row).map((cell) => violationsOf(operation, cell)));
      expect(violations.flat()).toEqual([]);
    }
  });
});
