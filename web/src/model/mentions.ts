import type { Member } from '@gochat/client';

const NAME = /(?<![\w.])@([a-zA-Z0-9._]{3,33})/g;

/** The unfinished @name before the caret. */
export interface MentionQuery {
  /** Index of the `@`. */
  readonly from: number;
  /** Lower-case text between the `@` and the caret. */
  readonly query: string;
}

/** @returns the mention that ends at the caret, or null */
export function mentionQuery(text: string, caret: number): MentionQuery | null {
  const match = /(?:^|[\s(])@([a-zA-Z0-9._]{0,32})$/.exec(text.slice(0, caret));
  return match ? { from: caret - (match[1]?.length ?? 0) - 1, query: (match[1] ?? '').toLowerCase() } : null;
}

/** Members to suggest for a mention: matches by username prefix first, then by prefix of any word of the display name. */
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

/**
 * The ids of the members whose @username is in a text.
 * @param max at most this many ids: `message.mentionsMax` of the server, or no bound while its limits are not loaded
 */
export function mentionedUserIds(text: string, members: readonly Member[], max?: number): string[] {
  const names = new Set(
    Array.from(text.matchAll(NAME), ([, name = '']) => name.toLowerCase().replace(/(?<!\.)\.+$/, '')),
  );
  return members
    .filter(({ user }) => user.username !== null && names.has(user.username))
    .map(({ user }) => user.id)
    .slice(0, max);
}
