import { Injectable } from '@nestjs/common';

import { chunks } from '../../common/chunks.js';
import { Events } from '../../domain-events.js';
import { StreamPositionsRepository } from '../../sync/stream-positions.repository.js';
import { EventSequencer } from '../cluster/event-sequencer.js';
import { StreamPositions } from '../cluster/stream-positions.js';
import type { ChatServer } from '../gateway/socket-types.js';
import { conversationRoom } from '../rooms.js';
import { LagDetector, type Reconciler, ROWS_PER_QUERY } from './reconciler.js';

/**
 * Heals lost changes of conversations: compares the `rev` of each conversation that has sockets here with the database.
 * Where changes were lost it evicts departed members, and then emits `conversation:changed`, on which clients sync. For a
 * deleted conversation it publishes `conversation.deleted`.
 *
 * `AntiEntropy` calls `reconcile` in each sweep. `JoinCatchUp` calls `catchUp` for a single conversation.
 */
@Injectable()
export class ConversationReconciler implements Reconciler {
  private readonly lag = new LagDetector();

  constructor(
    private readonly streams: StreamPositionsRepository,
    private readonly positions: StreamPositions,
    private readonly sequencer: EventSequencer,
    private readonly events: Events,
  ) {}

  async reconcile(io: ChatServer): Promise<void> {
    this.lag.beginSweep();
    for (const known of chunks(this.positions.revs, ROWS_PER_QUERY)) {
      for (const [conversationId, rev] of await this.streams.conversationsBeyond(known)) {
        // No `rev`: the conversation was deleted.
        await this.repairLost(io, conversationId, rev ?? Infinity);
      }
    }
  }

  /** Compares one conversation, and repairs a difference without waiting for a second sweep. @throws DomainError `unavailable` */
  async catchUp(io: ChatServer, conversationId: string): Promise<void> {
    const position = this.positions.revs.get(conversationId);
    if (position === undefined) return;
    const rev = (await this.streams.conversationsBeyond([[conversationId, position]])).get(conversationId);
    if (rev) await this.notifyBehind(io, conversationId, rev);
  }

  private async repairLost(io: ChatServer, conversationId: string, rev: number): Promise<void> {
    const position = this.positions.revs.get(conversationId);
    if (position === undefined || position >= rev || !this.lag.isLost(conversationId, position, rev)) return;
    if (rev === Infinity) this.events.publish('conversation.deleted', { conversationId }, 'cluster');
    else await this.notifyBehind(io, conversationId, rev);
  }

  private async notifyBehind(io: ChatServer, conversationId: string, rev: number): Promise<void> {
    // Read again: events may have arrived during the query.
    const position = this.positions.revs.get(conversationId);
    if (position === undefined || position >= rev) return;
    await this.sequencer.evictDepartedMembers(conversationId, position);
    io.local.to(conversationRoom(conversationId)).emit('conversation:changed', { conversationId, rev });
    this.positions.advance(conversationId, rev);
  }
}
