import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';

import { isUnavailable } from '../common/domain-error.js';
import { KeyedQueue } from '../common/keyed-queue.js';
import { Events } from '../domain-events.js';
import { SearchStore } from './search.store.js';

/** Changes wait this long for others of their conversation. */
const DELAY_MS = 5_000;
/** Conversations that wait; what comes beyond is found behind by the next search. */
const WAITING_MAX = 10_000;
/** Steps that one search waits for. */
const CATCH_UP_STEPS = 100;
const BEHIND_MAX = 1_000;

/** Keeps the index of messages up with the logs: a moment after each change, and before a search. */
@Injectable()
export class SearchIndexer implements OnModuleDestroy {
  private readonly logger = new Logger('Search');
  private readonly turns = new KeyedQueue();
  private readonly waiting = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly index: SearchStore,
    events: Events,
  ) {
    for (const name of ['message.created', 'message.updated', 'message.deleted'] as const) {
      events.on(name, ({ conversationId }) => {
        this.expect(conversationId);
      });
    }
  }

  /**
   * Brings the index of a user's conversations, or of one, up to what is stored now. What would take too long goes on
   * in the background.
   */
  async catchUp(userId: string, conversationId: string | null): Promise<void> {
    let steps = 0;
    for (const id of await this.index.behind(userId, conversationId, BEHIND_MAX)) {
      let more = true;
      for (; more && steps < CATCH_UP_STEPS; steps++) more = await this.step(id);
      if (more) this.expect(id);
    }
  }

  /** Ends with the step at hand. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private expect(conversationId: string): void {
    if (this.waiting.size < WAITING_MAX) this.waiting.add(conversationId);
    this.schedule();
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer ??= setTimeout(() => {
      this.running = this.followAll();
    }, DELAY_MS).unref();
  }

  private async followAll(): Promise<void> {
    const ids = [...this.waiting];
    this.waiting.clear();
    for (const [at, id] of ids.entries()) {
      try {
        while (!this.stopped && (await this.step(id)));
      } catch (error) {
        if (isUnavailable(error)) {
          // All of them would fail now, which the database's own line in the log tells.
          for (const left of ids.slice(at)) this.waiting.add(left);
          break;
        }
        // Nothing is lost: the head says how far it came, for the next change or search.
        this.logger.warn(`The index did not follow: ${String(error)}`);
      }
    }
    this.timer = undefined;
    if (this.waiting.size > 0) this.schedule();
  }

  private step(conversationId: string): Promise<boolean> {
    return this.turns.run(conversationId, () => this.index.follow(conversationId));
  }
}
