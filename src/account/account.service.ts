import { Injectable } from '@nestjs/common';

import { AuthService } from '../auth/auth.service.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { Actor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { MembersService } from '../members/members.service.js';
import { UsersService } from '../users/users.service.js';
import type { DeleteAccount, ExportView } from './account.dto.js';
import { AccountRepository } from './account.repository.js';

type Lists = Omit<ExportView, 'exportedAt' | 'user'>;

/** The end of an account, and what was in it. */
@Injectable()
export class AccountService {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly auth: AuthService,
    private readonly sessions: SessionsService,
    private readonly users: UsersService,
    private readonly members: MembersService,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends the actor's memberships, erases what is personal, and ends every session with its sockets. Messages stay, from
   * a deleted user. Cut off before the erasure, it can be asked for again.
   * @throws DomainError `invalid_credentials`
   */
  async delete(actor: Actor, { password }: DeleteAccount): Promise<void> {
    await this.auth.confirm(actor, password);
    await this.members.leaveAll(actor);
    const ended = await this.accounts.erase(actor.userId, this.clock.now());
    // From here on nobody adds them anywhere; who did a moment ago is undone.
    await this.members.leaveAll(actor);
    this.sessions.announceEnd(actor.userId, ended, 'account_deleted');
  }

  /**
   * All that is held on the actor, as the JSON of an {@link ExportView}, piece by piece: it is as long as their life here.
   * @throws DomainError `not_found` before the first piece
   */
  async export(actor: Actor): Promise<AsyncGenerator<string>> {
    const user = await this.users.me(actor);
    const lastSeenAt = await this.accounts.lastSeenAt(actor.userId);
    const head = { exportedAt: this.clock.now().toISOString(), user: { ...user, lastSeenAt } };
    return this.pieces(head, actor.userId);
  }

  private async *pieces(head: object, userId: string): AsyncGenerator<string> {
    const lists: { [K in keyof Lists]: AsyncGenerator<Lists[K][number]> } = {
      sessions: this.accounts.sessions(userId),
      blocks: this.accounts.blocks(userId),
      conversations: this.accounts.memberships(userId),
      messages: this.accounts.messages(userId),
      reactions: this.accounts.reactions(userId),
    };
    yield JSON.stringify(head).slice(0, -1);
    for (const [name, items] of Object.entries(lists)) {
      yield `,"${name}":[`;
      let separator = '';
      for await (const item of items) {
        yield separator + JSON.stringify(item);
        separator = ',';
      }
      yield ']';
    }
    yield '}';
  }
}
