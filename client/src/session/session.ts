import type { AuthResult, OwnUser } from '../api-types.js';
import { sendRequest, readProblem } from '../connection/http.js';
import { ProblemError, UnreachableError } from '../errors.js';
import { type Observable, Value } from '../observable.js';
import type { SessionEndReason, SessionState } from '../public-state.js';
import { withCrossTabLock } from './cross-tab-lock.js';
import type { StoredSession, TokenStore } from './token-store.js';

const LOGGED_OUT: SessionState = { user: null, sessionId: null };

/** Error codes that end a session, with the reason that the client reports. */
const END_REASONS: Readonly<Record<string, SessionEndReason>> = {
  session_revoked: 'revoked',
  token_reused: 'token_reused',
  unauthenticated: 'unauthenticated',
  token_expired: 'expired',
};

/**
 * The logged-in user and the tokens. Persists them in a {@link TokenStore}, and refreshes the access token once for all
 * concurrent callers. `Auth` begins and ends sessions; REST requests and `Connection` ask for tokens.
 */
export class TokenSession {
  private stored: StoredSession | null = null;
  private refreshing: Promise<string> | null = null;
  private readonly observable = new Value<SessionState>(LOGGED_OUT);
  /** Called once when the server, or another tab, ended the session. */
  onEnd: (reason: SessionEndReason) => void = () => undefined;

  /** @param base the base URL of REST, such as `https://chat.example.org/api/v1` */
  constructor(
    private readonly base: string,
    private readonly store: TokenStore,
    private readonly timeoutMs: number,
  ) {}

  get state(): Observable<SessionState> {
    return this.observable;
  }

  get user(): OwnUser | null {
    return this.stored?.user ?? null;
  }

  /** Null without a session. */
  get accessToken(): string | null {
    return this.stored?.accessToken ?? null;
  }

  async load(): Promise<void> {
    this.set(await this.store.load());
  }

  /** Stores a new session, or its newer tokens. */
  async begin(session: AuthResult): Promise<void> {
    this.set(session);
    await this.store.save(session);
  }

  /** Stores the changed profile. */
  async setUser(user: OwnUser): Promise<void> {
    if (this.stored) await this.begin({ ...this.stored, user });
  }

  /** Deletes the session after a log-out. */
  async forget(): Promise<void> {
    this.set(null);
    await this.store.clear();
  }

  /** Deletes the session after the server ended it, and calls `onEnd`. */
  async end(reason: SessionEndReason): Promise<void> {
    if (!this.stored) return;
    const { sessionId } = this.observable.getSnapshot();
    this.set(null);
    const stored = await this.store.load().catch(() => null);
    // Another tab may have logged in since.
    if (stored?.session.id === sessionId) await this.store.clear();
    this.onEnd(reason);
  }

  /** Ends the session if the error code says that it is over. @returns whether it is */
  async endIfOver(code: string): Promise<boolean> {
    const reason = code === 'token_expired' ? undefined : END_REASONS[code];
    if (reason) await this.end(reason);
    return reason !== undefined;
  }

  /**
   * Returns a newer access token than the rejected one. Concurrent callers share one request.
   * @throws UnreachableError without an answer or without a session, ProblemError when the session is over
   */
  refresh(refused: string): Promise<string> {
    const { accessToken } = this;
    if (accessToken !== null && accessToken !== refused) return Promise.resolve(accessToken);
    this.refreshing ??= withCrossTabLock(`gochat:refresh:${this.observable.getSnapshot().sessionId ?? ''}`, () =>
      this.refreshNow(refused),
    ).finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  private async refreshNow(refused: string): Promise<string> {
    const stored = await this.store.load();
    if (!this.stored || !stored || stored.user.id !== this.stored.user.id) {
      // Another tab logged out, or logged in as another user.
      await this.end('logged_out');
      throw new UnreachableError('There is no session.');
    }
    if (stored.accessToken !== refused) {
      this.set(stored);
      return stored.accessToken;
    }
    const response = await sendRequest(this.refreshRequest(stored.refreshToken), this.timeoutMs);
    const problem = await readProblem(response);
    const reason = problem && END_REASONS[problem.code];
    if (reason) await this.end(reason);
    if (problem) throw new ProblemError(problem);
    const session: unknown = await response.json().catch(() => null);
    if (!response.ok || !isAuthResult(session)) throw new UnreachableError('Something other than the server answered.');
    // The user may have logged out during the request.
    if (this.accessToken === null) throw new UnreachableError('There is no session.');
    await this.begin(session);
    return session.accessToken;
  }

  private refreshRequest(refreshToken: string): Request {
    return new Request(`${this.base}/auth/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshToken }),
    });
  }

  private set(session: StoredSession | null): void {
    this.stored = session;
    const before = this.observable.getSnapshot();
    const next = session ? { user: session.user, sessionId: session.session.id } : LOGGED_OUT;
    if (before.sessionId !== next.sessionId || JSON.stringify(before.user) !== JSON.stringify(next.user)) {
      this.observable.set(next);
    }
  }
}

function isAuthResult(value: unknown): value is AuthResult {
  return typeof value === 'object' && value !== null && 'accessToken' in value && 'refreshToken' in value;
}
