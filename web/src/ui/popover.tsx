import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

export interface PopoverProps {
  readonly anchor: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly className?: string;
}

const GAP = 6;
const EDGE = 8;

/** Floats above everything at its anchor, where there is room. A click elsewhere and Esc close it. */
export function Popover({ anchor, onClose, children, className = '' }: PopoverProps) {
  const ref = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    element.showPopover();
    const button = anchor.current;
    if (button) place(element, button.getBoundingClientRect());
    // A click on its own button closes it, and does not open it again. Not yet, or the click that opens it would.
    const frame = requestAnimationFrame(() => {
      if (!(button instanceof HTMLButtonElement)) return;
      button.popoverTargetElement = element;
      button.popoverTargetAction = 'hide';
    });
    element.querySelector<HTMLElement>('button, input')?.focus();
    return () => cancelAnimationFrame(frame);
  }, [anchor]);

  useEffect(() => {
    const element = ref.current;
    const toggled = (event: ToggleEvent): void => {
      if (event.newState === 'closed') onClose();
    };
    element?.addEventListener('toggle', toggled);
    return () => element?.removeEventListener('toggle', toggled);
  }, [onClose]);

  return (
    <div ref={ref} popover="auto" className={`popover ${className}`}>
      {children}
    </div>
  );
}

function place(element: HTMLElement, anchor: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = element;
  const isBelow = anchor.bottom + GAP + height + EDGE <= window.innerHeight || anchor.top < height + GAP + EDGE;
  const top = isBelow ? anchor.bottom + GAP : anchor.top - GAP - height;
  const left = anchor.right - width;
  element.style.top = `${Math.max(EDGE, Math.min(top, window.innerHeight - height - EDGE))}px`;
  element.style.left = `${Math.max(EDGE, Math.min(left, window.innerWidth - width - EDGE))}px`;
}
