/** The bytes of a message, a member and a conversation apart from their counted parts: names, ids, times, JSON syntax. */
const MESSAGE_BYTES = 900;
const MEMBER_BYTES = 500;
const CONVERSATION_BYTES = 1_000;
/** An id in a list. */
const ID_BYTES = 39;

/** The parts of a message whose size varies. */
interface SizedMessage {
  readonly text: string;
  readonly metadata: Record<string, unknown> | null;
  readonly mentions: readonly string[];
  readonly reactions: readonly { readonly userIds: readonly string[] }[];
}

/** The parts of a conversation's answer whose size varies. */
interface SizedEntry {
  readonly conversation: { readonly lastMessage: SizedMessage | null };
  readonly messages: readonly SizedMessage[];
  readonly members: readonly unknown[];
}

/** The approximate bytes of JSON of a conversation's answer; up to twice as many if its texts need escaping. */
export function entryBytes({ conversation, messages, members }: SizedEntry): number {
  const all = conversation.lastMessage ? [conversation.lastMessage, ...messages] : messages;
  return all.reduce((sum, message) => sum + messageBytes(message), CONVERSATION_BYTES + members.length * MEMBER_BYTES);
}

/** The number of first messages that fit into so many bytes, at least one; Infinity if all fit. */
export function fitToBudget(messages: readonly SizedMessage[], bytes: number): number {
  let remaining = bytes;
  const end = messages.findIndex((message) => (remaining -= messageBytes(message)) < 0);
  return end < 0 ? Infinity : Math.max(1, end);
}

function messageBytes({ text, metadata, mentions, reactions }: SizedMessage): number {
  const ids = reactions.reduce((sum, { userIds }) => sum + userIds.length + 1, mentions.length);
  const own = metadata === null ? 0 : Buffer.byteLength(JSON.stringify(metadata));
  return MESSAGE_BYTES + Buffer.byteLength(text) + own + ids * ID_BYTES;
}
