import type { Member } from '@gochat/client';

/** The server takes no more. */
const MENTIONS_MAX = 50;
const NAME = /(?<![\w.])@([a-zA-Z0-9._]{3,33})/g;

/** An @name that is being written: what stands between its sign and the caret. */
export interface MentionQuery {
  readonly from: number;
  readonly query: string;
}

/** @returns what is being written before the caret, or null when it is no mention */
export function mentionQuery(text: string, caret: number): MentionQuery | null {
  const match = /(?:^|[\s(])@([a-zA-Z0-9._]{0,32})$/.exec(text.slice(0, caret));
  return match ? { from: caret - (match[1]?.length ?? 0) - 1, query: (match[1] ?? '').toLowerCase() } : null;
}

/** Members whose username or a word of whose name begins so; those whose username does come first. */
export function mentionCandidates(members: readonly Member[], query: string, selfId: string, max = 6): Member[] {
  const rank = ({ user }: Member): number => {
    if (user.id === selfId || user.username === null) return 0;
    if (user.username.startsWith(query)) return 2;
    const words = (user.displayName ?? '').toLowerCase().split(/\s+/);
    return words.some((word) => word.startsWith(query)) ? 1 : 0;
  };
  return members
    .filter((member) => rank(member) > 0)
    .sort((a, b) => rank(b) - rank(a))
    .slice(0, max);
}

/** The ids of the members whom a text names. */
export function mentionedUserIds(text: string, members: readonly Member[]): string[] {
  const names = new Set(
    Array.from(text.matchAll(NAME), ([, name = '']) => name.toLowerCase().replace(/(?<!\.)\.+$/, '')),
  );
  return members
    .filter(({ user }) => user.username !== null && names.has(user.username))
    .map(({ user }) => user.id)
    .slice(0, MENTIONS_MAX);
}
