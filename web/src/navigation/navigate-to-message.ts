import { useEffect } from 'react';

import { navigate } from './router.js';

interface Target {
  readonly conversationId: string;
  readonly seq: number;
}

let pendingTarget: Target | null = null;
const listeners = new Set<(target: Target) => boolean>();

/**
 * Opens a conversation at a message. If the conversation is open already, its `useMessageNavigation` listener scrolls to the
 * message; if not, the conversation calls `consumeTarget` when it mounts.
 */
export function navigateToMessage(conversationId: string, seq: number): void {
  pendingTarget = { conversationId, seq };
  navigate({ name: 'conversation', id: conversationId, isInfo: false });
  for (const listener of [...listeners]) if (pendingTarget && listener(pendingTarget)) pendingTarget = null;
}

/** Returns the message that this conversation was opened for, once; later calls return null. */
export function consumeTarget(conversationId: string): number | null {
  if (pendingTarget?.conversationId !== conversationId) return null;
  const { seq } = pendingTarget;
  pendingTarget = null;
  return seq;
}

/** Calls `onNavigate` when `navigateToMessage` targets the conversation that is open. */
export function useMessageNavigation(conversationId: string, onNavigate: (seq: number) => void): void {
  useEffect(() => {
    const listener = (target: Target): boolean => {
      if (target.conversationId !== conversationId) return false;
      onNavigate(target.seq);
      return true;
    };
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, [conversationId, onNavigate]);
}
