import { Clock } from '../common/clock.js';
import { RateLimiter } from '../infrastructure/rate-limits/rate-limiter.js';
import {
  tokenHash,
  TOKEN_TTL_MS,
  type EmailTokenKind,
  newToken,
  TOKENS_PER_WINDOW,
  TOKEN_WINDOW_MS,
} from './email-token.js';
import { EmailTokenStore } from './email-tokens.store.js';

const PATHS: Readonly<Record<EmailTokenKind, string>> = { verify: '/verify-email', reset: '/reset-password' };

/** A link, and the address that it is for. */
interface Link {
  readonly to: string;
  readonly url: string;
}

/** Issues the links in e-mails. */
export class EmailLinks {
  constructor(
    private readonly tokens: EmailTokenStore,
    private readonly clock: Clock,
    private readonly limits: RateLimiter,
    /** The configured base URL of this server. The request's `Host` is not used: its sender controls it. */
    readonly publicUrl: string,
  ) {}

  /**
   * Issues a link for an account. The token is in the fragment, so that no server log and no `Referer` contains it.
   * @returns null when the account has no address, it is verified already, or a limit is reached
   */
  async make(kind: EmailTokenKind, userId: string): Promise<Link | null> {
    const now = this.clock.now();
    const token = newToken();
    const since = new Date(now.getTime() - TOKEN_WINDOW_MS);
    const expiresAt = new Date(now.getTime() + TOKEN_TTL_MS[kind]);
    const to = await this.tokens.add(
      { hash: tokenHash(token), kind, userId, createdAt: now, expiresAt },
      { max: TOKENS_PER_WINDOW, since },
    );
    await this.tokens.forget(since);
    // Several accounts may use one address in turn, so the e-mails to an address are limited too.
    return to === null || this.limits.spend('letter', tokenHash(to)) > 0
      ? null
      : { to, url: `${this.publicUrl}${PATHS[kind]}#token=${token}` };
  }
}
