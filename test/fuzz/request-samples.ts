import { randomUUID } from 'node:crypto';

import { PASSWORD } from '../clients/account.js';
import type { AsyncApiDocument } from '../documents/asyncapi-document.js';
import type { OpenApiDocument } from '../documents/openapi-document.js';

export const CONVERSATION_TYPES = ['direct', 'group', 'room'] as const;
export type ConversationType = (typeof CONVERSATION_TYPES)[number];
type Json = Record<string, unknown>;

/** The ids and secrets of a request. */
export interface RequestContext {
  readonly type: ConversationType;
  readonly conversationId: string;
  readonly messageId: string;
  /** An existing user to view, to give a role, or to remove. */
  readonly userId: string;
  /** A user to add, or to start a conversation with. */
  readonly newcomerId: string;
  readonly sessionId: string;
  readonly username: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** A valid body or payload for each schema. A new schema needs an entry here. */
const SAMPLES: Readonly<Record<string, (scene: RequestContext) => Json>> = {
  AddMembers: ({ newcomerId }) => ({ userIds: [newcomerId] }),
  ChangeEmail: () => ({ email: `${randomUUID()}@example.org`, password: PASSWORD }),
  ChangePassword: () => ({ currentPassword: PASSWORD, newPassword: PASSWORD }),
  ChangeRole: () => ({ role: 'admin' }),
  ConversationRef: ({ conversationId }) => ({ conversationId }),
  CreateConversation: ({ type: place, newcomerId }) => ({
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

/** The path parameter after each path segment. A new segment with a parameter needs an entry here. */
const PATH_PARAMETERS: Readonly<Record<string, (scene: RequestContext) => string>> = {
  blocks: ({ userId }) => userId,
  conversations: ({ conversationId }) => conversationId,
  members: ({ userId }) => userId,
  messages: ({ messageId }) => messageId,
  reactions: () => '👍',
  sessions: ({ sessionId }) => sessionId,
  users: ({ userId }) => userId,
};

/** Query parameters of a sample; the others are left out. */
const QUERY_PARAMETERS: Readonly<Record<string, (scene: RequestContext) => string>> = {
  conversationId: ({ conversationId }) => conversationId,
  q: () => 'a',
};

/** A route or command, with its input by the documents. */
export interface Operation {
  /** `METHOD /path/{parameter}` of the OpenAPI document, or the name of a command of the AsyncAPI document. */
  readonly name: string;
  readonly isCommand: boolean;
  /** The name of the schema of its body or payload. */
  readonly schema: string | undefined;
  readonly query: readonly { readonly name: string; readonly schema: Json }[];
}

const ENDS_SESSION =
  /^(POST \/auth\/(refresh|logout|logout-all|password)|DELETE \/(auth\/sessions\/\{id\}|users\/me))$/;
const DESTRUCTIVE = /[/:](join|leave)$|members|^DELETE .(conversations|messages)..id.$|message:delete/;

/** Whether the operation may end the session that sends it. */
export const endsSession = (name: string): boolean => ENDS_SESSION.test(name);

/** Whether the operation deletes something that other requests need, or changes the members of the conversation. */
export const isDestructive = (name: string): boolean => DESTRUCTIVE.test(name);

/** All documented routes and commands. */
export const operationsOf = (api: OpenApiDocument, live: AsyncApiDocument): Operation[] => [
  ...Array.from(api.operations, ([name, { parameters, requestBody }]) => ({
    name,
    isCommand: false,
    schema: nameOf(requestBody?.content?.['application/json']?.schema),
    query: parameters.filter((parameter) => parameter.in === 'query'),
  })),
  ...live.commands.map((name) => ({ name, isCommand: true, schema: nameOf(live.payloadOf(name)), query: [] })),
];

/**
 * A valid request for an operation: path with query, and body or payload. @throws Error when this file has no sample
 * for it
 */
export function sampleOf(
  { name, schema, query }: Operation,
  scene: RequestContext,
): { target: string; body: Json | undefined } {
  const [, template = ''] = name.split(' ');
  const path = template.replaceAll(/(\w+)\/\{\w+\}/g, (_, before: string) => {
    const stands = PATH_PARAMETERS[before] ?? missing(`an entry '${before}' in PATH_PARAMETERS, for ${name}`);
    return `${before}/${encodeURIComponent(stands(scene))}`;
  });
  const given = query.flatMap((parameter): [string, string][] => {
    const stands = QUERY_PARAMETERS[parameter.name];
    return stands ? [[parameter.name, stands(scene)]] : [];
  });
  return {
    target: given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`,
    body:
      schema === undefined
        ? undefined
        : (SAMPLES[schema] ?? missing(`an entry '${schema}' in SAMPLES, for ${name}`))(scene),
  };
}

const nameOf = (schema: Json | undefined): string | undefined =>
  schema === undefined ? undefined : String(schema['$ref']).split('/').at(-1);

function missing(what: string): never {
  throw new Error(`test/fuzz/request-samples.ts: add ${what}`);
}
