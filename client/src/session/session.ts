import { ProblemError, UnreachableError } from '../errors.js';
import { answer, problemOf } from '../connection/http.js';
import { withCrossTabLock } from './cross-tab-lock.js';
import { type Observable, Value } from '../observable.js';
import type { SessionEndReason, SessionState } from '../public-state.js';
import type { StoredSession, TokenStore } from './token-store.js';
import type { AuthResult, OwnUser } from '../api-types.js';

const NOBODY: SessionState = { user: null, sessionId: null };

/** Refusals that end a session, and what the server calls that end. */
const ENDINGS: Readonly<Record<string, SessionEndReason>> = {
  session_revoked: 'revoked',
  token_reused: 'token_reused',
  unauthenticated: 'unauthenticated',
  token_expired: 'expired',
};

/** Who is logged in, and the tokens of that session: refreshed once for all who wait, and kept in a store. */
export class TokenSession {
  private current: StoredSession | null = null;
  private refreshing: Promise<string> | null = null;
  private readonly value = new Value<SessionState>(NOBODY);
  /** Called once when a session ends that nobody here ended. */
  onEnd: (reason: SessionEndReason) => void = () => undefined;

  /** @param base of REST, such as `https://chat.example.org/api/v1` */
  constructor(
    private readonly base: string,
    private readonly store: TokenStore,
    private readonly timeoutMs: number,
  ) {}

  get state(): Observable<SessionState> {
    return this.value;
  }

  get user(): OwnUser | null {
    return this.current?.user ?? null;
  }

  /** Null when nobody is logged in. */
  get accessToken(): string | null {
    return this.current?.accessToken ?? null;
  }

  async load(): Promise<void> {
    this.set(await this.store.load());
  }

  /** Takes a new session. */
  async begin(session: AuthResult): Promise<void> {
    this.set(session);
    await this.store.save(session);
  }

  /** Takes what has changed of the user. */
  async setUser(user: OwnUser): Promise<void> {
    if (this.current) await this.begin({ ...this.current, user });
  }

  /** Forgets the session, when one logs out here. */
  async forget(): Promise<void> {
    this.set(null);
    await this.store.clear();
  }

  /** The session is over, as the server says: tokens go, and it is told once. */
  async end(reason: SessionEndReason): Promise<void> {
    if (!this.current) return;
    const { sessionId } = this.value.getSnapshot();
    this.set(null);
    const stored = await this.store.load().catch(() => null);
    // Another tab may have logged in again.
    if (stored?.session.id === sessionId) await this.store.clear();
    this.onEnd(reason);
  }

  /** Whether a refusal with that code means that the session is over: then it is ended. */
  async endsWith(code: string): Promise<boolean> {
    const reason = code === 'token_expired' ? undefined : ENDINGS[code];
    if (reason) await this.end(reason);
    return reason !== undefined;
  }

  /**
   * A newer access token than the one that was refused, asked for once however many ask.
   * @throws UnreachableError without an answer, or when nobody is logged in; ProblemError when the session is over
   */
  refresh(refused: string): Promise<string> {
    const { accessToken } = this;
    if (accessToken !== null && accessToken !== refused) return Promise.resolve(accessToken);
    this.refreshing ??= withCrossTabLock(`gochat:refresh:${this.value.getSnapshot().sessionId ?? ''}`, () =>
      this.next(refused),
    ).finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  private async next(refused: string): Promise<string> {
    const stored = await this.store.load();
    if (!this.current || !stored || stored.user.id !== this.current.user.id) {
      // Another tab has logged out, or somebody else in.
      await this.end('logged_out');
      throw new UnreachableError('Nobody is logged in.');
    }
    if (stored.accessToken !== refused) {
      this.set(stored);
      return stored.accessToken;
    }
    const response = await answer(this.request(stored.refreshToken), this.timeoutMs);
    const problem = await problemOf(response);
    const reason = problem && ENDINGS[problem.code];
    if (reason) await this.end(reason);
    if (problem) throw new ProblemError(problem);
    const session: unknown = await response.json().catch(() => null);
    if (!response.ok || !isAuthResult(session)) throw new UnreachableError("The answer was not the server's.");
    // One may have logged out meanwhile.
    if (this.accessToken === null) throw new UnreachableError('Nobody is logged in.');
    await this.begin(session);
    return session.accessToken;
  }

  private request(refreshToken: string): Request {
    return new Request(`${this.base}/auth/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshToken }),
    });
  }

  private set(session: StoredSession | null): void {
    this.current = session;
    const before = this.value.getSnapshot();
    const next = session ? { user: session.user, sessionId: session.session.id } : NOBODY;
    if (before.sessionId !== next.sessionId || JSON.stringify(before.user) !== JSON.stringify(next.user)) {
      this.value.set(next);
    }
  }
}

function isAuthResult(value: unknown): value is AuthResult {
  return typeof value === 'object' && value !== null && 'accessToken' in value && 'refreshToken' in value;
}
