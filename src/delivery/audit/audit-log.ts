import { createHmac, hkdfSync } from 'node:crypto';

import type { Logger } from 'pino';

import type { Actor } from '../../common/actor.js';
import type { Env } from '../../infrastructure/config/env.js';

/** What is audited. `docs/observability.md` says when. */
export const AUDIT_ACTIONS = [
  ...['account.register', 'account.password', 'account.export', 'account.delete'],
  ...['account.email', 'account.email_verify', 'account.password_forgotten', 'account.password_reset'],
  ...['session.login', 'session.logout', 'session.logout_all', 'session.revoke', 'session.reuse'],
  ...['conversation.delete', 'member.role', 'member.remove', 'message.delete'],
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** What was done to whom or what: ids by the names `conversationId`, `messageId`, `userId`, `sessionId`. */
export type AuditTarget = Readonly<Record<string, string>>;

/** Who did, or tried, what, and from where. */
interface AuditEntry {
  readonly action: AuditAction;
  /** `ok`, or the code of the error. */
  readonly outcome: string;
  /** As far as it is known. */
  readonly actor: Partial<Actor> | undefined;
  /** The name that somebody came with, who may be nobody. It is personal, so that only a hash of it is kept. */
  readonly login?: string | undefined;
  readonly target: AuditTarget;
  readonly address: string | undefined;
  readonly userAgent?: string | undefined;
  readonly requestId: string;
  readonly traceId: string | undefined;
}

const LOGIN_HASH_LENGTH = 16;
const USER_AGENT_MAX = 256;

/**
 * The trail of what concerns the security of accounts and data that is gone: lines of the log with `audit: true`, written
 * at every level but `silent`. Their fields are stable. None is a name, an address of e-mail, a token or a text.
 */
export class AuditLog {
  private readonly log: Logger;
  private readonly key: Buffer;

  constructor(log: Logger, { jwtKeys }: Pick<Env, 'jwtKeys'>) {
    this.log = log.level === 'silent' ? log : log.child({ audit: true }, { level: 'info' });
    this.key = Buffer.from(hkdfSync('sha256', jwtKeys[0]?.secret ?? '', '', 'gochat audit log', 32));
  }

  note({ actor, login, target, userAgent, ...entry }: AuditEntry): void {
    this.log.info(
      {
        ...entry,
        userId: actor?.userId,
        sessionId: actor?.sessionId,
        loginHash: login === undefined ? undefined : this.hash(login),
        target: Object.keys(target).length === 0 ? undefined : target,
        userAgent: userAgent?.slice(0, USER_AGENT_MAX),
      },
      'audit',
    );
  }

  /** The same for the same name, as it is folded, on every node. Without the signing key nobody can try names on it. */
  private hash(login: string): string {
    return createHmac('sha256', this.key).update(login.trim().toLowerCase()).digest('hex').slice(0, LOGIN_HASH_LENGTH);
  }
}
