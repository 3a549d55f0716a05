import type { Person } from '@gochat/client';
import { useMemo } from 'react';

import { useSelf } from '../state/client-context.js';
import { useUserNames } from '../state/use-user-names.js';
import { showProfile } from '../users/profile-dialog-state.js';
import { isEmojiOnly, type Segment, parseRichText } from '../model/rich-text.js';

/** Text of a message with links, code and mentions. The text is never interpreted as markup. */
export function MessageText({ text, mentions }: { readonly text: string; readonly mentions: readonly string[] }) {
  const names = useMentionNames(mentions);
  const segments = useMemo(() => parseRichText(text, names), [text, names]);
  return (
    <span className={isEmojiOnly(text) ? 'message-text message-text-emoji' : 'message-text'} dir="auto">
      {segments.map((segment, index) => (
        // The index is a stable key: segments change only together.
        <SegmentView key={index} segment={segment} />
      ))}
    </span>
  );
}

function SegmentView({ segment }: { readonly segment: Segment }) {
  const self = useSelf();
  switch (segment.kind) {
    case 'text':
      return <>{segment.text}</>;
    case 'code':
      return <code>{segment.text}</code>;
    case 'link':
      return (
        <a href={segment.href} target="_blank" rel="noopener noreferrer nofollow">
          {segment.text}
        </a>
      );
    case 'mention':
      return (
        <button
          type="button"
          className={segment.userId === self.id ? 'mention mention-self' : 'mention'}
          onClick={() => showProfile(segment.userId)}
        >
          {segment.text}
        </button>
      );
  }
}

const NO_MENTIONS: ReadonlyMap<string, string> = new Map();

const usernameOf = (person: Person | null): string => person?.username ?? '';

/** Ids of the mentioned users by username. */
function useMentionNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const names = useUserNames(ids, usernameOf);
  return useMemo(
    () => (ids.length === 0 ? NO_MENTIONS : new Map(ids.map((id, index) => [names[index] ?? '', id]))),
    [ids, names],
  );
}
