import { randomUUID } from 'node:crypto';

import { PASSWORD } from '../clients/account.js';
import type { OpenApiDocument } from '../documents/openapi-document.js';
import type { AsyncApiDocument } from '../documents/asyncapi-document.js';

export const PLACES = ['direct', 'group', 'room'] as const;
export type Place = (typeof PLACES)[number];
type Json = Record<string, unknown>;

/** What a request is about: what its ids and secrets stand for. */
export interface Scene {
  readonly place: Place;
  readonly conversationId: string;
  readonly messageId: string;
  /** Somebody to look at, to give a role, to remove. */
  readonly userId: string;
  /** Somebody to begin something with, or to bring in. */
  readonly newcomerId: string;
  readonly sessionId: string;
  readonly username: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** A payload that is fine, of each schema that a route or command takes. */
const SAMPLES: Readonly<Record<string, (scene: Scene) => Json>> = {
  AddMembers: ({ newcomerId }) => ({ userIds: [newcomerId] }),
  ChangeEmail: () => ({ email: `${randomUUID()}@example.org`, password: PASSWORD }),
  ChangePassword: () => ({ currentPassword: PASSWORD, newPassword: PASSWORD }),
  ChangeRole: () => ({ role: 'admin' }),
  ConversationRef: ({ conversationId }) => ({ conversationId }),
  CreateConversation: ({ place, newcomerId }) => ({
    type: place,
    memberIds: [newcomerId],
    ...(place === 'room' && { title: 'A room' }),
  }),
  DeleteAccount: () => ({ password: PASSWORD }),
  EditMessage: ({ messageId }) => ({ id: messageId, text: `Edited ${randomUUID()}` }),
  EditMessageBody: () => ({ text: `Edited ${randomUUID()}` }),
  ForgottenPassword: () => ({ email: `${randomUUID()}@example.org` }),
  ListMessages: ({ conversationId }) => ({ conversationId }),
  Login: ({ username }) => ({ login: username, password: PASSWORD }),
  MarkerBody: () => ({ seq: 1 }),
  MessageRef: ({ messageId }) => ({ id: messageId }),
  MoveMarker: ({ conversationId }) => ({ conversationId, seq: 1 }),
  React: ({ messageId }) => ({ id: messageId, emoji: '👍' }),
  Refresh: ({ refreshToken }) => ({ refreshToken }),
  RefreshSocket: ({ accessToken }) => ({ accessToken }),
  Register: () => ({ username: randomUUID().replaceAll('-', ''), password: PASSWORD }),
  ResetPassword: () => ({ token: randomUUID(), newPassword: PASSWORD }),
  SendMessage: ({ conversationId }) => ({ conversationId, text: 'Hello' }),
  Sync: ({ conversationId }) => ({ conversations: { [conversationId]: 0 }, receiptsOf: [conversationId] }),
  UpdateConversation: () => ({ topic: `Why ${randomUUID()}` }),
  UpdateOwnState: () => ({ pinned: true }),
  UpdateProfile: () => ({ about: 'Somebody' }),
  VerifyEmail: () => ({ token: randomUUID() }),
  WatchPresence: ({ userId }) => ({ userIds: [userId] }),
};

/** What stands in a path behind each of these. */
const IN_PATH: Readonly<Record<string, (scene: Scene) => string>> = {
  blocks: ({ userId }) => userId,
  conversations: ({ conversationId }) => conversationId,
  members: ({ userId }) => userId,
  messages: ({ messageId }) => messageId,
  reactions: () => '👍',
  sessions: ({ sessionId }) => sessionId,
  users: ({ userId }) => userId,
};

/** What stands in a query; the parameters that are not here are left out. */
const IN_QUERY: Readonly<Record<string, (scene: Scene) => string>> = {
  conversationId: ({ conversationId }) => conversationId,
  q: () => 'a',
};

/** A route or command: what it takes, by the documents. */
export interface Operation {
  /** `METHOD /path/{parameter}` of the OpenAPI document, or the name of a command of the AsyncAPI document. */
  readonly name: string;
  readonly isCommand: boolean;
  /** The name of its body's or payload's schema. */
  readonly schema: string | undefined;
  readonly query: readonly { readonly name: string; readonly schema: Json }[];
}

const ENDS_SESSION =
  /^(POST \/auth\/(refresh|logout|logout-all|password)|DELETE \/(auth\/sessions\/\{id\}|users\/me))$/;
const USES_UP = /[/:](join|leave)$|members|^DELETE .(conversations|messages)..id.$|message:delete/;

/** Whether an operation may use up the session with which it is asked. */
export const endsSession = (name: string): boolean => ENDS_SESSION.test(name);

/** Whether an operation takes away from a conversation what others need, or makes others of those in it. */
export const usesUp = (name: string): boolean => USES_UP.test(name);

/** Everything that can be asked of a server. */
export const operationsOf = (api: OpenApiDocument, live: AsyncApiDocument): Operation[] => [
  ...Array.from(api.operations, ([name, { parameters, requestBody }]) => ({
    name,
    isCommand: false,
    schema: nameOf(requestBody?.content?.['application/json']?.schema),
    query: parameters.filter((parameter) => parameter.in === 'query'),
  })),
  ...live.commands.map((name) => ({ name, isCommand: true, schema: nameOf(live.payloadOf(name)), query: [] })),
];

/** A request that is fine, of each operation: the path with its query, and the body or payload. */
export function sampleOf({ name, schema, query }: Operation, scene: Scene): { target: string; body: Json | undefined } {
  const [, template = ''] = name.split(' ');
  const path = template.replaceAll(/(\w+)\/\{\w+\}/g, (_, before: string) => {
    const stands = IN_PATH[before] ?? missing(`what stands behind /${before}/ in the path of ${name}`);
    return `${before}/${encodeURIComponent(stands(scene))}`;
  });
  const given = query.flatMap((parameter): [string, string][] => {
    const stands = IN_QUERY[parameter.name];
    return stands ? [[parameter.name, stands(scene)]] : [];
  });
  return {
    target: given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`,
    body: schema === undefined ? undefined : (SAMPLES[schema] ?? missing(`a sample of ${schema} for ${name}`))(scene),
  };
}

const nameOf = (schema: Json | undefined): string | undefined =>
  schema === undefined ? undefined : String(schema['$ref']).split('/').at(-1);

function missing(what: string): never {
  throw new Error(`test/fuzz/request-samples.ts lacks ${what}`);
}
