import { Injectable } from '@nestjs/common';

import { DomainError } from '../common/domain-error.js';
import { ConversationsService } from '../conversations/conversations.service.js';
import { ProgressService } from '../sync/progress.service.js';
import { type ChatServer, type ChatSocket, conversationRoom, idsOf, userRoom } from './chat-socket.js';
import { Here } from './here.js';

/** Compares the rooms that a user's sockets are in on this node with the conversations that the user is in. */
@Injectable()
export class Memberships {
  private io: ChatServer | undefined;

  constructor(
    private readonly progress: ProgressService,
    private readonly conversations: ConversationsService,
    private readonly here: Here,
  ) {}

  attach(io: ChatServer): void {
    this.io = io;
  }

  /** Whether each socket of a user is in the rooms of so many conversations. */
  areIn(userId: string, conversations: number): boolean {
    return this.socketsOf(userId).every(({ rooms }) => idsOf('conversation', rooms).length === conversations);
  }

  /** Announces to a user's sockets what they were not told of where they are members, and where no more. */
  async mend(userId: string): Promise<void> {
    const { revs } = await this.progress.of(userId);
    const sockets = this.socketsOf(userId);
    const joined = new Set(sockets.flatMap(({ rooms }) => idsOf('conversation', rooms)));
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
