import { useMemo, useSyncExternalStore } from 'react';

import { useClient, useSelf } from '../state/client-context.js';
import { showProfile } from '../users/profile-dialog-state.js';
import { isEmojiOnly, type Segment, parseRichText } from '../model/rich-text.js';

/** The words of a message: text, links and names. Whatever is in it, it is never markup. */
export function MessageText({ text, mentions }: { readonly text: string; readonly mentions: readonly string[] }) {
  const names = useMentionNames(mentions);
  const pieces = useMemo(() => parseRichText(text, names), [text, names]);
  return (
    <span className={isEmojiOnly(text) ? 'message-text message-text-emoji' : 'message-text'} dir="auto">
      {pieces.map((piece, index) => (
        // The pieces of a text have no names; they change only as a whole.
        <SegmentView key={index} piece={piece} />
      ))}
    </span>
  );
}

function SegmentView({ piece }: { readonly piece: Segment }) {
  const self = useSelf();
  switch (piece.kind) {
    case 'text':
      return <>{piece.text}</>;
    case 'code':
      return <code>{piece.text}</code>;
    case 'link':
      return (
        <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
          {piece.text}
        </a>
      );
    case 'mention':
      return (
        <button
          type="button"
          className={piece.userId === self.id ? 'mention mention-self' : 'mention'}
          onClick={() => showProfile(piece.userId)}
        >
          {piece.text}
        </button>
      );
  }
}

const NOBODY: ReadonlyMap<string, string> = new Map();

/** Ids of those who are mentioned, by the names that the text may have. */
function useMentionNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const client = useClient();
  const source = useMemo(() => {
    const people = ids.map((id) => client.person(id));
    return {
      subscribe: (listener: () => void): (() => void) => {
        const ends = people.map((person) => person.subscribe(listener));
        return () => ends.forEach((end) => end());
      },
      getSnapshot: (): string => people.map((person) => person.getSnapshot()?.username ?? '').join(' '),
    };
  }, [client, ids]);
  const joined = useSyncExternalStore(source.subscribe, source.getSnapshot);
  return useMemo(() => {
    if (ids.length === 0) return NOBODY;
    const names = joined.split(' ');
    return new Map(ids.map((id, index) => [names[index] ?? '', id]));
  }, [ids, joined]);
}
