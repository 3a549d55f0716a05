import type { User } from '@gochat/client';
import { useEffect, useState } from 'react';

import { useClient, useSelf, useValue } from '../state/client-context.js';
import { navigate } from '../navigation/router.js';
import { attempt } from '../notifications/toasts.js';
import { personName } from '../model/names.js';
import { lastSeen } from '../model/time.js';
import { Avatar } from '../ui/avatar.js';
import { Dialog } from '../ui/dialog.js';
import { BlockButton } from './block-button.js';
import { hideProfile } from './profile-dialog-state.js';

/** The profile of a user, with buttons to message and to block them. */
export function ProfileDialog({ userId }: { readonly userId: string }) {
  const client = useClient();
  const self = useSelf();
  const person = useValue(client.person(userId));
  const presence = useValue(client.presence(userId));
  const user = useUser(userId);
  const write = async (): Promise<void> => {
    const { id } = await client.conversations.createDirect(userId);
    hideProfile();
    navigate({ name: 'conversation', id, isInfo: false });
  };
  return (
    <Dialog title="Profile" onClose={hideProfile}>
      <div className="profile">
        <Avatar id={userId} name={personName(person)} url={person?.avatarUrl} size="l" />
        <p className="info-name">{personName(person)}</p>
        {person?.username != null && <p className="profile-note">@{person.username}</p>}
        {presence && <p className="profile-note">{presence.online ? 'online' : lastSeen(presence.lastSeenAt)}</p>}
        {user?.about != null && user.about !== '' && <p>{user.about}</p>}
      </div>
      {userId !== self.id && user?.deleted === false && (
        <div className="stack">
          <button type="button" className="button button-primary button-wide" onClick={() => void attempt(write())}>
            Message
          </button>
          <BlockButton userId={userId} />
        </div>
      )}
    </Dialog>
  );
}

/** The full profile, loaded from the server each time the dialog opens. */
function useUser(userId: string): User | null {
  const client = useClient();
  const [user, setUser] = useState<User | null>(null);
  useEffect(() => {
    let isCurrent = true;
    client.users.get(userId).then(
      (found) => {
        if (isCurrent) setUser(found);
      },
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [client, userId]);
  return user;
}
