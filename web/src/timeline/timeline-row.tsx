import type { Notice } from '@gochat/client';
import { memo } from 'react';

import { MessageItem, type MessageItemProps } from '../message/message-item.js';
import { dayName } from '../model/time.js';
import { ConversationStart } from './conversation-start.js';
import { SystemMessage } from './system-message.js';

export interface TimelineRowProps extends MessageItemProps {
  /** System messages older than the first message; set only on the row that starts the conversation. */
  readonly leading?: readonly Notice[] | undefined;
  readonly isHighlighted: boolean;
}

/** A message with its separators: conversation start, day, unread divider and system messages. */
export const TimelineRow = memo(function TimelineRow({ leading, isHighlighted, ...item }: TimelineRowProps) {
  const { row, conversation } = item;
  return (
    <div className={isHighlighted ? 'timeline-row timeline-row-highlighted' : 'timeline-row'}>
      {row.isStart && <ConversationStart conversation={conversation} />}
      {leading?.map((notice) => (
        <SystemMessage key={notice.id} notice={notice} />
      ))}
      {row.day !== null && (
        <div className="day-separator">
          <span className="day-pill">{dayName(row.day)}</span>
        </div>
      )}
      {row.isFirstUnread && (
        <div className="unread-divider">
          <span>New messages</span>
        </div>
      )}
      <MessageItem {...item} />
      {row.notices.map((notice) => (
        <SystemMessage key={notice.id} notice={notice} />
      ))}
    </div>
  );
});
