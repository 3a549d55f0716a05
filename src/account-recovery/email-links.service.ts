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

/** Makes the links that mails carry. */
export class EmailLinks {
  constructor(
    private readonly tokens: EmailTokenStore,
    private readonly clock: Clock,
    private readonly limits: RateLimiter,
    /** Where people reach this server, as its owner says. Never what a request calls it: its sender writes that. */
    readonly publicUrl: string,
  ) {}

  /**
   * A new link for an account. Its token stands behind `#`, so that no server's log and no `Referer` has it.
   * @returns null when there is nowhere to send it, no need to, or there were too many
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
    // Accounts come and go: nobody floods a mailbox with them through this server.
    return to === null || this.limits.spend('letter', tokenHash(to)) > 0
      ? null
      : { to, url: `${this.publicUrl}${PATHS[kind]}#token=${token}` };
  }
}
