import { useEffect } from 'react';

import { navigate } from './router.js';

interface Target {
  readonly conversationId: string;
  readonly seq: number;
}

let pendingTarget: Target | null = null;
const listeners = new Set<(target: Target) => boolean>();

/** Opens a conversation at a message. */
export function navigateToMessage(conversationId: string, seq: number): void {
  pendingTarget = { conversationId, seq };
  navigate({ name: 'conversation', id: conversationId, isInfo: false });
  for (const listener of [...listeners]) if (pendingTarget && listener(pendingTarget)) pendingTarget = null;
}

/** The message that this conversation was opened for, if it was; asked for once. */
export function consumeTarget(conversationId: string): number | null {
  if (pendingTarget?.conversationId !== conversationId) return null;
  const { seq } = pendingTarget;
  pendingTarget = null;
  return seq;
}

/** Hears of jumps within the conversation that is open. */
export function useMessageNavigation(conversationId: string, onJump: (seq: number) => void): void {
  useEffect(() => {
    const listener = (target: Target): boolean => {
      if (target.conversationId !== conversationId) return false;
      onJump(target.seq);
      return true;
    };
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, [conversationId, onJump]);
}
