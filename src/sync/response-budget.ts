import type { MessageView } from '../read-models/message.view.dto.js';
import type { SyncConversationView } from './sync.dto.js';

/** What a message, a member and a conversation take beside what is counted: names, ids, times, and the JSON around them. */
const MESSAGE_BYTES = 900;
const MEMBER_BYTES = 500;
const CONVERSATION_BYTES = 1_000;
/** An id among others. */
const ID_BYTES = 39;

/** About how many bytes of JSON a part of an answer is: up to twice as many where its texts are all quotes. */
export function entryBytes({ conversation, messages, members }: SyncConversationView): number {
  const all = conversation.lastMessage ? [conversation.lastMessage, ...messages] : messages;
  return all.reduce((sum, message) => sum + messageBytes(message), CONVERSATION_BYTES + members.length * MEMBER_BYTES);
}

/** How many of the first messages fit into so many bytes: one, whatever its size, or more; Infinity where all do. */
export function fitToBudget(messages: readonly MessageView[], bytes: number): number {
  let left = bytes;
  const end = messages.findIndex((message) => (left -= messageBytes(message)) < 0);
  return end < 0 ? Infinity : Math.max(1, end);
}

function messageBytes({ text, metadata, mentions, reactions }: MessageView): number {
  const ids = reactions.reduce((sum, { userIds }) => sum + userIds.length + 1, mentions.length);
  const own = metadata === null ? 0 : Buffer.byteLength(JSON.stringify(metadata));
  return MESSAGE_BYTES + Buffer.byteLength(text) + own + ids * ID_BYTES;
}
