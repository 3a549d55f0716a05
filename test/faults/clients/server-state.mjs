import { isDeepStrictEqual } from 'node:util';

import { delay } from '../wait.mjs';
import { request, Unanswered } from './api.mjs';

const PAGE = 100;
const TRIES = 60;
const EACH_MS = 250;

/** The state of the server, read over REST from one node by the first member of each conversation. */
export async function readServerState(origin, conversations, clients) {
  const states = await Promise.all(
    conversations.map(async ({ name, id, keeper }) => {
      const get = (path) => getWithRetry(origin, clients[keeper].api, path);
      const { rev, lastSeq } = await get(`/conversations/${id}`);
      const { items } = await get(`/conversations/${id}/members?limit=${PAGE}`);
      const members = Object.fromEntries(items.map(({ user, readSeq }) => [user.id, { readSeq }]));
      return { name, id, rev, lastSeq, members, messages: await messagesOf(id, get) };
    }),
  );
  return { conversations: states };
}

/** Names of the conversations in which two nodes differ. */
export const disagreements = (one, other) =>
  one.conversations
    .filter((each, index) => !isDeepStrictEqual(each, other.conversations[index]))
    .map(({ name }) => name);

async function messagesOf(id, get) {
  const messages = [];
  for (;;) {
    const after = messages.at(-1)?.seq ?? 0;
    const { items, hasAfter } = await get(`/messages?conversationId=${id}&after=${after}&limit=${PAGE}`);
    messages.push(...items.map(stored));
    if (!hasAfter || items.length === 0) return messages;
  }
}

const stored = ({ id, seq, rev, text, reactions }) => ({
  id,
  seq,
  rev,
  text,
  reactions: Object.fromEntries(reactions.map(({ emoji, userIds }) => [emoji, userIds])),
});

async function getWithRetry(origin, api, path) {
  let last;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const { token } = api;
    try {
      last = await request(origin, 'GET', path, undefined, token);
      if (last.status === 200) return last.body;
      if (last.status === 401) await api.onRefused(token, last.body.code);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
    }
    await delay(EACH_MS);
  }
  throw new Error(`${path} could not be read: ${JSON.stringify(last?.body)}`);
}
