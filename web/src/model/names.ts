import type { Conversation, ConversationState, Member, Person } from '@gochat/client';

/** Number of avatar colours. The style sheet defines `.hue-0` to `.hue-7`. */
const HUES = 8;

/** Display name of a user, or else the username. */
export function personName(person: Pick<Person, 'displayName' | 'username'> | null): string {
  if (!person) return '…';
  return person.displayName ?? person.username ?? 'Deleted account';
}

/** Title of a group or room, or the name of the other user of a direct conversation. */
export function conversationName(conversation: ConversationState | Conversation): string {
  if ('name' in conversation && conversation.name !== null) return conversation.name;
  if (conversation.type === 'direct') return personName(conversation.peer);
  return conversation.title ?? 'Group';
}

/** Name of a group without a title: its first three other members. */
export function groupName(members: readonly Member[], selfId: string): string {
  const names = members.filter(({ user }) => user.id !== selfId).map(({ user }) => personName(user));
  if (names.length === 0) return 'Group';
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} +${names.length - 3}` : names.join(', ');
}

/** Avatar text: first letters of the first and last word, or the first character of a name without letters. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  const first = letters.map((word) => [...(word ?? '')][0] ?? '').join('');
  return (first || ([...name.trim()][0] ?? '?')).toUpperCase();
}

/** Avatar colour of an id, from 0 to 7. The same id always has the same colour. */
export function avatarHue(id: string): number {
  // FNV-1a spreads ids that differ only in their last digits, as consecutive ids do.
  let hash = 0x811c9dc5;
  for (const character of id) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 16) % HUES;
}

/** Typing indicator, such as "Ada and Bob are typing". Empty without names. */
export function typingText(names: readonly string[]): string {
  const [first, second] = names;
  if (first === undefined) return '';
  if (second === undefined) return `${first} is typing`;
  if (names.length === 2) return `${first} and ${second} are typing`;
  return `${first}, ${second} and ${names.length - 2} more are typing`;
}
