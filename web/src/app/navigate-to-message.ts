import { useEffect } from 'react';

import { navigate } from './router.js';

interface Target {
  readonly conversationId: string;
  readonly seq: number;
}

let waiting: Target | null = null;
const listeners = new Set<(target: Target) => boolean>();

/** Opens a conversation at a message. */
export function jumpTo(conversationId: string, seq: number): void {
  waiting = { conversationId, seq };
  navigate({ name: 'conversation', id: conversationId, isInfo: false });
  for (const listener of [...listeners]) if (waiting && listener(waiting)) waiting = null;
}

/** The message that this conversation was opened for, if it was; asked for once. */
export function takeTarget(conversationId: string): number | null {
  if (waiting?.conversationId !== conversationId) return null;
  const { seq } = waiting;
  waiting = null;
  return seq;
}

/** Hears of jumps within the conversation that is open. */
export function useJumps(conversationId: string, onJump: (seq: number) => void): void {
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
