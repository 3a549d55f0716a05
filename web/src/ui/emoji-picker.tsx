import { type KeyboardEvent, useRef } from 'react';

/** Emoji that a message offers as one-click reactions. */
export const QUICK_EMOJI = ['👍', '❤️', '😂'];

const EMOJI = [
  ...['👍', '❤️', '😂', '😮', '😢', '🙏', '🎉', '🔥'],
  ...['😀', '😄', '😁', '😅', '🤣', '😊', '🙂', '😉'],
  ...['😍', '😘', '😋', '😎', '🤓', '🤔', '🤨', '😐'],
  ...['🙄', '😴', '😭', '😡', '🤯', '😱', '🥳', '🤗'],
  ...['👎', '👏', '🙌', '💪', '🤝', '👋', '👀', '💯'],
  ...['✅', '❌', '⭐', '💡', '🚀', '☕', '🍕', '🎂'],
];
const COLUMNS = 8;

/** A grid of common emoji. Arrow keys move the focus. */
export function EmojiPicker({ onPick }: { readonly onPick: (emoji: string) => void }) {
  const grid = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent): void => {
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS };
    const step = Object.entries(steps).find(([key]) => key === event.key)?.[1];
    const buttons = [...(grid.current?.querySelectorAll<HTMLElement>('button') ?? [])];
    const at = buttons.findIndex((button) => button === document.activeElement);
    if (step === undefined || at < 0) return;
    event.preventDefault();
    buttons[at + step]?.focus();
  };
  return (
    <div ref={grid} className="emoji-grid" role="group" aria-label="Emoji" onKeyDown={move}>
      {EMOJI.map((emoji) => (
        <button
          key={emoji}
          type="button"
          className="emoji-button emoji"
          aria-label={emoji}
          onClick={() => onPick(emoji)}
        >
          {emoji}
        </button>
      ))}
    </div>
  );
}
