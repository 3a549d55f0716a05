import { cleanLine, cleanText } from '../common/text.js';

/** An account and its profile. A deleted account keeps its id and no personal data. */
export interface User {
  readonly id: string;
  readonly username: string | null;
  readonly email: string | null;
  /** Whether a link sent to this address was opened. */
  readonly emailVerified: boolean;
  readonly displayName: string | null;
  readonly avatarUrl: string | null;
  readonly about: string | null;
  readonly stateRev: number;
  /** RFC 3339, UTC, milliseconds. */
  readonly createdAt: string;
  readonly deleted: boolean;
}

/** The fields of a profile that its owner may change. Omitted ones stay unchanged. */
export interface ProfileChange {
  readonly displayName?: string;
  readonly avatarUrl?: string | null;
  readonly about?: string | null;
}

export const USERNAME = /^[a-zA-Z0-9._]{3,32}$/;
export const DISPLAY_NAME_MAX = 64;
export const ABOUT_MAX = 500;

/** Usernames are compared in lower case. The DTO has checked the characters. */
export const foldUsername = (username: string): string => username.toLowerCase();

/** E-mail addresses are compared in lower case: providers do not distinguish addresses by case. */
export const foldEmail = (email: string): string => email.toLowerCase();

/** @throws DomainError `validation_failed` for a name that is blank, too long, or not a single line */
export const displayName = (raw: string): string => cleanLine('displayName', raw, DISPLAY_NAME_MAX);

/** The change as it is stored; an empty `about` becomes null. */
export function cleanProfileChange(change: ProfileChange): ProfileChange {
  return {
    ...(change.displayName !== undefined && { displayName: displayName(change.displayName) }),
    ...(change.avatarUrl !== undefined && { avatarUrl: change.avatarUrl }),
    ...(change.about !== undefined && {
      about: (change.about ?? '').trim() === '' ? null : cleanText('about', change.about ?? '', ABOUT_MAX),
    }),
  };
}
