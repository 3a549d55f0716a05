import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { OpenApiDocument } from '../documents/openapi-document.js';
import { AuthorizationActors, secretOf, withoutAnything } from '../authorization/authorization-actors.js';
import { TestSocket } from '../clients/test-socket.js';
import { AsyncApiDocument } from '../documents/asyncapi-document.js';
import { Rest } from '../clients/rest.js';
import {
  endsSession,
  type Operation,
  operationsOf,
  PLACES,
  sampleOf,
  type Scene,
  usesUp,
} from '../fuzz/request-samples.js';
import { TestServer } from '../harness/server.js';
import { type Cell, cellsOf, readTable, type Role } from '../authorization/authorization-matrix.js';

const TABLE = 'docs/authorization.md';
const rows = readTable(TABLE);
/** Roles outside the conversation: none of its messages may reach them. */
const OUTSIDE: readonly Role[] = ['nobody', 'deleted', 'outsider', 'removed'];
const UNKNOWN_FIELDS = ['role', 'senderId', 'seq', 'createdAt'];

/** The outcome of a request: a status, `ok` or an error code; and the whole answer as text. */
interface Told {
  readonly outcome: string;
  readonly text: string;
}

let server: TestServer;
let cast: AuthorizationActors;
let operations: ReadonlyMap<string, Operation>;
let schemas: Record<string, { properties: object }>;
let asked = 0;
const lines = new Map<Role, Promise<TestSocket>>();

beforeAll(async () => {
  server = await TestServer.start();
  const api = new OpenApiDocument((await server.rest.get('/openapi.json')).body);
  const live = new AsyncApiDocument((await server.rest.get('/asyncapi.json')).body);
  operations = new Map(operationsOf(api, live).map((operation) => [operation.name, operation]));
  schemas = { ...api.document.components.schemas, ...live.document.components.schemas };
  cast = await AuthorizationActors.gather(server);
});
afterAll(async () => {
  for (const device of await Promise.all(lines.values())) device.close();
  await server.stop();
});

/** Round robin over the nodes. */
function anyNode(): string {
  const { port } = server.nodes[asked++ % server.nodes.length]!;
  return `http://127.0.0.1:${port}`;
}

/** The role's socket: connected, or refused. */
function line(role: Role): Promise<TestSocket> {
  const known = lines.get(role) ?? connect(role);
  lines.set(role, known);
  return known;
}

async function connect(role: Role): Promise<TestSocket> {
  const device = TestSocket.open(anyNode(), role === 'nobody' ? undefined : cast.people[role].token);
  const isLet = role !== 'nobody' && role !== 'deleted';
  await device.next(isLet ? 'session:ready' : 'connect_error');
  return device;
}

/** Sends the operation. @param token for REST; a command uses the role's socket */
async function ask(operation: Operation, role: Role, scene: Scene, token?: string): Promise<Told> {
  const { target, body } = sampleOf(operation, scene);
  return operation.isCommand ? command(operation.name, role, body) : request(operation.name, target, body, token);
}

async function command(name: string, role: Role, payload: unknown): Promise<Told> {
  const device = await line(role);
  const [refusal] = device.all('connect_error');
  const answer = refusal ? { ok: false, error: refusal.data } : await device.emit(name, payload);
  return { outcome: answer.ok ? 'ok' : answer.error.code, text: impersonal(answer) };
}

async function request(name: string, target: string, sent: unknown, token?: string): Promise<Told> {
  const rest = new Rest(`${anyNode()}/api/v1`, token);
  const { status, headers, body } = await rest.send(name.split(' ')[0]!, target, sent);
  const said = [...headers].filter(([header]) => header !== 'date');
  return { outcome: status < 400 ? String(status) : body.code, text: impersonal([status, said, body]) };
}

/** The answer as text, without the ids of the request. */
const impersonal = (answer: unknown): string =>
  JSON.stringify(answer)
    .replaceAll(/"requestId":"[^"]+"/g, '')
    .replaceAll(/"x-request-id","[^"]+"/g, '');

/** Requests the operation of a cell. @returns the violations */
async function faultsOf(operation: Operation, cell: Cell): Promise<string[]> {
  const { role, place, expected } = cell;
  const { name, isCommand } = operation;
  const session = await cast.session(role, endsSession(name));
  const isDone = /^(\d+|ok)$/.test(expected);
  const scene = await cast.scene(cell, session, isDone && usesUp(name));
  const { outcome, text } = await ask(operation, role, scene, session?.accessToken);
  const faults: string[] = [];
  const wanted = isCommand && isDone ? 'ok' : expected;
  if (outcome !== wanted) faults.push(`got ${outcome}, expected ${wanted}`);
  const isOutside = OUTSIDE.includes(role) && !(isDone && name.endsWith('join'));
  if (isOutside && text.includes(secretOf(scene.conversationId))) faults.push('received a message of the conversation');
  if (isOutside && expected === 'not_found') {
    const nothing = await ask(operation, role, withoutAnything(scene), session?.accessToken);
    if (nothing.text !== text) faults.push(`can distinguish it from a missing one: ${text}, ${nothing.text}`);
  }
  return faults.map((fault) => `${name} (${place ?? 'no conversation'}): ${role} ${fault}`);
}

describe(TABLE, () => {
  it('has a row for every route and command, and no others', () => {
    const named = new Set(rows.flatMap((row) => row.operations));
    expect({
      lacking: [...operations.keys()].filter((name) => !named.has(name)),
      stale: [...named].filter((name) => !operations.has(name)),
    }).toEqual({ lacking: [], stale: [] });
  });

  it('states each conversation operation once for direct conversations, groups and rooms', async () => {
    const session = await cast.session('member', false);
    const cell: Cell = { role: 'member', place: 'group', isOwn: false, expected: '' };
    const scene = { ...(await cast.scene(cell, session, false)), place: 'direct' as const };
    for (const operation of operations.values()) {
      const { name } = operation;
      const asked = JSON.stringify(sampleOf(operation, scene));
      const isAbout = [scene.conversationId, scene.messageId, '"direct"'].some((part) => asked.includes(part));
      const places = rows.flatMap((row) => (row.operations.includes(name) && !row.isOwn ? row.places : []));
      if (isAbout) expect({ name, places: places.sort() }).toEqual({ name, places: [...PLACES] });
    }
  });
});

describe('a field that no schema declares', () => {
  it.each(UNKNOWN_FIELDS)('is rejected by every request body and payload: %s', async (field) => {
    const session = await cast.session('owner', false);
    const scene = await cast.scene({ role: 'owner', place: 'group', isOwn: false, expected: '' }, session, false);
    for (const operation of operations.values()) {
      const { name, schema, isCommand } = operation;
      if (schema === undefined || field in schemas[schema]!.properties) continue;
      const { target, body } = sampleOf(operation, scene);
      const sent = { ...body, [field]: 'x' };
      const device = await line('owner');
      const problem = isCommand
        ? (await device.emit(name, sent)).error
        : (await cast.people.owner.rest.send(name.split(' ')[0]!, target, sent)).body;
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
      const faults = await Promise.all(cellsOf(row).map((cell) => faultsOf(operation, cell)));
      expect(faults.flat()).toEqual([]);
    }
  });
});
