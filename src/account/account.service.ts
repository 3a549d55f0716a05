import { Injectable } from '@nestjs/common';

import { AuthService } from '../auth/auth.service.js';
import type { Actor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { MembersService } from '../members/members.service.js';
import { UsersService } from '../users/users.service.js';
import { type DeleteAccount, EXPORT_SECTIONS } from './account.dto.js';
import { AccountRepository } from './account.repository.js';

/** Deletes an account, and exports the data that it holds. */
@Injectable()
export class AccountService {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly auth: AuthService,
    private readonly users: UsersService,
    private readonly members: MembersService,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends the actor's memberships, erases the personal data, and ends every session with its sockets. Messages stay, and
   * their sender is a deleted user. A deletion that fails halfway can be repeated.
   * @throws DomainError `invalid_credentials`
   */
  async delete(actor: Actor, { password }: DeleteAccount): Promise<void> {
    await this.auth.confirm(actor, password);
    await this.members.leaveAll(actor);
    const publish = await this.accounts.erase(actor.userId, this.clock.now());
    // An erased user cannot be added to a conversation. This undoes additions that committed just before the erasure.
    await this.members.leaveAll(actor);
    publish();
  }

  /**
   * All data of the actor as the JSON of an `ExportView`, in pieces: the export can be far larger than memory.
   * @throws DomainError `not_found`, before the first piece
   */
  async export(actor: Actor): Promise<AsyncGenerator<string>> {
    const user = await this.users.me(actor);
    const lastSeenAt = await this.accounts.lastSeenAt(actor.userId);
    const head = { exportedAt: this.clock.now().toISOString(), user: { ...user, lastSeenAt } };
    return this.pieces(head, actor.userId);
  }

  private async *pieces(head: object, userId: string): AsyncGenerator<string> {
    const sections = this.accounts.sections(userId);
    yield JSON.stringify(head).slice(0, -1);
    for (const name of EXPORT_SECTIONS) {
      yield `,"${name}":[`;
      let separator = '';
      for await (const item of sections.get(name) ?? []) {
        yield separator + JSON.stringify(item);
        separator = ',';
      }
      yield ']';
    }
    yield '}';
  }
}
