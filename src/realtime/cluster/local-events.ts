import { Injectable } from '@nestjs/common';

import { type DomainEvents, Events } from '../../domain-events.js';

/** Announces to this node alone what another node has announced, or ought to have. */
@Injectable()
export class LocalEvents {
  private depth = 0;

  constructor(private readonly events: Events) {}

  /** Whether what is announced at this moment is for this node alone. */
  get isAnnouncing(): boolean {
    return this.depth > 0;
  }

  announce<K extends keyof DomainEvents>(name: K, event: DomainEvents[K]): void {
    this.depth++;
    try {
      this.events.publish(name, event);
    } finally {
      this.depth--;
    }
  }
}
