import type { AuthResult } from '../api-types.js';

/** A stored session. Its tokens act as the user: keep them where no other page or app can read them. */
export type StoredSession = AuthResult;

/** Stores the session. Implement it to use a keychain. */
export interface TokenStore {
  /** @returns null without a session */
  load(): Promise<StoredSession | null>;
  save(session: StoredSession): Promise<void>;
  clear(): Promise<void>;
}

/** Stores the session in memory. */
export class MemoryTokenStore implements TokenStore {
  private session: StoredSession | null = null;

  load(): Promise<StoredSession | null> {
    return Promise.resolve(this.session);
  }

  save(session: StoredSession): Promise<void> {
    this.session = session;
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.session = null;
    return Promise.resolve();
  }
}

/**
 * Stores the session in `localStorage`, shared by all tabs. Every script of the page can read it.
 *
 * @example new GoChatClient({ url: location.origin, tokens: new WebTokenStore(localStorage) })
 */
export class WebTokenStore implements TokenStore {
  /** @param key the key of the entry; use one for each client of a page */
  constructor(
    private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
    private readonly key = 'gochat:session',
  ) {}

  load(): Promise<StoredSession | null> {
    const text = this.storage.getItem(this.key);
    return Promise.resolve(text === null ? null : parseSession(text));
  }

  save(session: StoredSession): Promise<void> {
    this.storage.setItem(this.key, JSON.stringify(session));
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.storage.removeItem(this.key);
    return Promise.resolve();
  }
}

/** An entry that is not a session, such as one of another program, counts as none. */
function parseSession(text: string): StoredSession | null {
  try {
    const value: unknown = JSON.parse(text);
    return isSession(value) ? value : null;
  } catch {
    return null;
  }
}

function isSession(value: unknown): value is StoredSession {
  const has = (name: string): boolean => typeof value === 'object' && value !== null && name in value;
  return ['user', 'session', 'accessToken', 'refreshToken'].every(has);
}
