import type { OwnMembership } from '@gochat/client';

/** Whether a conversation is to be quiet. */
export function isMuted({ mutedUntil }: Pick<OwnMembership, 'mutedUntil'>, now = Date.now()): boolean {
  return mutedUntil !== null && Date.parse(mutedUntil) > now;
}

/** Until when a conversation is quiet that is to be so for good: the contract knows times alone. */
export function forever(now = Date.now()): string {
  return new Date(now + 100 * 365 * 86_400_000).toISOString();
}
