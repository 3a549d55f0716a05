import type { ChatMessage } from '@gochat/client';
import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';

import { mentionedUserIds } from '../model/mentions.js';
import { useClient, useSelf, useValue } from '../state/client-context.js';
import { useDrafts } from '../state/use-drafts.js';
import { useLimits } from '../state/use-limits.js';
import type { ComposerMode } from './composer-mode.js';
import { type Insert, type Mentions, useMentions } from './use-mentions.js';

/** The number of characters left is shown from this many on. */
const COUNTER_FROM = 500;

export interface ComposerOptions {
  readonly conversationId: string;
  readonly mode: ComposerMode | null;
  readonly onMode: (mode: ComposerMode | null) => void;
  readonly onSent: () => void;
}

export interface ComposerState {
  readonly input: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  readonly mentions: Mentions;
  readonly canSend: boolean;
  /** Characters left if they are few, negative if the text is too long; else null. */
  readonly remaining: number | null;
  readonly write: (text: string) => void;
  readonly insert: Insert;
  readonly insertAtCaret: (value: string) => void;
  readonly send: () => void;
  readonly onKeyDown: (event: KeyboardEvent<HTMLTextAreaElement>) => void;
}

/** The text of the composer: its draft, mentions and limits, and how it is sent. */
export function useComposer({ conversationId, mode, onMode, onSent }: ComposerOptions): ComposerState {
  const client = useClient();
  const self = useSelf();
  const drafts = useDrafts();
  const limits = useLimits()?.message;
  const input = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => drafts.get(conversationId));
  const members = client.members(conversationId);
  const mentions = useMentions(useValue(members).items, self.id, input);
  // Without limits the text is unbounded here; the server still rejects a text that is too long.
  const remaining = (limits?.textMaxLength ?? Infinity) - [...text].length;
  const canSend = text.trim() !== '' && remaining >= 0;

  useAutoHeight(input, text);
  useModeText(mode, setText, () => drafts.get(conversationId));
  useAutoFocus(mode, input);

  const write = (value: string): void => {
    setText(value);
    mentions.update(value);
    if (mode?.kind === 'edit') return;
    drafts.set(conversationId, value);
    if (value.trim() === '') client.stopTyping(conversationId);
    else client.startTyping(conversationId);
  };

  const send = (): void => {
    if (!canSend) return;
    if (mode?.kind === 'edit') {
      if (text.trim() !== mode.message.text) client.edit(mode.message, text);
    } else {
      const mentioned = mentionedUserIds(text, members.getSnapshot().items, limits?.mentionsMax);
      const replyToId = mode?.message.id;
      client.send(conversationId, {
        text,
        ...(replyToId && { replyToId }),
        ...(mentioned.length > 0 && { mentions: mentioned }),
      });
      drafts.set(conversationId, '');
      setText('');
      onSent();
    }
    mentions.close();
    onMode(null);
    input.current?.focus();
  };

  const insert = (value: string, from: number, to: number): void => {
    // Synchronous, because the next character may be typed before the next frame.
    flushSync(() => write(text.slice(0, from) + value + text.slice(to)));
    input.current?.focus();
    input.current?.setSelectionRange(from + value.length, from + value.length);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    // While an input method composes a character, Enter belongs to it.
    if (event.nativeEvent.isComposing) return;
    if (mentions.onKeyDown(event, insert)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape' && mode) {
      event.preventDefault();
      onMode(null);
    } else if (event.key === 'ArrowUp' && text === '' && !mode) {
      const last = lastOwnMessage(client.messages(conversationId).getSnapshot().items, self.id);
      if (!last) return;
      event.preventDefault();
      onMode({ kind: 'edit', message: last });
    }
  };

  return {
    input,
    text,
    mentions,
    canSend,
    remaining: remaining <= COUNTER_FROM ? remaining : null,
    write,
    insert,
    insertAtCaret: (value) =>
      insert(value, input.current?.selectionStart ?? text.length, input.current?.selectionEnd ?? text.length),
    send,
    onKeyDown,
  };
}

/** Makes the input as high as its text, up to the maximum of the style sheet. */
function useAutoHeight(input: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    if (input.current) fitHeight(input.current);
  }, [input, text]);
}

function fitHeight(element: HTMLElement): void {
  element.style.height = 'auto';
  element.style.height = `${element.scrollHeight}px`;
}

/** An edit starts with the text of the message, and restores the draft when it ends. */
function useModeText(mode: ComposerMode | null, setText: (text: string) => void, draft: () => string): void {
  const [previous, setPrevious] = useState<ComposerMode | null>(null);
  if (mode === previous) return;
  setPrevious(mode);
  if (mode?.kind === 'edit') setText(mode.message.text);
  else if (previous?.kind === 'edit') setText(draft());
}

/** Focuses the input for a reply or an edit; on devices with a mouse, also when the conversation opens. */
function useAutoFocus(mode: ComposerMode | null, input: RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    if (mode) input.current?.focus();
  }, [mode, input]);
  useEffect(() => {
    // On phones the on-screen keyboard would cover half of the page.
    if (matchMedia('(hover: hover)').matches) input.current?.focus();
  }, [input]);
}

function lastOwnMessage(items: readonly ChatMessage[], selfId: string): ChatMessage | undefined {
  return items.findLast(
    ({ sender, deletedAt, status }) => sender.id === selfId && deletedAt === null && status !== 'failed',
  );
}
