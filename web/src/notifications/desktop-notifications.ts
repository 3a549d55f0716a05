import type { GoChatClient } from '@gochat/client';
import { useEffect, useState } from 'react';

import { isMuted } from '../model/muted.js';
import { conversationName, personName } from '../model/names.js';
import { navigateToMessage } from '../navigation/navigate-to-message.js';

const KEY = 'gochat:notifications';

/** Whether this browser supports desktop notifications. */
export const canNotify = 'Notification' in globalThis;

/** Whether desktop notifications are on, and a function that turns them on or off. Turning them on asks for permission. */
export function useNotificationPreference(): [boolean, (isOn: boolean) => Promise<void>] {
  const [isOn, setOn] = useState(isEnabled);
  const setEnabled = async (on: boolean): Promise<void> => {
    const isAllowed = on && (await Notification.requestPermission()) === 'granted';
    if (isAllowed) localStorage.setItem(KEY, 'on');
    else localStorage.removeItem(KEY);
    setOn(isAllowed);
  };
  return [isOn, setEnabled];
}

function isEnabled(): boolean {
  return canNotify && localStorage.getItem(KEY) === 'on' && Notification.permission === 'granted';
}

/** Shows a desktop notification for each new message while the page is hidden, except in muted conversations. */
export function useDesktopNotifications(client: GoChatClient): void {
  useEffect(
    () =>
      client.on('message', ({ message, isLive }) => {
        const conversation = client.conversation(message.conversationId).getSnapshot();
        if (!conversation || !isLive || document.visibilityState === 'visible' || !isEnabled()) return;
        if (isMuted(conversation.me)) return;
        const sender = personName(message.sender);
        const title = conversation.type === 'direct' ? sender : `${sender} · ${conversationName(conversation)}`;
        const { conversationId, seq, text } = message;
        const shown = new Notification(title, { body: text, tag: conversationId, icon: '/favicon.svg' });
        shown.onclick = () => {
          window.focus();
          navigateToMessage(conversationId, seq);
        };
      }),
    [client],
  );
}
