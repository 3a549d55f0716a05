import type { OwnMembership } from '@gochat/client';

/** Whether a mute is active at `now`. */
export function isMuted({ mutedUntil }: Pick<OwnMembership, 'mutedUntil'>, now = Date.now()): boolean {
  return mutedUntil !== null && Date.parse(mutedUntil) > now;
}

/** The `mutedUntil` of a mute without an end: 100 years from now, because the API accepts only a time. */
export function muteForever(now = Date.now()): string {
  return new Date(now + 100 * 365 * 86_400_000).toISOString();
}
