import { useRef, useState } from 'react';

import { EmojiPicker } from '../ui/emoji-picker.js';
import { SmileIcon } from '../ui/icons.js';
import { Popover } from '../ui/popover.js';

/** Opens the emoji picker, and closes it once an emoji is picked. */
export function EmojiButton({ onPick }: { readonly onPick: (emoji: string) => void }) {
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
