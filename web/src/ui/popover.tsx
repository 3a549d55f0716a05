import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

export interface PopoverProps {
  readonly anchor: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly className?: string;
}

const GAP_PX = 6;
const MARGIN_PX = 8;

/** Floats above the page next to its anchor. A click outside and Esc close it. */
export function Popover({ anchor, onClose, children, className = '' }: PopoverProps) {
  const ref = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    element.showPopover();
    const button = anchor.current;
    if (button) position(element, button.getBoundingClientRect());
    // Makes the anchor close its popover instead of opening it again. Delayed by a frame, because the click that opened the
    // popover would close it at once.
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

function position(element: HTMLElement, anchor: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = element;
  const isBelow =
    anchor.bottom + GAP_PX + height + MARGIN_PX <= window.innerHeight || anchor.top < height + GAP_PX + MARGIN_PX;
  const top = isBelow ? anchor.bottom + GAP_PX : anchor.top - GAP_PX - height;
  const left = anchor.right - width;
  element.style.top = `${Math.max(MARGIN_PX, Math.min(top, window.innerHeight - height - MARGIN_PX))}px`;
  element.style.left = `${Math.max(MARGIN_PX, Math.min(left, window.innerWidth - width - MARGIN_PX))}px`;
}
