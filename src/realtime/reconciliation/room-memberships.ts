import { Injectable } from '@nestjs/common';

import { DomainError } from '../../common/domain-error.js';
import { ConversationsService } from '../../conversations/conversations.service.js';
import { Events } from '../../domain-events.js';
import { StreamPositionsRepository } from '../../sync/stream-positions.repository.js';
import type { ChatServer, ChatSocket } from '../gateway/socket-types.js';
import { conversationCount, conversationIds, conversationRoom, isJoining, socketsIn, userRoom } from '../rooms.js';

/** Returned as the count of a user whose sockets are in different numbers of rooms. It differs from every count stored. */
const INCONSISTENT = -1;

/**
 * Compares the conversation rooms that a user's sockets are in with the user's memberships in the database. Heals lost
 * `conversation.added` and `conversation.removed` facts. `UserReconciler` calls it in each sweep.
 */
@Injectable()
export class RoomMemberships {
  constructor(
    private readonly streams: StreamPositionsRepository,
    private readonly conversations: ConversationsService,
    private readonly events: Events,
  ) {}

  /**
   * The number of conversation rooms that each of the user's sockets is in: {@link INCONSISTENT} if the sockets differ,
   * null if the user has no socket that has joined its rooms.
   */
  count(io: ChatServer, userId: string): number | null {
    const { adapter, sockets } = io.of('/');
    let count: number | null = null;
    for (const id of adapter.rooms.get(userRoom(userId)) ?? []) {
      const socket = sockets.get(id);
      if (!socket || isJoining(socket)) continue;
      const rooms = conversationCount(socket);
      if (count !== null && count !== rooms) return INCONSISTENT;
      count = rooms;
    }
    return count;
  }

  /** Publishes the missing `conversation.added` and `conversation.removed` of a user on this node. */
  async repair(io: ChatServer, userId: string): Promise<void> {
    const { revs } = await this.streams.of(userId);
    const sockets = joinedSockets(io, userId);
    const joined = new Set(sockets.flatMap(({ rooms }) => conversationIds(rooms)));
    for (const conversationId of joined) {
      if (!revs.has(conversationId)) {
        this.events.publish('conversation.removed', { conversationId, userId, reason: 'removed' }, 'cluster');
      }
    }
    for (const id of revs.keys()) {
      if (sockets.some(({ rooms }) => !rooms.has(conversationRoom(id)))) await this.publishAdded(userId, id);
    }
  }

  private async publishAdded(userId: string, id: string): Promise<void> {
    try {
      const conversation = await this.conversations.get({ userId, sessionId: '' }, id);
      if (conversation.me) this.events.publish('conversation.added', { userId, conversation }, 'cluster');
    } catch (error) {
      // The conversation, or the membership, may have ended since `repair` read them.
      if (!(error instanceof DomainError && error.code === 'not_found')) throw error;
    }
  }
}

const joinedSockets = (io: ChatServer, userId: string): ChatSocket[] =>
  socketsIn(io, userRoom(userId)).filter((socket) => !isJoining(socket));
