import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';

import { KeyedQueue } from '../../common/keyed-queue.js';
import type { Email } from './email.js';
import type { Mailer } from './mailer.js';

/** E-mails being composed, sent, or waiting for a retry. Further ones are dropped, with a log line. */
const MAX_IN_FLIGHT = 1_000;
/** Delays between attempts: almost three minutes in all, enough for a mail server to restart. */
const RETRY_DELAYS_MS = [500, 2_000, 8_000, 30_000, 120_000];
/** How long a shutdown waits for e-mails in flight. */
const SHUTDOWN_TIMEOUT_MS = 2_000;

/**
 * Composes and sends e-mails in the background, so that the response time of a request does not reveal whether it caused
 * one. The queue is in memory: a killed process loses it, and users request the link again.
 */
@Injectable()
export class MailQueue implements OnModuleDestroy {
  private readonly composing = new KeyedQueue();
  private readonly inFlight = new Set<Promise<void>>();
  private readonly closing = new AbortController();

  /** @param mailer null when no mail is configured; then nothing is composed */
  constructor(
    private readonly mailer: Mailer | null,
    private readonly log: Pick<Logger, 'warn'>,
  ) {}

  /**
   * Enqueues an e-mail. It is composed after the current request was answered, sent, and retried. Never throws.
   * @param compose runs one at a time; returns null to send nothing
   */
  enqueue(compose: () => Promise<Email | null>): void {
    if (!this.mailer) return;
    if (this.closing.signal.aborted || this.inFlight.size >= MAX_IN_FLIGHT) {
      this.log.warn('mail dropped: queue full or closing');
      return;
    }
    const delivery = this.deliver(this.mailer, compose)
      .catch((error: unknown) => this.log.warn({ reason: String(error) }, 'mail dropped: composing failed'))
      .finally(() => this.inFlight.delete(delivery));
    this.inFlight.add(delivery);
  }

  /** Makes one last attempt for each e-mail in flight, for at most two seconds, and closes the mailer. */
  async onModuleDestroy(): Promise<void> {
    this.closing.abort();
    await Promise.race([Promise.all(this.inFlight), delay(SHUTDOWN_TIMEOUT_MS, undefined, { ref: false })]);
    this.mailer?.close();
  }

  private async deliver(mailer: Mailer, compose: () => Promise<Email | null>): Promise<void> {
    await nextTurn();
    const email = await this.composing.run('compose', compose);
    if (!email) return;
    for (let attempt = 0; ; attempt++) {
      const refusal = await mailer.send(email);
      if (!refusal) return;
      const { reason } = refusal;
      const delayMs = RETRY_DELAYS_MS[attempt];
      if (refusal.isFinal || delayMs === undefined || this.closing.signal.aborted) {
        this.log.warn({ reason }, 'mail dropped: refused');
        return;
      }
      this.log.warn({ reason, delayMs }, 'mail refused; retrying');
      // A shutdown aborts the delay, which starts the last attempt.
      await delay(delayMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
    }
  }
}
