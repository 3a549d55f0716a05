import { createHmac, hkdfSync } from 'node:crypto';

import type { Logger } from 'pino';

import type { Actor } from '../../common/actor.js';
import type { Env } from '../../infrastructure/config/env.js';

/** The audited actions; `docs/observability.md` describes each. */
export const AUDIT_ACTIONS = [
  ...['account.register', 'account.password', 'account.export', 'account.delete'],
  ...['account.email', 'account.email_verify', 'account.password_forgotten', 'account.password_reset'],
  ...['session.login', 'session.logout', 'session.logout_all', 'session.revoke', 'session.reuse'],
  ...['conversation.delete', 'member.role', 'member.remove', 'message.delete'],
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** The ids that an action concerns, named `conversationId`, `messageId`, `userId`, `sessionId`. */
export type AuditTarget = Readonly<Record<string, string>>;

/** One action or attempt, its actor and its origin. */
interface AuditEntry {
  readonly action: AuditAction;
  /** `ok`, or the code of the error. */
  readonly outcome: string;
  /** Undefined, or partial, for a client that is not logged in. */
  readonly actor: Partial<Actor> | undefined;
  /** The login that a client sent; no such account may exist. It is personal, so only its hash is logged. */
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
 * The audit trail of account security and deleted data: log lines with `audit: true`, written at every log level except
 * `silent`. Their fields are stable. They contain no name, e-mail address, token or message text.
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

  /** Equal logins have equal hashes on every node. The hash is keyed, so that logins cannot be guessed from it. */
  private hash(login: string): string {
    return createHmac('sha256', this.key).update(login.trim().toLowerCase()).digest('hex').slice(0, LOGIN_HASH_LENGTH);
  }
}
