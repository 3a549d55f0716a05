import { Injectable } from '@nestjs/common';

import { Events } from '../../domain-events.js';
import { ConversationReconciler } from './conversation-reconciler.js';
import { ClusterBridge } from '../cluster/cluster-bridge.js';

/** Looks after conversations that are new to this node: what was stored before it heard of them went past it. */
@Injectable()
export class JoinCatchUp {
  private readonly looking = new Set<string>();

  constructor(
    events: Events,
    private readonly nodes: ClusterBridge,
    private readonly conversations: ConversationReconciler,
  ) {
    events.on('conversation.added', ({ conversation: { id } }) => void this.lookSoon(id));
  }

  private async lookSoon(conversationId: string): Promise<void> {
    if (!this.nodes.areJoined || this.looking.has(conversationId)) return;
    this.looking.add(conversationId);
    await this.nodes.subscriptionsReady();
    this.looking.delete(conversationId);
    try {
      await this.conversations.catchUp(conversationId);
    } catch {
      // The next round looks again.
    }
  }
}
