import type { ReactNode } from 'react';

/** Icons are hidden from screen readers: the text beside them, or the label of their control, has the meaning. */
function Icon({ children, size = 20 }: { readonly children: ReactNode; readonly size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.9"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

const icon = (...paths: string[]) =>
  function PathIcon({ size }: { readonly size?: number }) {
    return (
      <Icon {...(size !== undefined && { size })}>
        {paths.map((path) => (
          <path key={path} d={path} />
        ))}
      </Icon>
    );
  };

export const BackIcon = icon('M15 5l-7 7 7 7');
export const BellOffIcon = icon(
  'M18 16V11a6 6 0 0 0-9-5.2',
  'M6.3 9A6 6 0 0 0 6 11v5l-2 2h13',
  'M10 21h4',
  'M3 3l18 18',
);
export const CheckIcon = icon('M5 12.5l4.5 4.5L19 7.5');
export const ChevronDownIcon = icon('M6 9l6 6 6-6');
export const ClockIcon = icon('M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M12 7.5V12l3 2');
export const CloseIcon = icon('M6 6l12 12', 'M18 6L6 18');
export const CompassIcon = icon('M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M15.5 8.5l-2 5-5 2 2-5z');
export const CopyIcon = icon('M9 9h11v11H9z', 'M15 9V4H4v11h5');
export const DotsIcon = icon('M5 12h.01', 'M12 12h.01', 'M19 12h.01');
export const EditIcon = icon('M4 20l1-4L16.5 4.5a2.1 2.1 0 0 1 3 3L8 19z', 'M14.5 6.5l3 3');
export const ExitIcon = icon('M14 4H5v16h9', 'M10 12h10', 'M17 9l3 3-3 3');
export const GroupIcon = icon(
  'M9 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z',
  'M2.5 20a6.5 6.5 0 0 1 13 0',
  'M16 4.8a3.5 3.5 0 0 1 0 6.4',
  'M18 14.2a6.5 6.5 0 0 1 3.5 5.8',
);
export const HashIcon = icon('M9.5 4L7.5 20', 'M16.5 4l-2 16', 'M4.5 9h16', 'M3.5 15h16');
export const InfoIcon = icon('M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M12 11v5.5', 'M12 7.5h.01');
export const PersonIcon = icon('M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z', 'M4.5 20.5a7.5 7.5 0 0 1 15 0');
export const PinIcon = icon('M9 4h6l-1 6 3 3v2H7v-2l3-3z', 'M12 15v6');
export const PlusIcon = icon('M12 5v14', 'M5 12h14');
export const ReplyIcon = icon('M10 6l-6 6 6 6', 'M4 12h9a7 7 0 0 1 7 7');
export const SearchIcon = icon('M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14z', 'M16 16l4.5 4.5');
export const SendIcon = icon('M4 12L20 4l-5 16-4-6.5z', 'M11 13.5L20 4');
export const SmileIcon = icon(
  'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
  'M8.5 14.5a4.5 4.5 0 0 0 7 0',
  'M9 9.5h.01',
  'M15 9.5h.01',
);
export const TrashIcon = icon('M4 7h16', 'M9 7V4h6v3', 'M6.5 7l1 13h9l1-13');
export const WarningIcon = icon('M12 3.5L2.5 20h19z', 'M12 10v4.5', 'M12 17.5h.01');

/** One tick: stored by the server. Two ticks: delivered. */
export const OneTickIcon = icon('M5.5 12.5l4 4 9-9');
export const TwoTicksIcon = icon('M2 12.5l4 4 9-9', 'M11 15.5l1 1 9-9');
