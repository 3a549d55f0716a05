import { Clock } from '../../src/common/clock.js';
import type { TestServer } from '../harness/server.js';

/**
 * Shifts the clock of a server. The expiry of access tokens is checked against the machine's clock, which is not
 * shifted.
 */
export class ShiftedClock {
  private readonly clocks: readonly Clock[];

  constructor(server: TestServer) {
    this.clocks = server.nodes.map(({ app }) => app.get(Clock));
  }

  /** Sets the clock `ms` ahead of the real time. */
  ahead(ms: number): void {
    for (const clock of this.clocks) clock.now = () => new Date(Date.now() + ms);
  }

  /** Restores the real time. */
  reset(): void {
    this.ahead(0);
  }
}
