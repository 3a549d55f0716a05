import { randomUUID } from 'node:crypto';

/** Relative frequencies. */
const WEIGHTS = { send: 55, edit: 8, react: 10, read: 11, look: 16 };
/** Frequency of membership changes for the few clients that may make them. */
const MOVE_WEIGHT = 35;
/** Share of sends that are sent twice at the same time, over two connections. */
const RACES = 0.15;
const OVER_SOCKET = 0.7;
const EMOJI = ['👍', '🎉', '❤️'];
const PAGE = 30;
/** Reactions target the newest messages only. */
const RECENT = 10;

let messagesSent = 0;

/** Performs a random action. Resolves when it is answered. @param all the conversations of the trial */
export async function performRandomAction(client, all) {
  const { random, model } = client;
  const ids = [...model.copies.keys()];
  if (ids.length === 0) return;
  const conversation = random.pick(ids);
  const copy = model.copies.get(conversation);
  const movable = withMembersToMove(client, all);
  switch (random.weighted({ ...WEIGHTS, move: movable.length > 0 ? MOVE_WEIGHT : 0 })) {
    case 'send':
      return send(client, conversation);
    case 'edit':
      return edit(client, conversation);
    case 'react':
      return react(client, conversation, copy);
    case 'read':
      return read(client, conversation, copy);
    case 'look':
      return look(client, conversation);
    default:
      return move(client, random.pick(movable));
  }
}

/** The command if a socket is connected, by chance; otherwise the REST request. */
const either = (client, command, payload, ...rest) =>
  client.connection.isOnline && client.random.chance(OVER_SOCKET) ? { command, payload } : rest;

async function send(client, conversation) {
  const message = {
    id: randomUUID(),
    conversationId: conversation,
    text: `message${++messagesSent} by ${client.name}`,
  };
  const isRace = client.random.chance(RACES);
  const overRest = ['POST', '/messages', message];
  const requests = () => [either(client, 'message:send', message, ...overRest), ...(isRace ? [overRest] : [])];
  const { id, text } = message;
  const stored = await client.persist({ op: 'send', conversation, id, text, isRace }, requests);
  if (stored) client.unedited.push({ id, conversation, text });
}

/** Edits each own message at most once, so that a late retry cannot undo a later edit. */
async function edit(client, conversation) {
  const index = client.unedited.findIndex((message) => message.conversation === conversation);
  if (index < 0) return;
  const [{ id, text: before }] = client.unedited.splice(index, 1);
  const text = `${before}, edited`;
  const requests = () => [either(client, 'message:edit', { id, text }, 'PATCH', `/messages/${id}`, { text })];
  await client.persist({ op: 'edit', conversation, id, text }, requests);
}

async function react(client, conversation, { messages }) {
  const recent = [...messages.values()].slice(-RECENT);
  if (recent.length === 0) return;
  const { id } = client.random.pick(recent);
  const emoji = client.random.pick(EMOJI);
  const path = `/messages/${id}/reactions/${encodeURIComponent(emoji)}`;
  await client.persist({ op: 'react', conversation, id, emoji }, () => [
    either(client, 'message:react', { id, emoji }, 'PUT', path),
  ]);
}

async function read(client, conversation, { shared: { lastSeq } }) {
  const payload = { conversationId: conversation, seq: lastSeq };
  await client.persist({ op: 'read', conversation, seq: lastSeq }, () => [
    either(client, 'conversation:read', payload, 'PUT', `/conversations/${conversation}/read`, { seq: lastSeq }),
  ]);
}

async function look(client, conversation) {
  const path = `/messages?conversationId=${conversation}&limit=${PAGE}`;
  await client.persist({ op: 'look', conversation }, () => [['GET', path]]);
}

/** Conversations that the client may join and leave, or whose guests it may add and remove. */
const withMembersToMove = ({ userId, isFirstDevice }, conversations) =>
  conversations.filter(
    ({ movers, guests, keeperId }) =>
      isFirstDevice && (movers.includes(userId) || (guests.length > 0 && keeperId === userId)),
  );

async function move(client, { id, guests, movers }) {
  if (movers.includes(client.userId)) await joinOrLeave(client, id);
  else await addOrRemove(client, id, client.random.pick(guests));
}

async function joinOrLeave(client, conversation) {
  const op = client.model.copies.has(conversation) ? 'exit' : 'enter';
  const verb = op === 'exit' ? 'leave' : 'join';
  const path = `/conversations/${conversation}/${verb}`;
  await client.persist({ op, conversation, target: client.userId }, () => [
    either(client, `conversation:${verb}`, { conversationId: conversation }, 'POST', path),
  ]);
}

async function addOrRemove(client, conversation, target) {
  const isMember = client.model.copies.get(conversation)?.members.has(target);
  const path = `/conversations/${conversation}/members`;
  const request = isMember ? ['DELETE', `${path}/${target}`] : ['POST', path, { userIds: [target] }];
  await client.persist({ op: isMember ? 'exit' : 'enter', conversation, target }, () => [request]);
}
