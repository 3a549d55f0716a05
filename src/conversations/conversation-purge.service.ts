import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';

import { Events } from '../domain-events.js';
import { LOGGER } from '../infrastructure/telemetry/logger.js';
import { ConversationPurgeRepository } from './conversation-purge.repository.js';

/** The pause after a failed step. */
const RETRY_MS = 60_000;

/**
 * Purges deleted conversations in the background: after each deletion, and when the server starts, for those that an
 * earlier process left.
 */
@Injectable()
export class ConversationPurgeService implements OnApplicationBootstrap, OnModuleDestroy {
  private running: Promise<void> | null = null;
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly purges: ConversationPurgeRepository,
    private readonly events: Events,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.events.on('conversation.deleted', this.start);
    // A group is deleted with its last member.
    this.events.on('conversation.removed', this.start);
    this.start();
  }

  /** Waits for the current step to end. */
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
      // The remaining rows stay on the list of purges.
      this.log.warn({ err: error }, 'purge: step failed; retrying in a minute');
      clearTimeout(this.retry);
      this.retry = setTimeout(this.start, RETRY_MS).unref();
    }
  }
}
