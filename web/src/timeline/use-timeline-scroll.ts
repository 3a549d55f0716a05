import type { MessageList, MessagesState } from '@gochat/client';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { VirtualizerHandle } from 'virtua';

import { consumeTarget, useMessageNavigation } from '../navigation/navigate-to-message.js';
import { attempt } from '../notifications/toasts.js';
import type { Row } from '../model/rows.js';
import { dayOf } from '../model/time.js';

/** Closer to the end than this is at the end, in pixels. */
const END_PX = 40;
/** So many rows before the edge of what is loaded, more is loaded. */
const PRELOAD_ROWS = 15;

export interface TimelineScroll {
  readonly isAtEnd: boolean;
  /** The day of what is at the top. */
  readonly topDay: string | null;
  /** The message that one was brought to. */
  readonly highlighted: string | null;
  readonly onScroll: (offset: number) => void;
  readonly onResize: () => void;
  readonly scrollToEnd: () => void;
  readonly navigateTo: (seq: number) => void;
}

export interface TimelineScrollOptions {
  /** The list as it is drawn. */
  readonly handle: RefObject<VirtualizerHandle | null>;
  readonly conversationId: string;
  readonly list: MessageList;
  readonly state: MessagesState;
  readonly rows: readonly Row[];
  /** The greatest `seq` that is in view. */
  readonly onSeen: (seq: number) => void;
}

const isNearEnd = ({ scrollSize, scrollOffset, viewportSize }: VirtualizerHandle): boolean =>
  scrollSize - scrollOffset - viewportSize <= END_PX;

/** Where the reader is in a conversation: follows its end, loads what is scrolled to, and goes to a message. */
export function useTimelineScroll(options: TimelineScrollOptions): TimelineScroll {
  const { handle, conversationId, list, state, rows, onSeen } = options;
  const follows = useRef(true);
  const lastOffset = useRef(0);
  const isPlaced = useRef(false);
  const [target, setTarget] = useState<number | null>(() => consumeTarget(conversationId));
  const [isAtEnd, setAtEnd] = useState(true);
  const [topDay, setTopDay] = useState<string | null>(null);
  const [highlighted, setHighlighted] = useState<string | null>(null);

  const follow = useCallback(
    (isFollowing: boolean) => {
      follows.current = isFollowing;
      setAtEnd(isFollowing);
      list.setFollowing(isFollowing);
    },
    [list],
  );

  const look = useCallback(() => {
    const view = handle.current;
    if (!view || rows.length === 0 || !isPlaced.current) return;
    const top = view.findItemIndex(view.scrollOffset + 1);
    const bottom = view.findItemIndex(view.scrollOffset + view.viewportSize - 1);
    const { createdAt } = rows[Math.min(top, rows.length - 1)]?.message ?? {};
    if (createdAt !== undefined) setTopDay(dayOf(createdAt));
    const seen = rows.slice(top, bottom + 1).findLast(({ message }) => message.seq !== null)?.message.seq;
    if (seen != null) onSeen(seen);
    if (state.loading !== null) return;
    if (top < PRELOAD_ROWS && state.hasBefore) void attempt(list.loadOlder());
    else if (bottom > rows.length - PRELOAD_ROWS && state.hasAfter) void attempt(list.loadNewer());
  }, [handle, list, rows, state, onSeen]);

  const onScroll = useCallback(
    (offset: number) => {
      const view = handle.current;
      if (!view) return;
      // What comes in below moves the end away, not the reader: only scrolling up leaves the end.
      if (isNearEnd(view) && !state.hasAfter) {
        if (!follows.current) follow(true);
      } else if (offset < lastOffset.current - 1 && follows.current) follow(false);
      lastOffset.current = offset;
      look();
    },
    [handle, follow, look, state.hasAfter],
  );

  const stick = useCallback(() => {
    if (follows.current && isPlaced.current && rows.length > 0) {
      handle.current?.scrollToIndex(rows.length - 1, { align: 'end' });
    }
  }, [handle, rows]);

  const onResize = useCallback(() => {
    stick();
    look();
  }, [stick, look]);

  const jump = useCallback(
    (seq: number) => {
      setTarget(seq);
      void attempt(list.jumpTo(seq)).then((isThere) => {
        if (!isThere) setTarget(null);
      });
    },
    [list],
  );
  useMessageNavigation(conversationId, jump);

  // A conversation that was opened for one message.
  useEffect(() => {
    if (target !== null && state.isLoaded) void attempt(list.jumpTo(target));
    // Only where one came in.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [list, state.isLoaded]);

  useLayoutEffect(() => {
    const view = handle.current;
    if (!view || rows.length === 0) return;
    const wanted = target === null ? -1 : rows.findIndex(({ message }) => message.seq === target);
    if (wanted >= 0) {
      isPlaced.current = true;
      // Where one is taken to is known only once it is drawn.
      // eslint-disable-next-line react-hooks/set-state-in-effect
      follow(false);
      view.scrollToIndex(wanted, { align: 'center' });
      // Where everything is in view nothing scrolls, and one is still at the end.
      requestAnimationFrame(() => {
        if (isNearEnd(view) && !state.hasAfter) follow(true);
      });
      setHighlighted(rows[wanted]?.key ?? null);
      setTarget(null);
    } else if (!isPlaced.current) {
      isPlaced.current = true;
      const unread = rows.findIndex(({ isFirstUnread }) => isFirstUnread);
      if (unread >= 0) view.scrollToIndex(unread, { align: 'start', offset: -56 });
      else view.scrollToIndex(rows.length - 1, { align: 'end' });
    } else stick();
    look();
  }, [handle, rows, target, state.hasAfter, follow, look, stick]);

  useEffect(() => {
    const seen = (): void => look();
    window.addEventListener('focus', seen);
    document.addEventListener('visibilitychange', seen);
    return () => {
      window.removeEventListener('focus', seen);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [look]);

  useEffect(() => {
    if (highlighted === null) return;
    const timer = setTimeout(() => setHighlighted(null), 2_000);
    return () => clearTimeout(timer);
  }, [highlighted]);

  // Who leaves lets go of what was scrolled to.
  useEffect(() => () => void list.jumpToLatest(), [list]);

  const toEnd = useCallback(() => {
    follow(true);
    void list.jumpToLatest();
    stick();
  }, [follow, list, stick]);

  return { isAtEnd, topDay, highlighted, onScroll, onResize, scrollToEnd: toEnd, navigateTo: jump };
}
