import { Injectable } from '@nestjs/common';

import { DomainError } from '../../common/domain-error.js';
import { ConversationsService } from '../../conversations/conversations.service.js';
import { StreamPositionsService } from '../../sync/stream-positions.store.js';
import {
  type ChatServer,
  type ChatSocket,
  conversationCount,
  conversationRoom,
  conversationIds,
  userRoom,
} from '../gateway/socket-types.js';
import { LocalEvents } from '../cluster/local-events.js';

/** What nobody has in the database: it shows as amiss. */
const INCONSISTENT = -1;

/** Compares the rooms that a user's sockets are in on this node with the conversations that the user is in. */
@Injectable()
export class RoomMemberships {
  private io: ChatServer | undefined;

  constructor(
    private readonly progress: StreamPositionsService,
    private readonly conversations: ConversationsService,
    private readonly here: LocalEvents,
  ) {}

  attach(io: ChatServer): void {
    this.io = io;
  }

  /** How many conversations each of a user's sockets is in: {@link INCONSISTENT} numbers, or null if none is subscribed yet. */
  count(userId: string): number | null {
    const { adapter, sockets } = this.io?.of('/') ?? {};
    let count: number | null = null;
    for (const id of adapter?.rooms.get(userRoom(userId)) ?? []) {
      const socket = sockets?.get(id);
      if (!socket || socket.data.leftMeanwhile) continue;
      const its = conversationCount(socket);
      if (count !== null && count !== its) return INCONSISTENT;
      count = its;
    }
    return count;
  }

  /** Announces to a user's sockets what they were not told of where they are members, and where no more. */
  async repair(userId: string): Promise<void> {
    const { revs } = await this.progress.of(userId);
    const sockets = this.socketsOf(userId);
    const joined = new Set(sockets.flatMap(({ rooms }) => conversationIds('conversation', rooms)));
    for (const conversationId of joined) {
      if (!revs.has(conversationId)) {
        this.here.announce('conversation.removed', { conversationId, userId, reason: 'removed' });
      }
    }
    for (const id of revs.keys()) {
      if (sockets.some(({ rooms }) => !rooms.has(conversationRoom(id)))) await this.add(userId, id);
    }
  }

  private async add(userId: string, id: string): Promise<void> {
    try {
      const conversation = await this.conversations.get({ userId, sessionId: '' }, id);
      if (conversation.me) this.here.announce('conversation.added', { userId, conversation });
    } catch (error) {
      // It may have ended meanwhile.
      if (!(error instanceof DomainError && error.code === 'not_found')) throw error;
    }
  }

  /** Those that have been subscribed. */
  private socketsOf(userId: string): ChatSocket[] {
    const namespace = this.io?.of('/');
    const ids = [...(namespace?.adapter.rooms.get(userRoom(userId)) ?? [])];
    return ids.flatMap((id) => namespace?.sockets.get(id) ?? []).filter(({ data }) => !data.leftMeanwhile);
  }
}
