import type { ChatMessage, ConversationState } from '@gochat/client';
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';

import { useClient, useSelf, useValue } from '../state/client-context.js';
import { useDrafts } from '../state/use-drafts.js';
import { useConversationName } from '../state/use-conversation-name.js';
import { mentionedUserIds } from '../model/mentions.js';
import { personName } from '../model/names.js';
import { CloseIcon, EditIcon, ReplyIcon, SendIcon, SmileIcon } from '../ui/icons.js';
import { Popover } from '../ui/popover.js';
import { EmojiPicker } from '../ui/emoji-picker.js';
import { MentionList } from './mention-list.js';
import { useMentions } from './use-mentions.js';

/** What the next message is: an answer, or another's words in place of what stands. */
export interface ComposerMode {
  readonly kind: 'reply' | 'edit';
  readonly message: ChatMessage;
}

export interface ComposerProps {
  readonly conversation: ConversationState;
  readonly mode: ComposerMode | null;
  readonly onMode: (mode: ComposerMode | null) => void;
  readonly onSent: () => void;
}

/** From so many characters on the rest is counted. */
const COUNTED_FROM = 7_500;
const TEXT_MAX = 8_000;

/** Where one writes. Enter sends, Shift+Enter begins a line, Esc leaves an answer or an edit, ArrowUp edits the last. */
export function Composer({ conversation, mode, onMode, onSent }: ComposerProps) {
  const { id } = conversation;
  const client = useClient();
  const self = useSelf();
  const drafts = useDrafts();
  const input = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => drafts.get(id));
  const members = client.members(id);
  const mentions = useMentions(useValue(members).items, self.id, input);
  const name = useConversationName(conversation);
  const length = [...text].length;
  const canSend = text.trim() !== '' && length <= TEXT_MAX;

  useGrowth(input, text);
  useMode(mode, setText, () => drafts.get(id), input);

  const write = (value: string): void => {
    setText(value);
    mentions.update(value);
    if (mode?.kind === 'edit') return;
    drafts.set(id, value);
    if (value.trim() === '') client.stopTyping(id);
    else client.startTyping(id);
  };

  const send = (): void => {
    if (!canSend) return;
    if (mode?.kind === 'edit') {
      if (text.trim() !== mode.message.text) client.edit(mode.message, text);
    } else {
      const mentioned = mentionedUserIds(text, members.getSnapshot().items);
      const replyToId = mode?.message.id;
      client.send(id, { text, ...(replyToId && { replyToId }), ...(mentioned.length > 0 && { mentions: mentioned }) });
      drafts.set(id, '');
      setText('');
      onSent();
    }
    mentions.close();
    onMode(null);
    input.current?.focus();
  };

  const insert = (value: string, from: number, to: number): void => {
    // At once: the next letter may be typed before the next frame.
    flushSync(() => write(text.slice(0, from) + value + text.slice(to)));
    input.current?.focus();
    input.current?.setSelectionRange(from + value.length, from + value.length);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    // An input method takes Enter for its own.
    if (event.nativeEvent.isComposing) return;
    if (mentions.onKeyDown(event, insert)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape' && mode) {
      event.preventDefault();
      onMode(null);
    } else if (event.key === 'ArrowUp' && text === '' && !mode) {
      const last = lastOwn(client.messages(id).getSnapshot().items, self.id);
      if (!last) return;
      event.preventDefault();
      onMode({ kind: 'edit', message: last });
    }
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {mode && <ModeBar mode={mode} onClose={() => onMode(null)} />}
      {mentions.candidates.length > 0 && (
        <MentionList
          candidates={mentions.candidates}
          selected={mentions.selected}
          onPick={(member) => mentions.pick(member, insert)}
        />
      )}
      <div className="composer-row">
        <EmojiButton
          onPick={(emoji) =>
            insert(emoji, input.current?.selectionStart ?? text.length, input.current?.selectionEnd ?? text.length)
          }
        />
        <textarea
          ref={input}
          className="composer-input"
          rows={1}
          placeholder={`Message ${name}`}
          aria-label="Message"
          aria-autocomplete="list"
          aria-controls={mentions.candidates.length > 0 ? 'mention-list' : undefined}
          aria-activedescendant={mentions.candidates.length > 0 ? `mention-${mentions.selected}` : undefined}
          enterKeyHint="send"
          dir="auto"
          value={text}
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
          onBlur={() => client.stopTyping(id)}
        />
        {length >= COUNTED_FROM && (
          <span className={length > TEXT_MAX ? 'composer-count composer-count-over' : 'composer-count'} role="status">
            {TEXT_MAX - length}
          </span>
        )}
        <button
          type="submit"
          className="send-button"
          aria-label={mode?.kind === 'edit' ? 'Save' : 'Send'}
          disabled={!canSend}
        >
          <SendIcon size={22} />
        </button>
      </div>
    </form>
  );
}

/** As high as what is written, up to what the style sheet allows. */
function useGrowth(input: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    if (input.current) fit(input.current);
  }, [input, text]);
}

function fit(element: HTMLElement): void {
  element.style.height = 'auto';
  element.style.height = `${element.scrollHeight}px`;
}

/** An edit begins with the words that stand, and gives the draft back when it is left. */
function useMode(
  mode: ComposerMode | null,
  setText: (text: string) => void,
  draft: () => string,
  input: React.RefObject<HTMLTextAreaElement | null>,
): void {
  const [before, setBefore] = useState<ComposerMode | null>(null);
  if (mode !== before) {
    setBefore(mode);
    if (mode?.kind === 'edit') setText(mode.message.text);
    else if (before?.kind === 'edit') setText(draft());
  }
  useEffect(() => {
    if (mode) input.current?.focus();
  }, [mode, input]);
  // Where there is a keyboard, one writes at once; on a phone the keyboard would hide half of the page.
  useEffect(() => {
    if (matchMedia('(hover: hover)').matches) input.current?.focus();
  }, [input]);
}

function lastOwn(items: readonly ChatMessage[], selfId: string): ChatMessage | undefined {
  return items.findLast(
    ({ sender, deletedAt, status }) => sender.id === selfId && deletedAt === null && status !== 'failed',
  );
}

function ModeBar({ mode, onClose }: { readonly mode: ComposerMode; readonly onClose: () => void }) {
  const self = useSelf();
  const { kind, message } = mode;
  const name = message.sender.id === self.id ? 'yourself' : personName(message.sender);
  return (
    <div className="mode-bar">
      {kind === 'edit' ? <EditIcon /> : <ReplyIcon />}
      <span className="mode-text">
        <strong>{kind === 'edit' ? 'Edit message' : `Reply to ${name}`}</strong>
        <span className="mode-preview">{message.text}</span>
      </span>
      <button
        type="button"
        className="icon-button"
        aria-label={kind === 'edit' ? 'Stop editing' : 'Do not reply'}
        onClick={onClose}
      >
        <CloseIcon />
      </button>
    </div>
  );
}

function EmojiButton({ onPick }: { readonly onPick: (emoji: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label="Emoji"
        title="Emoji"
        aria-haspopup="true"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <SmileIcon size={24} />
      </button>
      {isOpen && (
        <Popover anchor={button} onClose={() => setOpen(false)}>
          <EmojiPicker
            onPick={(emoji) => {
              setOpen(false);
              onPick(emoji);
            }}
          />
        </Popover>
      )}
    </>
  );
}
