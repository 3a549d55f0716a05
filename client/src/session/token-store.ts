import type { AuthResult } from '../api-types.js';

/** A session as it is kept over a restart. Who has it is the user: keep it where no other page or app can read. */
export type StoredSession = AuthResult;

/** Where the session is kept. Bring your own for a keychain. */
export interface TokenStore {
  /** @returns null when nobody is logged in */
  load(): Promise<StoredSession | null>;
  save(session: StoredSession): Promise<void>;
  clear(): Promise<void>;
}

/** Keeps the session for as long as the client lives. */
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
 * Keeps the session in `localStorage`, for all tabs. Any script of the page can read it there.
 *
 * @example new GoChatClient({ url: location.origin, tokens: new WebTokenStore(localStorage) })
 */
export class WebTokenStore implements TokenStore {
  /** @param key of the entry; one for each client of a page */
  constructor(
    private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
    private readonly key = 'gochat:session',
  ) {}

  load(): Promise<StoredSession | null> {
    const text = this.storage.getItem(this.key);
    return Promise.resolve(text === null ? null : parsed(text));
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

/** What is no session, such as one of another program, is none. */
function parsed(text: string): StoredSession | null {
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
