import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';

import { Popover } from './popover.js';

export interface MenuItem {
  readonly label: string;
  readonly icon?: ReactNode;
  readonly isDangerous?: boolean;
  readonly onSelect: () => void;
}

export interface MenuButtonProps {
  readonly label: string;
  readonly icon: ReactNode;
  readonly items: readonly MenuItem[];
  readonly className?: string;
  readonly onToggle?: (isOpen: boolean) => void;
}

/** A button with a menu. Arrow keys move the focus, Esc closes the menu and restores the focus. */
export function MenuButton({ label, icon, items, className = 'icon-button', onToggle }: MenuButtonProps) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const toggle = (open: boolean): void => {
    setOpen(open);
    onToggle?.(open);
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => toggle(!isOpen)}
      >
        {icon}
      </button>
      {isOpen && (
        <Popover anchor={button} onClose={() => toggle(false)}>
          <div role="menu" aria-label={label} className="menu" tabIndex={-1} onKeyDown={moveFocus}>
            {items.map((item) => (
              <button
                key={item.label}
                type="button"
                role="menuitem"
                tabIndex={-1}
                className={item.isDangerous ? 'menu-item menu-item-danger' : 'menu-item'}
                onClick={() => {
                  toggle(false);
                  button.current?.focus();
                  item.onSelect();
                }}
              >
                {item.icon}
                <span>{item.label}</span>
              </button>
            ))}
          </div>
        </Popover>
      )}
    </>
  );
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=menuitem]')];
  const at = items.findIndex((item) => item === document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items.at(next >= items.length ? 0 : next)?.focus();
}
