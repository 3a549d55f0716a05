import type { Member } from '@gochat/client';

import { personName } from '../model/names.js';
import { Avatar } from '../ui/avatar.js';

export interface MentionListProps {
  readonly candidates: readonly Member[];
  readonly selected: number;
  readonly onPick: (member: Member) => void;
}

/** Members that the @name at the caret may mean. The focus stays in the text: arrow keys select, Enter inserts. */
export function MentionList({ candidates, selected: chosen, onPick }: MentionListProps) {
  return (
    <ul id="mention-list" className="mention-list" role="listbox" aria-label="Members">
      {candidates.map((member, index) => (
        <li
          key={member.user.id}
          id={`mention-${index}`}
          role="option"
          aria-selected={index === chosen}
          className="mention-option"
          // Pointer down comes before blur, so that the text keeps the focus.
          onPointerDown={(event) => {
            event.preventDefault();
            onPick(member);
          }}
        >
          <Avatar id={member.user.id} name={personName(member.user)} url={member.user.avatarUrl} size="xs" />
          <span>{personName(member.user)}</span>
          <span className="mention-username">@{member.user.username}</span>
        </li>
      ))}
    </ul>
  );
}
