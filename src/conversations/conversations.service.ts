import { Injectable } from '@nestjs/common';

import { BlockStore } from '../blocks/blocks.store.js';
import type { Actor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { DomainError, invalidField } from '../common/domain-error.js';
import { idOfName, newId } from '../common/ids.js';
import type { SearchQuery } from '../common/pagination.dto.js';
import { decodeCursor, PAGE, pageOf, timeCursor } from '../common/pagination.js';
import { fold } from '../common/text.js';
import type { ConversationView } from '../read-models/conversation.view.dto.js';
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
import { ConversationStore, type Details } from './conversations.store.js';

/** Creates, finds, renames and deletes conversations. */
@Injectable()
export class ConversationsService {
  constructor(
    private readonly conversations: ConversationStore,
    private readonly blocks: BlockStore,
    private readonly clock: Clock,
  ) {}

  /**
   * Creates a conversation with its first members. The same id, or the same pair, returns the existing one.
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

    const stored = await this.conversations.create({
      ...{ id, type, title, topic, members },
      createdBy: actor.userId,
      createdAt: this.clock.now(),
    });
    const { created, views } = stored.result;
    const conversation = views.get(actor.userId);
    if (!conversation || (!created && !isRepetition(conversation, actor, type, others))) {
      throw new DomainError('id_conflict', 'That id names another conversation.');
    }
    return { created, conversation };
  }

  /** Creates the public rooms of the configuration that do not exist yet. The server calls it when it starts. */
  async createRooms(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const title = cleanTitle(name);
      const room = { id: idOfName(`room:${title}`), type: 'room', title, topic: null, createdBy: null } as const;
      await this.conversations.create({ ...room, members: [], createdAt: this.clock.now() }).catch(unlessTaken);
    }
  }

  /** One conversation. @throws DomainError `not_found` for a private one that the actor is not a member of */
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

  /** Public rooms by the beginning of their title, joined or not. */
  async discover(actor: Actor, { q = '', limit = PAGE.default, cursor }: SearchQuery): Promise<ConversationPageView> {
    const [title = '', id = ''] = cursor === undefined ? [] : decodeCursor(cursor, ['text', 'id']);
    const after = cursor === undefined ? null : ([title, id] as const);
    const found = await this.conversations.discover(fold(q.trim()), actor.userId, after, limit + 1);
    return pageOf(found, limit, (room) => [fold(room.title ?? ''), room.id]);
  }

  /**
   * Whether typing of the actor is broadcast: not in a conversation with more than {@link RECEIPTS_MAX_MEMBERS} members,
   * and not in a direct one with a block.
   * @throws DomainError `not_found`, `not_a_member`
   */
  async showsTyping(actor: Actor, id: string): Promise<boolean> {
    const standing = await this.conversations.standing(id, actor.userId);
    if (!standing) throw noSuchConversation();
    authoriseMember(standing);
    if (standing.conversation.memberCount > RECEIPTS_MAX_MEMBERS) return false;
    return standing.peerId === null || (await this.blocks.among(actor.userId, [standing.peerId])).length === 0;
  }

  /** Changes title or topic. Equal values change nothing. @throws DomainError */
  async rename(actor: Actor, id: string, command: UpdateConversation): Promise<ConversationView> {
    const { result } = await this.conversations.rename(
      { id, actorId: actor.userId, now: this.clock.now() },
      (standing) => newDetails(standing, command),
    );
    if (!result) throw noSuchConversation();
    return this.get(actor, id);
  }

  /** Deletes a conversation for all members. @throws DomainError */
  async delete(actor: Actor, id: string): Promise<void> {
    const { result: deleted } = await this.conversations.delete(id, actor.userId, authoriseDelete);
    if (!deleted) throw noSuchConversation();
  }
}

/** A user may have created and deleted a conversation under the id of a room: the server starts without that room. */
function unlessTaken(error: unknown): void {
  if (!(error instanceof DomainError) || error.code !== 'id_conflict') throw error;
}

/** Whether the existing conversation is the one that the command would create, and not another one with its id. */
function isRepetition(
  found: ConversationView,
  actor: Actor,
  type: ConversationType,
  others: readonly string[],
): boolean {
  if (found.type !== type) return false;
  return type === 'direct' ? found.peer?.id === others[0] : found.createdBy === actor.userId;
}

function newDetails(standing: Standing, command: UpdateConversation): Details {
  authoriseRename(standing);
  const { type, title, topic } = standing.conversation;
  if (command.title === null && type === 'room') throw invalidField('title', 'required', 'is required for a room');
  return {
    title: command.title === undefined ? title : command.title === null ? null : cleanTitle(command.title),
    topic: command.topic === undefined ? topic : cleanTopic(command.topic),
  };
}
