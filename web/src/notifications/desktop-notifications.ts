import type { GoChatClient } from '@gochat/client';
import { useEffect, useState } from 'react';

import { isMuted } from '../model/muted.js';
import { conversationName, personName } from '../model/names.js';
import { navigateToMessage } from '../navigation/navigate-to-message.js';

const KEY = 'gochat:notifications';

/** Whether this browser can tell of messages at all. */
export const canNotify = 'Notification' in globalThis;

/** Whether somebody wants to be told of messages while they look elsewhere, and how to change that. */
export function useNotificationPreference(): [boolean, (isOn: boolean) => Promise<void>] {
  const [isOn, setOn] = useState(isEnabled);
  const choose = async (on: boolean): Promise<void> => {
    const isAllowed = on && (await Notification.requestPermission()) === 'granted';
    if (isAllowed) localStorage.setItem(KEY, 'on');
    else localStorage.removeItem(KEY);
    setOn(isAllowed);
  };
  return [isOn, choose];
}

function isEnabled(): boolean {
  return canNotify && localStorage.getItem(KEY) === 'on' && Notification.permission === 'granted';
}

/** Tells of messages that come in while the page is out of sight; not of what is muted. */
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
