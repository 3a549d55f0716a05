import { ProblemView } from '../delivery/errors/problem.dto.js';
import { type JsonSchema, reference, schemasFor } from '../delivery/validation/schemas.js';
import { EVENTS } from '../realtime/events/server-events.dto.js';
import type { AnswerClass, Command } from '../realtime/gateway/command.js';
import type { Commands } from '../realtime/gateway/commands.js';

const DESCRIPTION = `The realtime API of GoChat: Socket.IO, protocol 5, in the default namespace, over websocket or long polling.
\`openapi.json\` describes the REST API. Version 1 only grows: ignore events and fields that you do not know.

A message is a Socket.IO event of that name with one argument, the payload. Every command is acknowledged: with
\`{ok: true, data}\`, or with \`{ok: false, error}\`, where \`error\` is the same problem object as in REST. An unknown command
returns \`not_found\`. A command above 1 MiB closes the connection. After \`rate_limited\`, wait \`retryAfterMs\` and resend in
order. A socket that ignores this is disconnected.

Every event about durable state carries \`conversationId\` and \`rev\`, and is emitted after the commit. Store one number per
conversation: if \`rev == known + 1\`, apply the event; if \`rev <= known\`, ignore it; if \`rev > known + 1\`, send \`sync\`.`;

const CONNECTING = `Connect with the path \`/api/v1/ws\` and an access token. If the token is not valid, you receive \`connect_error\` with
the problem object in \`data\`. \`session:ready\` confirms that the socket is subscribed to all conversations of the user. The
socket stays open as long as its access token is valid: \`session:expiring\` is sent 60 seconds before it expires, and
\`session:refresh\` extends it.`;

const TOKEN = 'The access token, as `auth: { token }` of the handshake or in its `Authorization` header.';

/** Reference to the only channel of the document. */
const CHANNEL = '#/channels/live';
const REFUSED = 'refused';

/** An AsyncAPI document, typed no further than its users here need. */
export type AsyncApiDocument = Readonly<Record<string, object | string>>;

/** Generates the AsyncAPI 3.0 document from the tables of commands and events, and from the schemas that validate them. */
export function asyncApiDocument(table: Commands): AsyncApiDocument {
  const commands = [...table];
  const events = Object.entries(EVENTS);
  const channel = {
    address: '/api/v1/ws',
    description: CONNECTING,
    messages: {
      ...Object.fromEntries(commands.flatMap(commandMessages)),
      [REFUSED]: acknowledgement(REFUSED, 'The command was rejected', false, { error: reference(ProblemView) }),
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
        description: 'A server on your machine. A deployment uses `wss` and its own host.',
        security: [{ $ref: '#/components/securitySchemes/accessToken' }],
      },
    },
    channels: { live: channel },
    operations: {
      ...Object.fromEntries(commands.map(({ name, summary }) => [name, commandOperation(name, summary)])),
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

function commandMessages({ name, summary, payload, answer }: Command): [string, object][] {
  return [
    [name, { name, summary, payload: reference(payload) }],
    [succeeded(name), acknowledgement(succeeded(name), 'The command succeeded', true, { data: answerSchema(answer) })],
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

/** An operation from the server's point of view: it receives commands and sends events. */
const operation = (action: 'receive' | 'send', name: string, summary: string): object => ({
  action,
  channel: { $ref: CHANNEL },
  summary,
  messages: [message(name)],
});

const commandOperation = (name: string, summary: string): object => ({
  ...operation('receive', name, summary),
  reply: { channel: { $ref: CHANNEL }, messages: [message(succeeded(name)), message(REFUSED)] },
});

/** The name of the message that acknowledges a command with its result. */
const succeeded = (name: string): string => `${name}.done`;

const message = (name: string): object => ({ $ref: `${CHANNEL}/messages/${name}` });
