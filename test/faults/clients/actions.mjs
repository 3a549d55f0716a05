import { randomUUID } from 'node:crypto';

/** How often each is done. */
const WEIGHTS = { send: 55, edit: 8, react: 10, read: 11, look: 16 };
/** Of those who may come and go, or have others do so, there are few. */
const MOVE = 35;
/** Of the sends, so many go out twice at the same time, over two connections. */
const RACES = 0.15;
const OVER_SOCKET = 0.7;
const EMOJI = ['👍', '🎉', '❤️'];
const PAGE = 30;
/** Reactions go to the last so many. */
const RECENT = 10;

let words = 0;

/** Does something by chance and returns when it is answered for good. */
export async function doSomething(client, places) {
  const { random, replica } = client;
  const conversations = [...replica.copies.keys()];
  if (conversations.length === 0) return;
  const conversation = random.pick(conversations);
  const copy = replica.copies.get(conversation);
  const movable = placesToMove(client, places);
  switch (random.weighted({ ...WEIGHTS, move: movable.length > 0 ? MOVE : 0 })) {
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

/** Over the socket while there is one, or over REST. */
const either = (client, command, payload, ...rest) =>
  client.line.isOnline && client.random.chance(OVER_SOCKET) ? { command, payload } : rest;

async function send(client, conversation) {
  const message = { id: randomUUID(), conversationId: conversation, text: `word${++words} by ${client.name}` };
  const isRace = client.random.chance(RACES);
  const overRest = ['POST', '/messages', message];
  const ways = () => [either(client, 'message:send', message, ...overRest), ...(isRace ? [overRest] : [])];
  const { id, text } = message;
  const stored = await client.persist({ op: 'send', conversation, id, text, isRace }, ways);
  if (stored) client.unedited.push({ id, conversation, text });
}

/** Of one's own messages each is edited once at most: an edit that comes late can then undo no other. */
async function edit(client, conversation) {
  const index = client.unedited.findIndex((message) => message.conversation === conversation);
  if (index < 0) return;
  const [{ id, text: before }] = client.unedited.splice(index, 1);
  const text = `${before}, edited`;
  const ways = () => [either(client, 'message:edit', { id, text }, 'PATCH', `/messages/${id}`, { text })];
  await client.persist({ op: 'edit', conversation, id, text }, ways);
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

async function read(client, conversation, { lastSeq }) {
  const payload = { conversationId: conversation, seq: lastSeq };
  await client.persist({ op: 'read', conversation, seq: lastSeq }, () => [
    either(client, 'conversation:read', payload, 'PUT', `/conversations/${conversation}/read`, { seq: lastSeq }),
  ]);
}

async function look(client, conversation) {
  const path = `/messages?conversationId=${conversation}&limit=${PAGE}`;
  await client.persist({ op: 'look', conversation }, () => [['GET', path]]);
}

/** Where one may come and go, or have others come and go. */
const placesToMove = ({ userId, isFirstDevice }, places) =>
  places.filter(
    ({ movers, guests, keeperId }) =>
      isFirstDevice && (movers.includes(userId) || (guests.length > 0 && keeperId === userId)),
  );

async function move(client, { id, guests, movers }) {
  if (movers.includes(client.userId)) await comeOrGo(client, id);
  else await takeInOrThrowOut(client, id, client.random.pick(guests));
}

async function comeOrGo(client, conversation) {
  const op = client.replica.copies.has(conversation) ? 'exit' : 'enter';
  const verb = op === 'exit' ? 'leave' : 'join';
  const path = `/conversations/${conversation}/${verb}`;
  await client.persist({ op, conversation, target: client.userId }, () => [
    either(client, `conversation:${verb}`, { conversationId: conversation }, 'POST', path),
  ]);
}

async function takeInOrThrowOut(client, conversation, target) {
  const isIn = client.replica.copies.get(conversation)?.members.has(target);
  const path = `/conversations/${conversation}/members`;
  const way = isIn ? ['DELETE', `${path}/${target}`] : ['POST', path, { userIds: [target] }];
  await client.persist({ op: isIn ? 'exit' : 'enter', conversation, target }, () => [way]);
}
