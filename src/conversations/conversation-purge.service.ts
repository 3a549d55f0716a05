import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';

import { Events } from '../domain-events.js';
import { ConversationPurgeRepository } from './conversation-purge.repository.js';

/** How long after a failure it is tried again. */
const RETRY_MS = 60_000;

/** Clears up behind conversations that were deleted, also those of an earlier life of this process. */
@Injectable()
export class ConversationPurgeService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Purge');
  private running: Promise<void> | null = null;
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly purges: ConversationPurgeRepository,
    private readonly events: Events,
  ) {}

  onApplicationBootstrap(): void {
    this.events.on('conversation.deleted', this.start);
    // A group ends with its last member.
    this.events.on('conversation.removed', this.start);
    this.start();
  }

  /** Ends with the step at hand. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    await this.running;
  }

  private readonly start = (): void => {
    this.running ??= this.purge().finally(() => {
      this.running = null;
    });
  };

  private async purge(): Promise<void> {
    try {
      for (let id = await this.purges.next(); id !== null; id = await this.purges.next()) {
        do {
          if (this.stopped) return;
        } while (await this.purges.step(id));
      }
    } catch (error) {
      // Nothing is lost: what is left is on the list.
      this.logger.warn(`Not everything was cleared up: ${String(error)}`);
      clearTimeout(this.retry);
      this.retry = setTimeout(this.start, RETRY_MS).unref();
    }
  }
}
