import type { Conversation, ConversationState, Member, Person } from '@gochat/client';

/** How many colours an avatar may have; the style sheet has one for each. */
const HUES = 8;

/** What somebody is called. */
export function personName(person: Pick<Person, 'displayName' | 'username'> | null): string {
  if (!person) return '…';
  return person.displayName ?? person.username ?? 'Deleted account';
}

/** What a conversation is called. */
export function conversationName(conversation: ConversationState | Conversation): string {
  if ('name' in conversation && conversation.name !== null) return conversation.name;
  if (conversation.type === 'direct') return personName(conversation.peer);
  return conversation.title ?? 'Group';
}

/** What a group without a title is called: by the first of the others. */
export function groupName(members: readonly Member[], selfId: string): string {
  const names = members.filter(({ user }) => user.id !== selfId).map(({ user }) => personName(user));
  if (names.length === 0) return 'Group';
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} +${names.length - 3}` : names.join(', ');
}

/** One or two letters; the first emoji or sign when there are none. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  const first = letters.map((word) => [...(word ?? '')][0] ?? '').join('');
  return (first || ([...name.trim()][0] ?? '?')).toUpperCase();
}

/** Always the same colour for the same id. */
export function avatarHue(id: string): number {
  // FNV-1a: ids that were made one after the other differ little, their colours should.
  let hash = 0x811c9dc5;
  for (const character of id) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 16) % HUES;
}

/** "Ada types", "Ada and Bob type", "Ada, Bob and 2 others type". */
export function typingText(names: readonly string[]): string {
  const [first, second] = names;
  if (first === undefined) return '';
  if (second === undefined) return `${first} is typing`;
  if (names.length === 2) return `${first} and ${second} are typing`;
  return `${first}, ${second} and ${names.length - 2} more are typing`;
}
