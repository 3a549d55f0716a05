import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';

import { KeyedQueue } from '../../common/keyed-queue.js';
import type { Email } from './email.js';
import type { Mailer } from './mailer.js';

/** Letters that are made, sent, or wait for their next attempt. What comes beyond is not sent, which the log says. */
const UNDER_WAY_MAX = 1_000;
/** Between attempts: not quite three minutes in all, in which a mail server restarts. */
const RETRY_MS = [500, 2_000, 8_000, 30_000, 120_000];
/** At shutdown, what is under way has this long. */
const GOODBYE_MS = 2_000;

/**
 * Makes and sends letters behind the back of whoever caused them, so that no answer's time says whether there was one. What
 * a process has not sent when it is killed is lost: people ask again.
 */
@Injectable()
export class MailQueue implements OnModuleDestroy {
  private readonly logger = new Logger('Mail');
  private readonly making = new KeyedQueue();
  private readonly underWay = new Set<Promise<void>>();
  private readonly closing = new AbortController();

  /** @param mailer null where no mail is sent at all: then none is made */
  constructor(private readonly mailer: Mailer | null) {}

  /**
   * Has a letter made, after what runs now is answered, and sent, again if need be. Never throws.
   * @param make one at a time; null when there is nothing to say
   */
  enqueue(make: () => Promise<Email | null>): void {
    if (!this.mailer) return;
    if (this.closing.signal.aborted || this.underWay.size >= UNDER_WAY_MAX) {
      this.logger.warn('A mail was not sent: too many are under way');
      return;
    }
    const delivery = this.deliver(this.mailer, make)
      .catch((error: unknown) => this.logger.warn(`A mail was not made: ${String(error)}`))
      .finally(() => this.underWay.delete(delivery));
    this.underWay.add(delivery);
  }

  /** Sends what it has, in one last attempt, and closes the door. */
  async onModuleDestroy(): Promise<void> {
    this.closing.abort();
    await Promise.race([Promise.all(this.underWay), delay(GOODBYE_MS, undefined, { ref: false })]);
    this.mailer?.close();
  }

  private async deliver(mailer: Mailer, make: () => Promise<Email | null>): Promise<void> {
    await nextTurn();
    const letter = await this.making.run('letter', make);
    if (!letter) return;
    for (let attempt = 0; ; attempt++) {
      const refusal = await mailer.send(letter);
      if (!refusal) return;
      const wait = RETRY_MS[attempt];
      if (refusal.isFinal || wait === undefined || this.closing.signal.aborted) {
        this.logger.warn(`A mail was not sent: ${refusal.reason}`);
        return;
      }
      this.logger.warn(`A mail is sent again in ${wait} ms: ${refusal.reason}`);
      // Cut short by the shutdown: then comes the last attempt.
      await delay(wait, undefined, { signal: this.closing.signal }).catch(() => undefined);
    }
  }
}
