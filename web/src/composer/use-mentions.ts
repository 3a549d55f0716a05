import type { Member } from '@gochat/client';
import { type KeyboardEvent, type RefObject, useState } from 'react';

import { mentionCandidates, type MentionQuery, mentionQuery } from '../model/mentions.js';

/** Puts text in place of what stands between two places. */
type Insert = (value: string, from: number, to: number) => void;

export interface Mentions {
  readonly candidates: readonly Member[];
  readonly selected: number;
  /** The text has changed. */
  readonly update: (text: string) => void;
  readonly close: () => void;
  readonly pick: (member: Member, insert: Insert) => void;
  /** @returns whether the key was meant for the list */
  readonly onKeyDown: (event: KeyboardEvent, insert: Insert) => boolean;
}

/** Whom an @ may mean, while it is being written. */
export function useMentions(
  members: readonly Member[],
  selfId: string,
  input: RefObject<HTMLTextAreaElement | null>,
): Mentions {
  const [asked, setAsked] = useState<MentionQuery | null>(null);
  const [chosen, setChosen] = useState(0);
  const candidates = asked ? mentionCandidates(members, asked.query, selfId) : [];

  const close = (): void => {
    setAsked(null);
    setChosen(0);
  };
  const pick = ({ user }: Member, insert: Insert): void => {
    if (!asked) return;
    const end = asked.from + 1 + asked.query.length;
    insert(`@${user.username ?? ''} `, asked.from, end);
    close();
  };
  return {
    candidates,
    selected: chosen,
    close,
    pick,
    update(text) {
      setAsked(mentionQuery(text, input.current?.selectionStart ?? text.length));
      setChosen(0);
    },
    onKeyDown(event, insert) {
      const member = candidates[chosen];
      if (!member) return false;
      if (event.key === 'ArrowDown') setChosen((chosen + 1) % candidates.length);
      else if (event.key === 'ArrowUp') setChosen((chosen + candidates.length - 1) % candidates.length);
      else if (event.key === 'Enter' || event.key === 'Tab') pick(member, insert);
      else if (event.key === 'Escape') close();
      else return false;
      event.preventDefault();
      return true;
    },
  };
}
