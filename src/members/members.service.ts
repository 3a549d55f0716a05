import { Injectable } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import type { PageQuery } from '../common/pagination.dto.js';
import { PAGE, pageOf, timeCursor } from '../common/pagination.js';
import { authoriseMember, GROUP_MAX, noSuchConversation, refuseBlocked } from '../conversations/conversation.js';
import { ConversationStore } from '../conversations/conversations.store.js';
import { PresenceService } from '../presence/presence.service.js';
import type { ConversationView } from '../read-models/conversation.view.dto.js';
import type { MemberView, StoredMember } from '../read-models/member.view.dto.js';
import type { MemberChange, MemberFacts } from './member-changes.js';
import {
  authoriseAdd,
  authoriseJoin,
  authoriseLeave,
  authoriseRemove,
  departure,
  noSuchMember,
  roleChanges,
} from './member-rules.js';
import type { AddMembers, ChangeRole, MemberListView, MemberPageView } from './members.dto.js';
import { type MembersCommand, MembersStore } from './members.store.js';

/** The members of a conversation and their roles. */
@Injectable()
export class MembersService {
  constructor(
    private readonly conversations: ConversationStore,
    private readonly members: MembersStore,
    private readonly clock: Clock,
    private readonly presence: PresenceService,
  ) {}

  /** Members, longest standing first. @throws DomainError `not_found`, `not_a_member` */
  async list(actor: Actor, id: string, { limit = PAGE.default, cursor }: PageQuery): Promise<MemberPageView> {
    const after = cursor === undefined ? null : timeCursor(cursor);
    const standing = await this.conversations.standing(id, actor.userId);
    if (!standing) throw noSuchConversation();
    authoriseMember(standing);
    const found = await this.members.page(id, after, limit + 1);
    return pageOf(await this.withPresence(actor, found), limit, ({ joinedAt, user }) => [joinedAt, user.id]);
  }

  /**
   * Adds users; existing members stay unchanged. On an error, no user is added.
   * @throws DomainError `not_found`, `forbidden`, `blocked`, `conflict` for a full group
   */
  async add(actor: Actor, id: string, { userIds }: AddMembers): Promise<MemberListView> {
    const users = { targetIds: userIds, joiningIds: userIds };
    await this.change(actor, id, users, ({ standing, targets, blocked }) => {
      authoriseAdd(standing);
      const joining = userIds.filter((userId) => !targets.has(userId));
      refuseBlocked(blocked.filter((userId) => joining.includes(userId)));
      if (standing.conversation.type === 'group' && standing.conversation.memberCount + joining.length > GROUP_MAX) {
        throw new DomainError('conflict', `A group holds at most ${GROUP_MAX} members.`);
      }
      return joining.map((userId) => ({ kind: 'join', userId, role: 'member' }));
    });
    return { items: await this.withPresence(actor, await this.members.among(id, userIds)) };
  }

  /** Changes a role. An owner who gives `owner` to another member becomes an admin. @throws DomainError */
  async changeRole(actor: Actor, id: string, userId: string, { role }: ChangeRole): Promise<MemberView> {
    await this.change(actor, id, { targetIds: [userId] }, ({ standing, targets }) =>
      roleChanges(standing, targets.get(userId) ?? null, role).map((changed) => ({ kind: 'role', ...changed })),
    );
    const [view] = await this.withPresence(actor, await this.members.among(id, [userId]));
    if (!view) throw noSuchMember();
    return view;
  }

  /** Removes a member. Removing oneself is leaving. @throws DomainError */
  async remove(actor: Actor, id: string, userId: string): Promise<void> {
    if (userId === actor.userId) return this.leave(actor, id);
    await this.change(actor, id, { targetIds: [userId] }, ({ standing, targets }) => {
      authoriseRemove(standing, targets.get(userId) ?? null);
      return [{ kind: 'leave', userId }];
    });
  }

  /** Joins a public room. A member stays unchanged. @throws DomainError `not_found` */
  async join(actor: Actor, id: string): Promise<ConversationView> {
    const users = { targetIds: [], joiningIds: [actor.userId] };
    await this.change(actor, id, users, ({ standing }) => {
      authoriseJoin(standing);
      return standing.membership ? [] : [{ kind: 'join', userId: actor.userId, role: 'member' }];
    });
    const view = await this.conversations.view(id, actor.userId);
    if (!view) throw noSuchConversation();
    return view;
  }

  /** Leaves. An owner hands over to the longest-standing admin, else member; a group is deleted with its last member. */
  async leave(actor: Actor, id: string): Promise<void> {
    await this.change(actor, id, { targetIds: [] }, ({ standing, successor }) =>
      departure(authoriseLeave(standing), successor),
    );
  }

  /** Removes a user from every conversation, direct ones too, before the account is deleted. */
  async leaveAll(actor: Actor): Promise<void> {
    for (const id of await this.members.conversationIdsOf(actor.userId)) {
      const left = this.change(
        actor,
        id,
        { targetIds: [], ownReason: 'deleted' },
        ({ standing: { membership }, successor }) => (membership ? departure(membership, successor) : []),
      );
      // A conversation that was deleted in the meantime needs no leaving.
      await left.catch((error: unknown) => {
        if (!(error instanceof DomainError && error.code === 'not_found')) throw error;
      });
    }
  }

  private async change(
    actor: Actor,
    conversationId: string,
    users: Pick<MembersCommand, 'targetIds' | 'joiningIds' | 'ownReason'>,
    decide: (facts: MemberFacts) => readonly MemberChange[],
  ): Promise<void> {
    const command = { conversationId, actorId: actor.userId, now: this.clock.now(), ...users };
    const { result } = await this.members.change(command, decide);
    if (!result) throw noSuchConversation();
  }

  private async withPresence({ userId }: Actor, members: readonly StoredMember[]): Promise<MemberView[]> {
    const ids = members.map(({ user }) => user.id);
    const online = await this.presence.onlineFor(userId, ids);
    return members.map((member) => ({ ...member, online: online.has(member.user.id) }));
  }
}
