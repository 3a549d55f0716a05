import { Injectable } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { PAGE, pageOf, timeCursor } from '../common/pagination.js';
import type { PageQuery } from '../common/pagination.dto.js';
import { Events, type LeaveReason } from '../domain-events.js';
import {
  authoriseAdd,
  authoriseJoin,
  authoriseLeave,
  authoriseMember,
  authoriseRemove,
  departure,
  GROUP_MAX,
  noSuchConversation,
  refuseBlocked,
  roleChanges,
} from '../conversations/conversation.js';
import type { AddMembers, ChangeRole, MemberListView, MemberPageView } from './members.dto.js';
import type { ConversationView } from '../read-models/conversation.view.dto.js';
import { type MemberView, type StoredMember } from '../read-models/member.view.dto.js';
import {
  ConversationStore,
  type MemberChange,
  type MemberChanges,
  type MembersFound,
} from '../conversations/conversations.store.js';
import { PresenceService } from '../presence/presence.service.js';

/** Who is in a conversation, and as what. */
@Injectable()
export class MembersService {
  constructor(
    private readonly conversations: ConversationStore,
    private readonly events: Events,
    private readonly clock: Clock,
    private readonly presence: PresenceService,
  ) {}

  /** Members, longest standing first. @throws DomainError `not_found`, `not_a_member` */
  async list(actor: Actor, id: string, { limit = PAGE.default, cursor }: PageQuery): Promise<MemberPageView> {
    const after = cursor === undefined ? null : timeCursor(cursor);
    const standing = await this.conversations.standing(id, actor.userId);
    if (!standing) throw noSuchConversation();
    authoriseMember(standing);
    const found = await this.conversations.members(id, after, limit + 1);
    return pageOf(await this.seenBy(actor, found), limit, ({ joinedAt, user }) => [joinedAt, user.id]);
  }

  /**
   * Adds users; those already in stay as they are.
   * @throws DomainError `not_found`, `forbidden`, `blocked`, `conflict` for a full group: then nobody is added
   */
  async add(actor: Actor, id: string, { userIds }: AddMembers): Promise<MemberListView> {
    await this.change(actor, id, userIds, ({ standing, targets, blocked }) => {
      authoriseAdd(standing);
      const joining = userIds.filter((userId) => !targets.has(userId));
      refuseBlocked(blocked.filter((userId) => joining.includes(userId)));
      if (standing.conversation.type === 'group' && standing.conversation.memberCount + joining.length > GROUP_MAX) {
        throw new DomainError('conflict', `A group holds at most ${GROUP_MAX} members.`);
      }
      return joining.map((userId) => ({ kind: 'join', userId, role: 'member' }));
    });
    const members = await this.conversations.membersAmong(id, userIds);
    return { items: await this.seenBy(actor, members) };
  }

  /** Gives a role; giving `owner` away makes the giver an admin. @throws DomainError */
  async changeRole(actor: Actor, id: string, userId: string, { role }: ChangeRole): Promise<MemberView> {
    await this.change(actor, id, [userId], ({ standing, targets }) =>
      roleChanges(standing, targets.get(userId) ?? null, role).map((changed) => ({ kind: 'role', ...changed })),
    );
    const [member] = await this.conversations.membersAmong(id, [userId]);
    const [view] = await this.seenBy(actor, member ? [member] : []);
    if (!view) throw new DomainError('not_found', 'There is no such member.');
    return view;
  }

  /** Removes a member; oneself is leaving. @throws DomainError */
  async remove(actor: Actor, id: string, userId: string): Promise<void> {
    if (userId === actor.userId) return this.leave(actor, id);
    await this.change(actor, id, [userId], ({ standing, targets }) => {
      authoriseRemove(standing, targets.get(userId) ?? null);
      return [{ kind: 'leave', userId }];
    });
  }

  /** Joins a public room; joining twice changes nothing. @throws DomainError `not_found` */
  async join(actor: Actor, id: string): Promise<ConversationView> {
    await this.change(actor, id, [], ({ standing }) => {
      authoriseJoin(standing);
      return standing.membership ? [] : [{ kind: 'join', userId: actor.userId, role: 'member' }];
    });
    const view = await this.conversations.view(id, actor.userId);
    if (!view) throw noSuchConversation();
    return view;
  }

  /** Leaves. An owner hands over to the longest-standing admin, else member; a group ends with its last member. */
  async leave(actor: Actor, id: string): Promise<void> {
    await this.change(actor, id, [], ({ standing, successor }) => departure(authoriseLeave(standing), successor));
  }

  /** Takes an account that is being deleted out of every conversation, direct ones too. */
  async leaveAll(actor: Actor): Promise<void> {
    for (const id of await this.conversations.idsOf(actor.userId)) {
      const change = this.change(
        actor,
        id,
        [],
        ({ standing: { membership }, successor }) => (membership ? departure(membership, successor) : []),
        'deleted',
      );
      // A conversation that ended meanwhile needs no leaving.
      await change.catch((error: unknown) => {
        if (!(error instanceof DomainError && error.code === 'not_found')) throw error;
      });
    }
  }

  private async change(
    actor: Actor,
    id: string,
    targetIds: readonly string[],
    decide: (found: MembersFound) => readonly MemberChange[],
    ownReason: LeaveReason = 'left',
  ): Promise<void> {
    const changed = await this.conversations.changeMembers(
      id,
      actor.userId,
      targetIds,
      this.clock.now(),
      decide,
      (stored) => {
        this.announce(actor, id, stored, ownReason);
      },
    );
    if (!changed) throw noSuchConversation();
  }

  /** Newcomers hear of the conversation first, and those who go before the others do: nothing reaches them after. */
  private announce(
    actor: Actor,
    conversationId: string,
    { changes, inBlocks, added, deleted }: MemberChanges,
    ownReason: LeaveReason,
  ): void {
    for (const [userId, conversation] of added) this.events.publish('conversation.added', { userId, conversation });
    for (const { kind, userId, rev, member } of changes) {
      if (kind === 'leave') {
        const reason = userId === actor.userId ? ownReason : 'removed';
        this.events.publish('conversation.removed', { conversationId, userId, reason });
        if (!deleted) this.events.publish('member.left', { conversationId, rev, userId, by: actor.userId, reason });
      } else if (member) {
        this.events.publish(kind === 'join' ? 'member.joined' : 'member.updated', {
          conversationId,
          rev,
          member: { ...member, online: this.presence.isOnlineForAll(userId, inBlocks) },
        });
      }
    }
  }

  private async seenBy({ userId }: Actor, members: readonly StoredMember[]): Promise<MemberView[]> {
    const ids = members.map(({ user }) => user.id);
    const online = await this.presence.onlineFor(userId, ids);
    return members.map((member) => ({ ...member, online: online.has(member.user.id) }));
  }
}
