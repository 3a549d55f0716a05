import { Clock } from '../common/clock.js';
import { Limits } from '../infrastructure/rate-limits/rate-limiter.js';
import { hashOf, LIFE_MS, type MailTokenKind, newToken, SENT_MAX, SENT_WITHIN_MS } from './email-token.js';
import { MailTokenStore } from './email-tokens.store.js';

const PATHS: Readonly<Record<MailTokenKind, string>> = { verify: '/verify-email', reset: '/reset-password' };

/** A link, and the address that it is for. */
interface Link {
  readonly to: string;
  readonly url: string;
}

/** Makes the links that mails carry. */
export class Links {
  constructor(
    private readonly tokens: MailTokenStore,
    private readonly clock: Clock,
    private readonly limits: Limits,
    /** Where people reach this server, as its owner says. Never what a request calls it: its sender writes that. */
    readonly publicUrl: string,
  ) {}

  /**
   * A new link for an account. Its token stands behind `#`, so that no server's log and no `Referer` has it.
   * @returns null when there is nowhere to send it, no need to, or there were too many
   */
  async make(kind: MailTokenKind, userId: string): Promise<Link | null> {
    const now = this.clock.now();
    const token = newToken();
    const since = new Date(now.getTime() - SENT_WITHIN_MS);
    const expiresAt = new Date(now.getTime() + LIFE_MS[kind]);
    const to = await this.tokens.add(
      { hash: hashOf(token), kind, userId, createdAt: now, expiresAt },
      { max: SENT_MAX, since },
    );
    await this.tokens.forget(since);
    // Accounts come and go: nobody floods a mailbox with them through this server.
    return to === null || this.limits.spend('letter', hashOf(to)) > 0
      ? null
      : { to, url: `${this.publicUrl}${PATHS[kind]}#token=${token}` };
  }
}
