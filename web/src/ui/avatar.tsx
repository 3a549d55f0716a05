import { useState } from 'react';

import { avatarHue, initials } from '../model/names.js';
import { HashIcon } from './icons.js';

export interface AvatarProps {
  readonly id: string;
  readonly name: string;
  readonly url?: string | null | undefined;
  readonly size?: 'xs' | 's' | 'm' | 'l';
  /** A room has a sign, people have letters. */
  readonly isRoom?: boolean;
  readonly isOnline?: boolean;
}

/** A picture, or letters on a colour that is always the same. Beside a name, so never read out. */
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
