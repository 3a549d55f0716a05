import { useMemo, useSyncExternalStore } from 'react';

import { useClient, useSelf } from '../state/client-context.js';
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

/** Ids of the mentioned users by username. The component renders again when a username is loaded or changes. */
function useMentionNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const client = useClient();
  const source = useMemo(() => {
    const people = ids.map((id) => client.person(id));
    return {
      subscribe: (listener: () => void): (() => void) => {
        const unsubscribes = people.map((person) => person.subscribe(listener));
        return () => unsubscribes.forEach((unsubscribe) => unsubscribe());
      },
      getSnapshot: (): string => people.map((person) => person.getSnapshot()?.username ?? '').join(' '),
    };
  }, [client, ids]);
  const joined = useSyncExternalStore(source.subscribe, source.getSnapshot);
  return useMemo(() => {
    if (ids.length === 0) return NO_MENTIONS;
    const names = joined.split(' ');
    return new Map(ids.map((id, index) => [names[index] ?? '', id]));
  }, [ids, joined]);
}
