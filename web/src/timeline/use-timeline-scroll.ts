import type { MessageList, MessagesState } from '@gochat/client';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { VirtualizerHandle } from 'virtua';

import { consumeTarget, useMessageNavigation } from '../navigation/navigate-to-message.js';
import { attempt } from '../notifications/toasts.js';
import type { Row } from '../model/rows.js';
import { dayOf } from '../model/time.js';

/** The list counts as scrolled to its end within this distance, in pixels. */
const END_PX = 40;
/** More messages are loaded when the view is this many rows from the first or last loaded row. */
const PRELOAD_ROWS = 15;
const HIGHLIGHT_MS = 2_000;

export interface TimelineScroll {
  readonly isAtEnd: boolean;
  /** The local day of the topmost message in view. */
  readonly topDay: string | null;
  /** Key of the row that was navigated to. It is highlighted for two seconds. */
  readonly highlighted: string | null;
  readonly onScroll: (offset: number) => void;
  readonly onResize: () => void;
  readonly scrollToEnd: () => void;
  readonly navigateTo: (seq: number) => void;
}

export interface TimelineScrollOptions {
  /** The virtual list. */
  readonly handle: RefObject<VirtualizerHandle | null>;
  readonly conversationId: string;
  readonly list: MessageList;
  readonly state: MessagesState;
  readonly rows: readonly Row[];
  /** Called with the greatest `seq` in view. */
  readonly onSeen: (seq: number) => void;
}

const isNearEnd = ({ scrollSize, scrollOffset, viewportSize }: VirtualizerHandle): boolean =>
  scrollSize - scrollOffset - viewportSize <= END_PX;

/**
 * Scroll position of a timeline. It opens at the unread divider or at the end, stays at the end while messages arrive, loads
 * older and newer messages as the user scrolls, and navigates to a message.
 */
export function useTimelineScroll(options: TimelineScrollOptions): TimelineScroll {
  const { handle, conversationId, list, state, rows, onSeen } = options;
  const isFollowing = useRef(true);
  const lastOffset = useRef(0);
  const isPlaced = useRef(false);
  const [target, setTarget] = useState<number | null>(() => consumeTarget(conversationId));
  const [isAtEnd, setAtEnd] = useState(true);
  const [topDay, setTopDay] = useState<string | null>(null);
  const [highlighted, setHighlighted] = useState<string | null>(null);

  const follow = useCallback(
    (follows: boolean) => {
      isFollowing.current = follows;
      setAtEnd(follows);
      list.setFollowing(follows);
    },
    [list],
  );

  const updateView = useCallback(() => {
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
      // A new message below also increases the distance to the end, so only scrolling up stops following.
      if (isNearEnd(view) && !state.hasAfter) {
        if (!isFollowing.current) follow(true);
      } else if (offset < lastOffset.current - 1 && isFollowing.current) follow(false);
      lastOffset.current = offset;
      updateView();
    },
    [handle, follow, updateView, state.hasAfter],
  );

  const scrollToEndIfFollowing = useCallback(() => {
    if (isFollowing.current && isPlaced.current && rows.length > 0) {
      handle.current?.scrollToIndex(rows.length - 1, { align: 'end' });
    }
  }, [handle, rows]);

  const onResize = useCallback(() => {
    scrollToEndIfFollowing();
    updateView();
  }, [scrollToEndIfFollowing, updateView]);

  const navigateTo = useCallback(
    (seq: number) => {
      setTarget(seq);
      void attempt(list.jumpTo(seq)).then((isThere) => {
        if (!isThere) setTarget(null);
      });
    },
    [list],
  );
  useMessageNavigation(conversationId, navigateTo);

  // Loads the messages around the one that the conversation was opened at.
  useEffect(() => {
    if (target !== null && state.isLoaded) void attempt(list.jumpTo(target));
    // Only for the initial target; `navigateTo` loads the messages of later ones.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [list, state.isLoaded]);

  useLayoutEffect(() => {
    const view = handle.current;
    if (!view || rows.length === 0) return;
    const targetIndex = target === null ? -1 : rows.findIndex(({ message }) => message.seq === target);
    if (targetIndex >= 0) {
      isPlaced.current = true;
      // Only the rendered rows show whether the target is loaded.
      // eslint-disable-next-line react-hooks/set-state-in-effect
      follow(false);
      view.scrollToIndex(targetIndex, { align: 'center' });
      // If all messages fit into the view, nothing scrolls and the list is still at its end.
      requestAnimationFrame(() => {
        if (isNearEnd(view) && !state.hasAfter) follow(true);
      });
      setHighlighted(rows[targetIndex]?.key ?? null);
      setTarget(null);
    } else if (!isPlaced.current) {
      isPlaced.current = true;
      const unread = rows.findIndex(({ isFirstUnread }) => isFirstUnread);
      if (unread >= 0) view.scrollToIndex(unread, { align: 'start', offset: -56 });
      else view.scrollToIndex(rows.length - 1, { align: 'end' });
    } else scrollToEndIfFollowing();
    updateView();
  }, [handle, rows, target, state.hasAfter, follow, updateView, scrollToEndIfFollowing]);

  useEffect(() => {
    window.addEventListener('focus', updateView);
    document.addEventListener('visibilitychange', updateView);
    return () => {
      window.removeEventListener('focus', updateView);
      document.removeEventListener('visibilitychange', updateView);
    };
  }, [updateView]);

  useEffect(() => {
    if (highlighted === null) return;
    const timer = setTimeout(() => setHighlighted(null), HIGHLIGHT_MS);
    return () => clearTimeout(timer);
  }, [highlighted]);

  // On unmount, drops the older messages from memory.
  useEffect(() => () => void list.jumpToLatest(), [list]);

  const scrollToEnd = useCallback(() => {
    follow(true);
    void list.jumpToLatest();
    scrollToEndIfFollowing();
  }, [follow, list, scrollToEndIfFollowing]);

  return { isAtEnd, topDay, highlighted, onScroll, onResize, scrollToEnd, navigateTo };
}
