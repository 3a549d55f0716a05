import { ProblemView } from '../delivery/errors/problem.dto.js';
import { type JsonSchema, reference, schemasFor } from '../delivery/validation/schemas.js';
import type { AnswerClass, Command, Commands } from '../realtime/gateway/commands.js';
import { EVENTS } from '../realtime/events/server-events.dto.js';

const DESCRIPTION = `The live side of GoChat: Socket.IO, protocol 5, in the default namespace, over websocket or long polling. REST is
described by \`openapi.json\`. Version 1 only grows: ignore events and fields that you do not know.

A message is a Socket.IO event of that name with one argument, the payload. Every command is acknowledged: with
\`{ok: true, data}\`, or with \`{ok: false, error}\`, whose \`error\` is the problem that REST would answer. An unknown command is
\`not_found\`. A command of more than 1 MiB closes the connection. After \`rate_limited\` wait
\`retryAfterMs\`, and go on in order; a socket that goes on asking meanwhile is disconnected.

Every event about durable state carries \`conversationId\` and \`rev\`, and leaves after the commit. Keep one number per
conversation: \`rev == known + 1\` apply, \`rev <= known\` ignore, \`rev > known + 1\` send \`sync\`.`;

const CONNECTING = `Connect with the path \`/api/v1/ws\` and an access token. Without a good one, \`connect_error\` carries the problem in
\`data\`. \`session:ready\` says that the socket is subscribed to every conversation of the user. The socket lives as long as
its access token: \`session:expiring\` comes 60 seconds ahead, and \`session:refresh\` keeps it.`;

const TOKEN = 'The access token, as `auth: { token }` of the handshake or in its `Authorization` header.';

/** The one channel's place in the document. */
const CHANNEL = '#/channels/live';
const REFUSED = 'refused';

/** An AsyncAPI document as far as its readers here need it. */
export type AsyncApiDocument = Readonly<Record<string, object | string>>;

/** The AsyncAPI 3.0 document, from the tables of commands and events and the schemas that validate them. */
export function asyncApiDocument({ table }: Commands): AsyncApiDocument {
  const commands = [...table];
  const events = Object.entries(EVENTS);
  const channel = {
    address: '/api/v1/ws',
    description: CONNECTING,
    messages: {
      ...Object.fromEntries(commands.flatMap(([name, command]) => commandMessages(name, command))),
      [REFUSED]: acknowledgement(REFUSED, 'The command was refused', false, { error: reference(ProblemView) }),
      ...Object.fromEntries(
        events.map(([name, { view, summary }]) => [name, { name, summary, payload: reference(view) }]),
      ),
    },
  };
  return {
    asyncapi: '3.0.0',
    info: { title: 'GoChat', version: '1', description: DESCRIPTION },
    defaultContentType: 'application/json',
    servers: {
      local: {
        host: 'localhost:3000',
        protocol: 'ws',
        description: 'As it starts on your machine; `wss` and a host of its own where it is deployed.',
        security: [{ $ref: '#/components/securitySchemes/accessToken' }],
      },
    },
    channels: { live: channel },
    operations: {
      ...Object.fromEntries(commands.map(([name, { summary }]) => [name, commandOperation(name, summary)])),
      ...Object.fromEntries(events.map(([name, { summary }]) => [name, operation('send', name, summary)])),
    },
    components: {
      schemas: schemasFor(channel),
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: TOKEN },
      },
    },
  };
}

function commandMessages(name: string, { summary, payload, answer }: Command): [string, object][] {
  return [
    [name, { name, summary, payload: reference(payload) }],
    [answered(name), acknowledgement(answered(name), 'The command was done', true, { data: answerSchema(answer) })],
  ];
}

function acknowledgement(name: string, summary: string, ok: boolean, content: Record<string, JsonSchema>): object {
  const properties = { ok: { type: 'boolean', const: ok }, ...content };
  return { name, summary, payload: { type: 'object', properties, required: Object.keys(properties) } };
}

function answerSchema(answer: AnswerClass): JsonSchema {
  if (answer === null) return { type: 'object', properties: {} };
  return typeof answer === 'function' ? reference(answer) : { type: 'array', items: reference(answer[0]) };
}

/** `receive` is what the server gets, `send` what it says. */
const operation = (action: 'receive' | 'send', name: string, summary: string): object => ({
  action,
  channel: { $ref: CHANNEL },
  summary,
  messages: [message(name)],
});

const commandOperation = (name: string, summary: string): object => ({
  ...operation('receive', name, summary),
  reply: { channel: { $ref: CHANNEL }, messages: [message(answered(name)), message(REFUSED)] },
});

/** The name of the message that acknowledges a command which was done. */
const answered = (name: string): string => `${name}.done`;

const message = (name: string): object => ({ $ref: `${CHANNEL}/messages/${name}` });
