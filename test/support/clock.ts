import { Clock } from '../../src/common/clock.js';
import type { TestServer } from '../harness/server.js';

/** Turns the clock of a server. Tokens' own expiry is checked against the machine's clock, which stays. */
export class ShiftedClock {
  private readonly clocks: readonly Clock[];

  constructor(server: TestServer) {
    this.clocks = server.nodes.map(({ app }) => app.get(Clock));
  }

  /** From here on it is `ms` later than it really is. */
  ahead(ms: number): void {
    for (const clock of this.clocks) clock.now = () => new Date(Date.now() + ms);
  }

  /** Back to the real time. */
  reset(): void {
    this.ahead(0);
  }
}
