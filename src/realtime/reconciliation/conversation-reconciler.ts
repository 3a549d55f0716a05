import { Injectable } from '@nestjs/common';

import { ProgressService } from '../../sync/stream-positions.store.js';
import { ChangeGate } from '../cluster/event-sequencer.js';
import { type ChatServer, conversationRoom } from '../gateway/socket-types.js';
import { Behind, type Check, chunks } from './reconciler.js';
import { Here } from '../cluster/local-events.js';
import { Told } from '../cluster/stream-positions.js';

/** Compares the conversations that have sockets here: hints at changes that were not told, announces what was deleted. */
@Injectable()
export class ConversationCheck implements Check {
  private readonly behind = new Behind();
  private io: ChatServer | undefined;

  constructor(
    private readonly progress: ProgressService,
    private readonly told: Told,
    private readonly gate: ChangeGate,
    private readonly here: Here,
  ) {}

  attach(io: ChatServer): void {
    this.io = io;
  }

  async look(): Promise<void> {
    this.behind.beginRound();
    for (const known of chunks(this.told.revs)) {
      for (const [conversationId, rev] of await this.progress.conversationsBeyond(known)) {
        await this.settle(conversationId, rev ?? Infinity);
      }
    }
  }

  /** Hints at once at what one conversation is behind by. @throws DomainError `unavailable` */
  async catchUp(conversationId: string): Promise<void> {
    const told = this.told.revs.get(conversationId);
    if (told === undefined) return;
    const rev = (await this.progress.conversationsBeyond([[conversationId, told]])).get(conversationId);
    if (rev) await this.hint(conversationId, rev);
  }

  private async settle(conversationId: string, rev: number): Promise<void> {
    const told = this.told.revs.get(conversationId);
    if (told === undefined || told >= rev || !this.behind.isLost(conversationId, told, rev)) return;
    if (rev === Infinity) this.here.announce('conversation.deleted', { conversationId });
    else await this.hint(conversationId, rev);
  }

  private async hint(conversationId: string, rev: number): Promise<void> {
    const told = this.told.revs.get(conversationId);
    if (told === undefined || told >= rev) return;
    await this.gate.letGo(conversationId, told);
    this.io?.local.to(conversationRoom(conversationId)).emit('conversation:changed', { conversationId, rev });
    this.told.rev(conversationId, rev);
  }
}
