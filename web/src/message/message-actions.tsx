import type { ChatMessage } from '@gochat/client';
import { useRef, useState } from 'react';

import { useClient, useSelf } from '../state/client-context.js';
import { attempt, toast } from '../notifications/toasts.js';
import { Confirm } from '../ui/dialog.js';
import { CopyIcon, DotsIcon, EditIcon, ReplyIcon, SmileIcon, TrashIcon } from '../ui/icons.js';
import { MenuButton, type MenuItem } from '../ui/menu.js';
import { Popover } from '../ui/popover.js';
import { EmojiPicker, QUICK_EMOJI } from '../ui/emoji-picker.js';

export interface MessageActionsProps {
  readonly message: ChatMessage;
  readonly canEdit: boolean;
  readonly canDelete: boolean;
  readonly onReply: (message: ChatMessage) => void;
  readonly onEdit: (message: ChatMessage) => void;
  /** Called with true while a menu or dialog is open, so that the actions stay visible. */
  readonly onBusy: (isBusy: boolean) => void;
}

/** Toolbar of a message: react, reply, and a menu with the rest. */
export function MessageActions({ message, canEdit, canDelete, onReply, onEdit, onBusy }: MessageActionsProps) {
  const client = useClient();
  const [isDeleting, setDeleting] = useState(false);
  const items: MenuItem[] = [
    { label: 'Reply', icon: <ReplyIcon />, onSelect: () => onReply(message) },
    { label: 'Copy text', icon: <CopyIcon />, onSelect: () => void copy(message.text) },
  ];
  if (canEdit) items.push({ label: 'Edit', icon: <EditIcon />, onSelect: () => onEdit(message) });
  if (canDelete) {
    const onSelect = (): void => {
      onBusy(true);
      setDeleting(true);
    };
    items.push({ label: 'Delete', icon: <TrashIcon />, isDangerous: true, onSelect });
  }
  return (
    <div className="message-actions" role="toolbar" aria-label="Message actions">
      <ReactButtons message={message} onBusy={onBusy} />
      <button type="button" className="icon-button" aria-label="Reply" title="Reply" onClick={() => onReply(message)}>
        <ReplyIcon />
      </button>
      <MenuButton label="More" icon={<DotsIcon />} items={items} onToggle={onBusy} />
      {isDeleting && (
        <Confirm
          title="Delete this message?"
          text="This deletes the message for all members."
          action="Delete"
          onConfirm={() => client.delete(message)}
          onClose={() => {
            setDeleting(false);
            onBusy(false);
          }}
        />
      )}
    </div>
  );
}

function ReactButtons({ message, onBusy }: Pick<MessageActionsProps, 'message' | 'onBusy'>) {
  const client = useClient();
  const self = useSelf();
  const [isPickerOpen, setPicker] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const setPickerOpen = (isOpen: boolean): void => {
    setPicker(isOpen);
    onBusy(isOpen);
  };
  const react = (emoji: string): void => {
    const existing = message.reactions.find((reaction) => reaction.emoji === emoji);
    if (existing?.userIds.includes(self.id)) client.unreact(message, emoji);
    else client.react(message, emoji);
  };
  return (
    <>
      {QUICK_EMOJI.map((emoji) => (
        <button
          key={emoji}
          type="button"
          className="icon-button emoji quick-emoji"
          aria-label={`React with ${emoji}`}
          onClick={() => react(emoji)}
        >
          {emoji}
        </button>
      ))}
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label="Add reaction"
        title="Add reaction"
        aria-haspopup="true"
        aria-expanded={isPickerOpen}
        onClick={() => setPickerOpen(!isPickerOpen)}
      >
        <SmileIcon />
      </button>
      {isPickerOpen && (
        <Popover anchor={button} onClose={() => setPickerOpen(false)}>
          <EmojiPicker
            onPick={(emoji) => {
              react(emoji);
              setPickerOpen(false);
              button.current?.focus();
            }}
          />
        </Popover>
      )}
    </>
  );
}

async function copy(text: string): Promise<void> {
  if (await attempt(navigator.clipboard.writeText(text))) toast('Text copied.');
}
