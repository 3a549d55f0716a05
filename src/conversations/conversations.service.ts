import { Injectable } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { DomainError, invalidField } from '../common/domain-error.js';
import { decodeCursor, PAGE, pageOf, timeCursor } from '../common/pagination.js';
import type { SearchQuery } from '../common/pagination.dto.js';
import { fold } from '../common/text.js';
import { idOfName, newId } from '../common/uuid.js';
import { Events } from '../domain-events.js';
import { BlockStore } from '../blocks/blocks.store.js';
import {
  authoriseDelete,
  authoriseMember,
  authoriseRename,
  checkNew,
  cleanTitle,
  cleanTopic,
  type ConversationType,
  isVisible,
  type Membership,
  noSuchConversation,
  RECEIPTS_MAX_MEMBERS,
  type Role,
  type Standing,
} from './conversation.js';
import type { ConversationPageView, CreateConversation, InboxQuery, UpdateConversation } from './conversations.dto.js';
import type { ConversationView } from '../read-models/conversation.view.dto.js';
import { ConversationStore } from './conversations.store.js';

/** Conversations themselves: making, finding, renaming and deleting them. */
@Injectable()
export class ConversationsService {
  constructor(
    private readonly conversations: ConversationStore,
    private readonly blocks: BlockStore,
    private readonly events: Events,
    private readonly clock: Clock,
  ) {}

  /**
   * A new conversation with its first members; the same id, or the same pair, gives the existing one.
   * @throws DomainError `validation_failed`, `not_found` for an unknown member, `blocked`, `id_conflict`
   */
  async create(
    actor: Actor,
    command: CreateConversation,
  ): Promise<{ created: boolean; conversation: ConversationView }> {
    const { type } = command;
    const title = command.title == null ? null : cleanTitle(command.title);
    const topic = cleanTopic(command.topic ?? null);
    const others = (command.memberIds ?? []).filter((id) => id !== actor.userId);
    checkNew(type, title, topic, others);
    const role: Role = type === 'direct' ? 'member' : 'owner';
    const members: Membership[] = [
      { userId: actor.userId, role },
      ...others.map((userId) => ({ userId, role: 'member' as const })),
    ];
    const id = command.id ?? newId();

    const { created, views } = await this.conversations.create(
      { id, type, title, topic, createdBy: actor.userId, members, createdAt: this.clock.now() },
      (stored) => {
        if (!stored.created) return;
        for (const [userId, conversation] of stored.views) {
          this.events.publish('conversation.added', { userId, conversation });
        }
      },
    );
    const conversation = views.get(actor.userId);
    if (!conversation || (!created && !isRepetition(conversation, actor, type, others))) {
      throw new DomainError('id_conflict', 'That id names another conversation.');
    }
    return { created, conversation };
  }

  /** Makes the public rooms that exist from the start, those that are not there yet. */
  async createRooms(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const title = cleanTitle(name);
      const room = { id: idOfName(`room:${title}`), type: 'room', title, topic: null, createdBy: null } as const;
      await this.conversations.create({ ...room, members: [], createdAt: this.clock.now() }).catch(unlessTaken);
    }
  }

  /** One conversation. @throws DomainError `not_found` for a private one that the actor is not in */
  async get(actor: Actor, id: string): Promise<ConversationView> {
    const conversation = await this.conversations.view(id, actor.userId);
    if (!conversation || !isVisible(conversation.type, conversation.me !== null)) throw noSuchConversation();
    return conversation;
  }

  /** The actor's conversations, latest activity first. */
  async inbox(
    actor: Actor,
    { archived = false, limit = PAGE.default, cursor }: InboxQuery,
  ): Promise<ConversationPageView> {
    const after = cursor === undefined ? null : timeCursor(cursor);
    const found = await this.conversations.inbox(actor.userId, archived, after, limit + 1);
    return pageOf(found, limit, ({ id, createdAt, lastMessage }) => [lastMessage?.createdAt ?? createdAt, id]);
  }

  /** Public rooms by title, joined or not. */
  async discover(actor: Actor, { q = '', limit = PAGE.default, cursor }: SearchQuery): Promise<ConversationPageView> {
    const [title = '', id = ''] = cursor === undefined ? [] : decodeCursor(cursor, ['text', 'id']);
    const after = cursor === undefined ? null : ([title, id] as const);
    const found = await this.conversations.discover(fold(q.trim()), actor.userId, after, limit + 1);
    return pageOf(found, limit, (room) => [fold(room.title ?? ''), room.id]);
  }

  /**
   * Whether the others in a conversation of the actor are shown when the actor types: not in a large one, nor in a
   * direct one with a block.
   * @throws DomainError `not_found`, `not_a_member`
   */
  async showsTyping(actor: Actor, id: string): Promise<boolean> {
    const standing = await this.conversations.standing(id, actor.userId);
    if (!standing) throw noSuchConversation();
    authoriseMember(standing);
    if (standing.conversation.memberCount > RECEIPTS_MAX_MEMBERS) return false;
    return standing.peerId === null || (await this.blocks.among(actor.userId, [standing.peerId])).length === 0;
  }

  /** Changes title or topic; the same values change nothing. @throws DomainError */
  async rename(actor: Actor, id: string, command: UpdateConversation): Promise<ConversationView> {
    const renamed = await this.conversations.rename(
      id,
      actor.userId,
      this.clock.now(),
      (standing) => newNames(standing, command),
      ({ changed, conversation }) => {
        const { rev } = conversation;
        if (changed) this.events.publish('conversation.updated', { conversationId: id, rev, conversation });
      },
    );
    if (!renamed) throw noSuchConversation();
    return this.get(actor, id);
  }

  /** Deletes a conversation for everybody. @throws DomainError */
  async delete(actor: Actor, id: string): Promise<void> {
    const deleted = await this.conversations.delete(id, actor.userId, authoriseDelete, () => {
      this.events.publish('conversation.deleted', { conversationId: id });
    });
    if (!deleted) throw noSuchConversation();
  }
}

/** Somebody may have made one under the id of a room, and deleted it: a server starts without that room. */
function unlessTaken(error: unknown): void {
  if (!(error instanceof DomainError) || error.code !== 'id_conflict') throw error;
}

/** Whether what exists is what was asked for, and not another conversation that has its id. */
function isRepetition(
  found: ConversationView,
  actor: Actor,
  type: ConversationType,
  others: readonly string[],
): boolean {
  if (found.type !== type) return false;
  return type === 'direct' ? found.peer?.id === others[0] : found.createdBy === actor.userId;
}

function newNames(standing: Standing, command: UpdateConversation): { title: string | null; topic: string | null } {
  authoriseRename(standing);
  const { type, title, topic } = standing.conversation;
  if (command.title === null && type === 'room') throw invalidField('title', 'required', 'is required for a room');
  return {
    title: command.title === undefined ? title : command.title === null ? null : cleanTitle(command.title),
    topic: command.topic === undefined ? topic : cleanTopic(command.topic),
  };
}
