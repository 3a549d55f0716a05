import type { ConversationState } from '@gochat/client';

import { useClient } from '../state/client-context.js';
import { attempt } from '../notifications/toasts.js';
import { muteForever, isMuted } from '../model/muted.js';
import { Switch } from '../ui/switch.js';

/** Settings that only the user sees: mute, pin and archive. */
export function NotificationSettings({ conversation }: { readonly conversation: ConversationState }) {
  const client = useClient();
  const { id, me } = conversation;
  const change = (command: { mutedUntil?: string | null; pinned?: boolean; archived?: boolean }): void =>
    void attempt(client.conversations.setOwn(id, command));
  return (
    <section className="info-section">
      <Switch
        label="Mute notifications"
        isOn={isMuted(me)}
        onChange={(on) => change({ mutedUntil: on ? muteForever() : null })}
      />
      <Switch label="Pin to top" isOn={me.pinned} onChange={(pinned) => change({ pinned })} />
      <Switch label="Archive" isOn={me.archived} onChange={(archived) => change({ archived })} />
    </section>
  );
}
