import { useState } from 'react';

import { avatarHue, initials } from '../model/names.js';
import { HashIcon } from './icons.js';

export interface AvatarProps {
  readonly id: string;
  readonly name: string;
  readonly url?: string | null | undefined;
  readonly size?: 'xs' | 's' | 'm' | 'l';
  /** Rooms show a hash sign; users and groups show initials. */
  readonly isRoom?: boolean;
  readonly isOnline?: boolean;
}

/** A profile picture, or initials on a colour derived from the id. Hidden from screen readers, because a name is beside it. */
export function Avatar({ id, name, url, size = 'm', isRoom = false, isOnline = false }: AvatarProps) {
  const [broken, setBroken] = useState<string | null>(null);
  const hasPicture = url != null && url.startsWith('https://') && url !== broken;
  return (
    <span className={`avatar avatar-${size} hue-${avatarHue(id)}${isRoom ? ' avatar-room' : ''}`} aria-hidden="true">
      {hasPicture && (
        <img src={url} alt="" loading="lazy" referrerPolicy="no-referrer" onError={() => setBroken(url)} />
      )}
      {!hasPicture && (isRoom ? <HashIcon size={size === 'l' ? 32 : 20} /> : initials(name))}
      {isOnline && <span className="avatar-online" />}
    </span>
  );
}
