import type { ChatMessage, ConversationState, Notice } from '@gochat/client';
import { memo, useState } from 'react';

import { useClient, useSelf } from '../app/client-context.js';
import { hueOf, personName } from '../model/names.js';
import type { Row } from '../model/rows.js';
import { TICK_TEXT, type Tick } from '../model/ticks.js';
import { dayName, fullTime, timeOfDay } from '../model/time.js';
import { showProfile } from '../people/profile-dialog-state.js';
import { Avatar } from '../ui/avatar.js';
import { Intro } from '../timeline/conversation-start.js';
import { MessageActions } from './message-actions.js';
import { MessageText } from './message-text.js';
import { NoticeLine } from '../timeline/system-message.js';
import { Quote } from './quote.js';
import { Reactions } from './reactions.js';
import { TickMark } from './tick-mark.js';

export interface MessageRowProps {
  readonly row: Row;
  readonly conversation: ConversationState;
  readonly leading?: readonly Notice[] | undefined;
  /** Of one's own messages. */
  readonly tick: Tick | null;
  readonly isHighlighted: boolean;
  /** The one message that the Tab key stops at. */
  readonly isTabStop: boolean;
  readonly onFocused: (key: string | null) => void;
  readonly onReply: (message: ChatMessage) => void;
  readonly onEdit: (message: ChatMessage) => void;
  readonly onJump: (seq: number) => void;
}

/** A message, with what stands before and after it. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { row, conversation, leading, isHighlighted } = props;
  return (
    <div className={isHighlighted ? 'timeline-row timeline-row-highlighted' : 'timeline-row'}>
      {row.isStart && <Intro conversation={conversation} />}
      {leading?.map((notice) => (
        <NoticeLine key={notice.id} notice={notice} />
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
      <Message {...props} />
      {row.notices.map((notice) => (
        <NoticeLine key={notice.id} notice={notice} />
      ))}
    </div>
  );
});

function Message({ row, conversation, tick, isTabStop, onFocused, onReply, onEdit, onJump }: MessageRowProps) {
  const { message, startsGroup, endsGroup } = row;
  const self = useSelf();
  const [isHovered, setHovered] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const isOwn = message.sender.id === self.id;
  const hasSender = !isOwn && conversation.type !== 'direct';
  const name = personName(message.sender);
  const classes = ['message', isOwn ? 'message-own' : 'message-other'];
  if (startsGroup) classes.push('message-first');
  if (endsGroup) classes.push('message-last');
  if (message.mentions.includes(self.id)) classes.push('message-mentions-self');
  return (
    <article
      className={classes.join(' ')}
      data-message={message.id}
      tabIndex={isTabStop ? 0 : -1}
      aria-label={`${isOwn ? 'You' : name}, ${timeOfDay(message.createdAt)}`}
      onPointerEnter={(event) => setHovered(event.pointerType === 'mouse')}
      onPointerLeave={() => setHovered(false)}
      onFocus={() => {
        setFocused(true);
        onFocused(row.key);
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setFocused(false);
      }}
    >
      {hasSender && (
        <span className="message-avatar">
          {endsGroup && <Avatar id={message.sender.id} name={name} url={message.sender.avatarUrl} size="xs" />}
        </span>
      )}
      <div className="message-body">
        <div className="bubble">
          {hasSender && startsGroup && (
            <button
              type="button"
              className={`bubble-sender hue-${hueOf(message.sender.id)}`}
              onClick={() => showProfile(message.sender.id)}
            >
              {name}
            </button>
          )}
          {message.replyTo && <Quote reply={message.replyTo} onJump={onJump} />}
          {message.deletedAt === null ? (
            <MessageText text={message.text} mentions={message.mentions} />
          ) : (
            <span className="message-text message-text-deleted">This message was deleted</span>
          )}
          <span className="bubble-meta">
            {message.editedAt !== null && message.deletedAt === null && <span>edited</span>}
            <time dateTime={message.createdAt} title={fullTime(message.createdAt)}>
              {timeOfDay(message.createdAt)}
            </time>
            {tick !== null && message.deletedAt === null && <TickMark tick={tick} />}
          </span>
        </div>
        <Reactions message={message} />
        {message.status === 'failed' && <Failed message={message} />}
        {(isHovered || isFocused || isBusy) && message.deletedAt === null && message.status !== 'failed' && (
          <MessageActions
            message={message}
            canDelete={isOwn || conversation.me.role !== 'member'}
            canEdit={isOwn}
            onReply={onReply}
            onEdit={onEdit}
            onBusy={setBusy}
          />
        )}
      </div>
    </article>
  );
}

function Failed({ message }: { readonly message: ChatMessage }) {
  const client = useClient();
  return (
    <p className="message-failed" role="alert">
      {TICK_TEXT.failed}: {message.error?.detail ?? 'the server refused it.'}{' '}
      <button type="button" className="link-button" onClick={() => client.retry(message.id)}>
        Try again
      </button>{' '}
      <button type="button" className="link-button" onClick={() => client.discard(message.id)}>
        Discard
      </button>
    </p>
  );
}
