import type { ChatMessage, ConversationState } from '@gochat/client';
import { useState } from 'react';

import { useClient, useSelf } from '../state/client-context.js';
import { avatarHue, personName } from '../model/names.js';
import type { Row } from '../model/rows.js';
import { TICK_TEXT, type Tick } from '../model/ticks.js';
import { fullTime, timeOfDay } from '../model/time.js';
import { showProfile } from '../users/profile-dialog-state.js';
import { Avatar } from '../ui/avatar.js';
import { MessageActions } from './message-actions.js';
import { MessageText } from './message-text.js';
import { Quote } from './quote.js';
import { Reactions } from './reactions.js';
import { TickMark } from './tick-mark.js';

export interface MessageItemProps {
  readonly row: Row;
  readonly conversation: ConversationState;
  /** Delivery state of a message that the user sent; null for messages of others. */
  readonly tick: Tick | null;
  /** Whether the Tab key stops at this message. Exactly one message of the list has it. */
  readonly isTabStop: boolean;
  readonly onFocus: (key: string | null) => void;
  readonly onReply: (message: ChatMessage) => void;
  readonly onEdit: (message: ChatMessage) => void;
  readonly onNavigate: (seq: number) => void;
}

/** One message of the timeline: bubble, reactions and, on hover or focus, its actions. */
export function MessageItem(props: MessageItemProps) {
  const { row, conversation, tick, isTabStop, onFocus, onReply, onEdit, onNavigate } = props;
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
        onFocus(row.key);
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
              className={`bubble-sender hue-${avatarHue(message.sender.id)}`}
              onClick={() => showProfile(message.sender.id)}
            >
              {name}
            </button>
          )}
          {message.replyTo && <Quote reply={message.replyTo} onNavigate={onNavigate} />}
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
      {TICK_TEXT.failed}: {message.error?.detail ?? 'the server rejected it.'}{' '}
      <button type="button" className="link-button" onClick={() => client.retry(message.id)}>
        Try again
      </button>{' '}
      <button type="button" className="link-button" onClick={() => client.discard(message.id)}>
        Discard
      </button>
    </p>
  );
}
