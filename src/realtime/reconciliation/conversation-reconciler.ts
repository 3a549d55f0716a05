import { Injectable } from '@nestjs/common';

import { StreamPositionsService } from '../../sync/stream-positions.store.js';
import { EventSequencer } from '../cluster/event-sequencer.js';
import { type ChatServer, conversationRoom } from '../gateway/socket-types.js';
import { LagDetector, type Reconciler, chunks } from './reconciler.js';
import { LocalEvents } from '../cluster/local-events.js';
import { StreamPositions } from '../cluster/stream-positions.js';

/** Compares the conversations that have sockets here: hints at changes that were not told, announces what was deleted. */
@Injectable()
export class ConversationReconciler implements Reconciler {
  private readonly behind = new LagDetector();
  private io: ChatServer | undefined;

  constructor(
    private readonly progress: StreamPositionsService,
    private readonly told: StreamPositions,
    private readonly gate: EventSequencer,
    private readonly here: LocalEvents,
  ) {}

  onServerReady(io: ChatServer): void {
    this.io = io;
  }

  async reconcile(): Promise<void> {
    this.behind.beginRound();
    for (const known of chunks(this.told.revs)) {
      for (const [conversationId, rev] of await this.progress.conversationsBeyond(known)) {
        await this.confirmLag(conversationId, rev ?? Infinity);
      }
    }
  }

  /** Hints at once at what one conversation is behind by. @throws DomainError `unavailable` */
  async catchUp(conversationId: string): Promise<void> {
    const told = this.told.revs.get(conversationId);
    if (told === undefined) return;
    const rev = (await this.progress.conversationsBeyond([[conversationId, told]])).get(conversationId);
    if (rev) await this.notifyBehind(conversationId, rev);
  }

  private async confirmLag(conversationId: string, rev: number): Promise<void> {
    const told = this.told.revs.get(conversationId);
    if (told === undefined || told >= rev || !this.behind.isLost(conversationId, told, rev)) return;
    if (rev === Infinity) this.here.announce('conversation.deleted', { conversationId });
    else await this.notifyBehind(conversationId, rev);
  }

  private async notifyBehind(conversationId: string, rev: number): Promise<void> {
    const told = this.told.revs.get(conversationId);
    if (told === undefined || told >= rev) return;
    await this.gate.evictDepartedMembers(conversationId, told);
    this.io?.local.to(conversationRoom(conversationId)).emit('conversation:changed', { conversationId, rev });
    this.told.advance(conversationId, rev);
  }
}
