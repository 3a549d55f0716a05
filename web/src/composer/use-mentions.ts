import type { Member } from '@gochat/client';
import { type KeyboardEvent, type RefObject, useState } from 'react';

import { mentionCandidates, type MentionQuery, mentionQuery } from '../model/mentions.js';

/** Replaces the text between two indexes. */
export type Insert = (value: string, from: number, to: number) => void;

export interface Mentions {
  /** Members to suggest; empty unless the caret is in a mention. */
  readonly candidates: readonly Member[];
  /** Index of the highlighted candidate. */
  readonly selected: number;
  /** Call after every change of the text. */
  readonly update: (text: string) => void;
  readonly close: () => void;
  readonly pick: (member: Member, insert: Insert) => void;
  /** @returns whether the list handled the key */
  readonly onKeyDown: (event: KeyboardEvent, insert: Insert) => boolean;
}

/** Suggests members for the @name at the caret. */
export function useMentions(
  members: readonly Member[],
  selfId: string,
  input: RefObject<HTMLTextAreaElement | null>,
): Mentions {
  const [query, setQuery] = useState<MentionQuery | null>(null);
  const [selected, setSelected] = useState(0);
  const candidates = query ? mentionCandidates(members, query.query, selfId) : [];

  const close = (): void => {
    setQuery(null);
    setSelected(0);
  };
  const pick = ({ user }: Member, insert: Insert): void => {
    if (!query) return;
    const end = query.from + 1 + query.query.length;
    insert(`@${user.username ?? ''} `, query.from, end);
    close();
  };
  return {
    candidates,
    selected,
    close,
    pick,
    update(text) {
      setQuery(mentionQuery(text, input.current?.selectionStart ?? text.length));
      setSelected(0);
    },
    onKeyDown(event, insert) {
      const member = candidates[selected];
      if (!member) return false;
      if (event.key === 'ArrowDown') setSelected((selected + 1) % candidates.length);
      else if (event.key === 'ArrowUp') setSelected((selected + candidates.length - 1) % candidates.length);
      else if (event.key === 'Enter' || event.key === 'Tab') pick(member, insert);
      else if (event.key === 'Escape') close();
      else return false;
      event.preventDefault();
      return true;
    },
  };
}
