import { useEffect } from 'react';

import { ConversationPane } from '../conversation/conversation-pane.js';
import { InboxPane } from '../inbox/inbox-pane.js';
import { DiscoverPane } from '../rooms/discover-pane.js';
import { SettingsPane } from '../settings/settings-pane.js';
import { isMuted } from '../model/muted.js';
import { Logo } from '../ui/logo.js';
import { useClient, useValue } from '../state/client-context.js';
import { useDesktopNotifications } from '../notifications/desktop-notifications.js';
import { useNetwork } from '../state/use-network.js';
import { useRoute } from '../navigation/router.js';

/** The inbox beside the open pane. Phones show one of the two. */
export function Shell() {
  const route = useRoute();
  const pane = route.name === 'inbox' || route.name === 'archive' ? 'list' : 'main';
  useTitle();
  useDesktopNotifications(useClient());
  return (
    <div className="shell" data-pane={pane}>
      <OfflineBanner />
      <div className="shell-columns">
        <InboxPane />
        <main className="main">
          {route.name === 'conversation' && (
            <ConversationPane key={route.id} conversationId={route.id} isInfo={route.isInfo} />
          )}
          {route.name === 'discover' && <DiscoverPane />}
          {route.name === 'settings' && <SettingsPane />}
          {pane === 'list' && <Welcome />}
        </main>
      </div>
    </div>
  );
}

function Welcome() {
  return (
    <div className="blank">
      <Logo />
      <h1>Your conversations</h1>
      <p>Select a conversation, join a room or start a new chat.</p>
    </div>
  );
}

function OfflineBanner() {
  const network = useNetwork();
  return (
    <div role="status" className="banner-place">
      {network !== 'online' && (
        <p className="offline-banner">
          {network === 'connecting' ? 'Connecting…' : 'You are offline.'} Messages you write now will be sent when you
          reconnect.
        </p>
      )}
    </div>
  );
}

/** Shows the number of unread messages in the title of the browser tab. */
function useTitle(): void {
  const inbox = useValue(useClient().inbox);
  const unread = inbox
    .filter(({ me }) => !me.archived && !isMuted(me))
    .reduce((sum, { me }) => sum + me.unreadCount, 0);
  useEffect(() => {
    document.title = unread > 0 ? `(${unread > 99 ? '99+' : unread}) GoChat` : 'GoChat';
  }, [unread]);
}
