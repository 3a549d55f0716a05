import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';

import { isUnavailable } from '../common/domain-error.js';
import { KeyedQueue } from '../common/keyed-queue.js';
import { Events } from '../domain-events.js';
import { LOGGER } from '../infrastructure/telemetry/logger.js';
import { SearchRepository } from './search.repository.js';

/** The delay from a change to its indexing, during which further changes of the conversation join it. */
const DELAY_MS = 5_000;
/** Conversations that wait; the next search finds those beyond. */
const WAITING_MAX = 10_000;
/** Batches that one search waits for. */
const CATCH_UP_BATCHES = 100;
const UNINDEXED_MAX = 1_000;

/** Indexes changed messages: some seconds after each change, and before a search. */
@Injectable()
export class SearchIndexer implements OnModuleDestroy {
  private readonly batches = new KeyedQueue();
  private readonly waiting = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    @Inject(SearchRepository) private readonly index: Pick<SearchRepository, 'unindexed' | 'indexNextBatch'>,
    events: Events,
    @Inject(LOGGER) private readonly log: Pick<Logger, 'warn'>,
  ) {
    for (const name of ['message.created', 'message.updated', 'message.deleted'] as const) {
      events.on(name, ({ conversationId }) => {
        this.enqueue(conversationId);
      });
    }
  }

  /**
   * Indexes the changes of a user's conversations, or of one. Beyond {@link CATCH_UP_BATCHES} batches it continues in the
   * background.
   */
  async catchUp(userId: string, conversationId: string | null): Promise<void> {
    let batches = 0;
    for (const id of await this.index.unindexed(userId, conversationId, UNINDEXED_MAX)) {
      let more = true;
      for (; more && batches < CATCH_UP_BATCHES; batches++) more = await this.indexNextBatch(id);
      if (more) this.enqueue(id);
    }
  }

  /** Stops after the current batch. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private enqueue(conversationId: string): void {
    if (this.waiting.size < WAITING_MAX) this.waiting.add(conversationId);
    this.schedule();
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer ??= setTimeout(() => {
      this.running = this.indexWaiting();
    }, DELAY_MS).unref();
  }

  private async indexWaiting(): Promise<void> {
    const ids = [...this.waiting];
    this.waiting.clear();
    for (const [at, id] of ids.entries()) {
      try {
        while (!this.stopped && (await this.indexNextBatch(id)));
      } catch (error) {
        if (isUnavailable(error)) {
          // All others would fail too. The database logs its outage itself.
          for (const remaining of ids.slice(at)) this.waiting.add(remaining);
          break;
        }
        // Nothing is lost: the next change or search continues from the checkpoint.
        this.log.warn({ err: error, conversationId: id }, 'search: indexing failed');
      }
    }
    this.timer = undefined;
    if (this.waiting.size > 0) this.schedule();
  }

  /** Batches of one conversation run one after the other. */
  private indexNextBatch(conversationId: string): Promise<boolean> {
    return this.batches.run(conversationId, () => this.index.indexNextBatch(conversationId));
  }
}
