import { Injectable } from '@nestjs/common';

import { Events } from '../../domain-events.js';
import { ClusterBridge } from '../cluster/cluster-bridge.js';
import type { RealtimeComponent } from '../gateway/realtime-component.js';
import type { ChatServer } from '../gateway/socket-types.js';
import { userRoom } from '../rooms.js';
import { ConversationReconciler } from './conversation-reconciler.js';

/**
 * Heals changes that were published while this node was still subscribing to the channel of a conversation. On
 * `conversation.added`, `Broadcaster` joins the user's sockets to the room, for which the Redis adapter subscribes to the
 * room's channel. This component waits for the subscription (1 s at most) and then compares the conversation once with the
 * database, instead of leaving the loss to the next two sweeps. Does nothing without Redis.
 */
@Injectable()
export class JoinCatchUp implements RealtimeComponent {
  private readonly inProgress = new Set<string>();

  constructor(
    private readonly events: Events,
    private readonly cluster: ClusterBridge,
    private readonly conversations: ConversationReconciler,
  ) {}

  onServerReady(io: ChatServer): void {
    if (!this.cluster.isClustered) return;
    this.events.on('conversation.added', ({ userId, conversation: { id } }) => {
      if (io.of('/').adapter.rooms.has(userRoom(userId))) void this.catchUp(io, id);
    });
  }

  private async catchUp(io: ChatServer, conversationId: string): Promise<void> {
    if (this.inProgress.has(conversationId)) return;
    this.inProgress.add(conversationId);
    await this.cluster.subscriptionsReady();
    this.inProgress.delete(conversationId);
    try {
      await this.conversations.catchUp(io, conversationId);
    } catch {
      // The next sweep compares it again.
    }
  }
}
