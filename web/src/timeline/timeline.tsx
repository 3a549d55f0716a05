import type { ChatMessage, ConversationState } from '@gochat/client';
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';

import { useClient, useSelf, useValue } from '../state/client-context.js';
import { leadingNotices, type Row, rowsOf } from '../model/rows.js';
import { receiptReach, messageTick } from '../model/ticks.js';
import { dayName } from '../model/time.js';
import { ChevronDownIcon } from '../ui/icons.js';
import { Spinner } from '../ui/spinner.js';
import { ConversationStart } from './conversation-start.js';
import { SystemMessage } from './system-message.js';
import { TimelineRow } from './timeline-row.js';
import { useListTransition } from './use-list-transition.js';
import { useTimelineScroll } from './use-timeline-scroll.js';
import { useUnreadFrom } from './use-unread-from.js';

export interface TimelineProps {
  readonly conversation: ConversationState;
  /** Number of messages sent from this pane. An increase scrolls to the end and hides the unread divider. */
  readonly sentCount: number;
  readonly onReply: (message: ChatMessage) => void;
  readonly onEdit: (message: ChatMessage) => void;
}

/** The messages of a conversation. Only the rows in and near the view are in the document. */
export function Timeline({ conversation, sentCount, onReply, onEdit }: TimelineProps) {
  const client = useClient();
  const self = useSelf();
  const { id } = conversation;
  const list = client.messages(id);
  const state = useValue(list);
  const reach = receiptReach(useValue(client.receipts(id)));
  const [unreadFrom, clearUnread] = useUnreadFrom(conversation);
  const target = useMemo(() => rowsOf(state, unreadFrom, self.id), [state, unreadFrom, self.id]);
  const { rows, isShift } = useListTransition(target);
  const onSeen = useCallback(
    (seq: number) => {
      if (document.visibilityState === 'visible' && document.hasFocus()) client.markRead(id, seq);
    },
    [client, id],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const handle = useRef<VirtualizerHandle>(null);
  const scroll = useTimelineScroll({ handle, conversationId: id, list, state, rows, onSeen });
  const { scrollToEnd } = scroll;
  useEffect(() => {
    if (sentCount === 0) return;
    clearUnread();
    scrollToEnd();
    // Once for each sent message, not when the callbacks change.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [sentCount]);
  const [focused, setFocused] = useState<string | null>(null);
  const focusedIndex = rows.findIndex(({ key }) => key === focused);
  const tabStop = focusedIndex < 0 ? rows.at(-1)?.key : focused;

  return (
    <div className="timeline">
      <div className="timeline-day" aria-hidden="true" data-shown={!scroll.isAtEnd && scroll.topDay !== null}>
        <span className="day-pill">{scroll.topDay === null ? '' : dayName(scroll.topDay)}</span>
      </div>
      {state.loading === 'older' && <Spinner label="Loading older messages" />}
      <div
        ref={scroller}
        className="timeline-scroll"
        role="log"
        aria-live="off"
        aria-label="Messages"
        aria-busy={!state.isLoaded}
        onKeyDown={moveFocus}
      >
        <div className="timeline-space" />
        {!state.isLoaded && <Spinner label="Loading messages" />}
        {state.isLoaded && rows.length === 0 && (
          <div className="timeline-row">
            <ConversationStart conversation={conversation} />
            {leadingNotices(state).map((notice) => (
              <SystemMessage key={notice.id} notice={notice} />
            ))}
          </div>
        )}
        <Virtualizer
          ref={handle}
          scrollRef={scroller}
          data={rows}
          shift={isShift}
          bufferSize={600}
          {...(focusedIndex >= 0 && { keepMounted: [focusedIndex] })}
          onScroll={scroll.onScroll}
          onResize={scroll.onResize}
        >
          {(row: Row) => (
            <TimelineRow
              key={row.key}
              row={row}
              conversation={conversation}
              leading={row.isStart ? leadingNotices(state) : undefined}
              tick={row.message.sender.id === self.id ? messageTick(row.message, reach) : null}
              isHighlighted={row.key === scroll.highlighted}
              isTabStop={row.key === tabStop}
              onFocus={setFocused}
              onReply={onReply}
              onEdit={onEdit}
              onNavigate={scroll.navigateTo}
            />
          )}
        </Virtualizer>
      </div>
      {(!scroll.isAtEnd || state.hasAfter) && (
        <button type="button" className="to-end" aria-label="Scroll to latest message" onClick={scrollToEnd}>
          <ChevronDownIcon size={24} />
          {conversation.me.unreadCount > 0 && <span className="badge">{conversation.me.unreadCount}</span>}
        </button>
      )}
    </div>
  );
}

/** Moves the focus between messages with the arrow keys. The browser scrolls the focused message into view. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const { target } = event;
  if (!(target instanceof HTMLElement) || !target.matches('.message')) return;
  const messages = [...event.currentTarget.querySelectorAll<HTMLElement>('.message')];
  const at = messages.indexOf(target);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
  if (next === undefined || !messages[next]) return;
  event.preventDefault();
  messages[next].focus();
}
